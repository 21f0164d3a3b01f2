"""Single reads say when they were last modified, and a condition that holds is answered with 304."""

from email.utils import formatdate, parsedate_to_datetime

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.clock import SECOND, parse_time


def _state_time(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    moment = parse_time(str(response.body.get("updated_at"))) if isinstance(response.body, dict) else None
    if call is None or call.method != "GET" or response.status != 200 or moment is None:
        return response
    seconds = moment // SECOND
    response.headers["Last-Modified"] = formatdate(seconds, usegmt=True)
    since = call.headers.get("if-modified-since", "")
    try:
        is_known = bool(since) and parsedate_to_datetime(since).timestamp() >= seconds
    except ValueError:
        return response
    return ServerResponse(304, None, response.headers, "") if is_known else response


READING = AdmissibleReading(
    "headers",
    "RFC 9110, sections 8.8.2 and 13.1.3; the description is silent on conditions",
    read_by_hooks(answer=_state_time),
)
