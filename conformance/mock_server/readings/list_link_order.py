"""`Link` names the next page first, with unquoted relations and further parameters."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import on_response


def _rewrite_links(response: ServerResponse) -> None:
    links = response.headers.get("Link", "").split(", <")
    if "Link" in response.headers:
        parts = [part if part.startswith("<") else "<" + part for part in reversed(links)]
        parts = [part.replace('rel="next"', "rel=next").replace('rel="previous"', "rel=previous") for part in parts]
        response.headers["Link"] = ",".join(part + '; title="page"' for part in parts)


READING = AdmissibleReading(
    "lists",
    "RFC 8288, section 3: link values in any order, a parameter's value as token or as quoted string",
    read_by_hooks(answer=on_response(_rewrite_links)),
    slots=("link form",),
)
