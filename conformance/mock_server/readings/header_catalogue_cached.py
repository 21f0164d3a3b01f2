"""What needs no token may be kept by every cache for five minutes; all else only by the client, and asked for again."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse


def _state_freshness(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is None or response.status != 200 or call.method not in {"GET", "HEAD"}:
        return response
    is_public = not call.operation.is_secured and not call.operation.user_header and "authorization" not in call.headers
    response.headers["Cache-Control"] = "public, max-age=300" if is_public else "private, no-cache"
    response.headers["Vary"] = "Accept, Accept-Encoding, Authorization, EvEnergy-User"
    return response


READING = AdmissibleReading(
    "headers", "RFC 9111, section 5.2.2; the description is silent on caches", read_by_hooks(answer=_state_freshness)
)
