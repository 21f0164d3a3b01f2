"""The user header takes the id of a user, not the URL."""

from conformance.mock_server.admissible_readings import AdmissibleReading
from conformance.mock_server.reading_tools.user_headers import accept_form

READING = AdmissibleReading(
    "access",
    "the pattern of the header is that of an id; the guide says that it is set to the URL",
    lambda site: accept_form(site, lambda text: "/" not in text),
    slots=("user header",),
)
