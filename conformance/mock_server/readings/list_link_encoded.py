"""The queries in `Link` encode every reserved character."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import on_response


def _encode_queries(response: ServerResponse) -> None:
    value = response.headers.get("Link")
    if value is not None:
        parts = []
        for part in value.split(", <"):
            address, question, rest = part.partition("?")
            query, end, tail = rest.partition(">")
            parts.append(address + question + query.replace(":", "%3A").replace(",", "%2C") + end + tail)
        response.headers["Link"] = ", <".join(parts)


READING = AdmissibleReading(
    "lists",
    "RFC 3986, section 2.4: what is data may be encoded",
    read_by_hooks(answer=on_response(_encode_queries)),
    slots=("link encoding",),
)
