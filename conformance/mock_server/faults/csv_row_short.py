"""A row of a table lacks its last value."""

from conformance.mock_server import tables
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def _cut_last_row(_call: ServerCall | None, answer: ServerResponse, body: bytes) -> bytes:
    if not answer.media.startswith(tables.CSV):
        return body
    *rows, last, end = body.split(b"\r\n")
    return b"\r\n".join((*rows, last.rpartition(b",")[0], end))


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one table, and shorten its last row."""
    return hook_at(
        site.pick(operation for operation in site.model.operations if tables.is_csv_documented(operation)),
        raw=_cut_last_row,
    )


FAULT = SeededFault(
    ("CSV-01",),
    "the last row of one table is narrower than its header",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
    media_type=tables.CSV,
)
