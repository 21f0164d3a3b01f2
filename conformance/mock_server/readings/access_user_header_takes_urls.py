"""The user header takes the URL of a user, not the id."""

from conformance.mock_server.admissible_readings import AdmissibleReading
from conformance.mock_server.reading_tools.user_headers import accept_form

READING = AdmissibleReading(
    "access",
    "the guide says that the header is set to the user's URL; its pattern, which is not anchored, is that of an id",
    lambda site: accept_form(site, lambda text: "/" in text),
    slots=("user header",),
)
