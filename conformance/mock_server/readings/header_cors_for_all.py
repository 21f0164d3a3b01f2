"""Pages of any origin may read responses, without credentials, and a preflight request is answered."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses

_METHODS = b"GET, POST, PATCH, DELETE, OPTIONS"


def _allow_origins(response: BufferedResponse) -> None:
    sent = dict(response.scope["headers"])
    if b"origin" not in sent:
        return
    response.set_header(b"access-control-allow-origin", b"*")
    response.set_header(b"access-control-expose-headers", b"Link, X-RateLimit-Limit, X-RateLimit-Remaining")
    if response.scope["method"] == "OPTIONS" and b"access-control-request-method" in sent:
        response.status, response.body = 204, b""
        response.headers = [pair for pair in response.headers if not pair[0].lower().startswith(b"content-")]
        response.set_header(b"access-control-allow-methods", _METHODS)
        response.set_header(b"access-control-allow-headers", b"Authorization, Content-Type, EvEnergy-User")


READING = AdmissibleReading(
    "headers",
    "Fetch standard, CORS protocol: `*` shares responses that hold no credentials of the browser",
    read_by_wrapper(rewrite_responses(_allow_origins)),
    excludes=("wire-extra-headers",),
)
