"""`Link` has the pages that exist, and no about:blank; a list on one page has no `Link`."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerResponse
from conformance.mock_server.pages import NO_PAGE
from conformance.mock_server.seeded_faults import on_response


def _drop_blank_links(response: ServerResponse) -> None:
    if "Link" not in response.headers:
        return
    links = ["<" + link for link in response.headers.pop("Link").removeprefix("<").split(", <")]
    existing = [link for link in links if not link.startswith(f"<{NO_PAGE}>")]
    if existing:
        response.headers["Link"] = ", ".join(existing)


READING = AdmissibleReading(
    "lists",
    "the description gives links to pages that exist; about:blank stands in the documentation alone",
    read_by_hooks(answer=on_response(_drop_blank_links)),
    slots=("link form", "end of a list"),
)
