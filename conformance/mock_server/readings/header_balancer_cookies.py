"""A load balancer sets the cookies by which it finds its server again."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses

_COOKIES = (
    b"AWSALB=rS7vG1hO; Expires=Sat, 05 Dec 2026 06:00:00 GMT; Path=/",
    b"AWSALBCORS=rS7vG1hO; Expires=Sat, 05 Dec 2026 06:00:00 GMT; Path=/; SameSite=None; Secure",
)


def _add_cookies(response: BufferedResponse) -> None:
    response.headers = [*response.headers, *((b"set-cookie", cookie) for cookie in _COOKIES)]


READING = AdmissibleReading(
    "headers",
    "RFC 6265, section 3; the cookies are the balancer's, not the API's",
    read_by_wrapper(rewrite_responses(_add_cookies)),
)
