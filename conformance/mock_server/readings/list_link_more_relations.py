"""`Link` names the list itself and a document beside the pages around."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse


def _add_relations(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and "Link" in response.headers:
        own = f'<{call.base}{call.path}>; rel="self first"'
        described = f'<{call.base}/docs>; rel="describedby"; type="text/html"'
        response.headers["Link"] = f"{own}, {response.headers['Link']}, {described}"
    return response


READING = AdmissibleReading(
    "lists",
    "RFC 8288, section 3.3: a header may have links of any relation, a link several relations",
    read_by_hooks(answer=_add_relations),
    slots=("link relations",),
)
