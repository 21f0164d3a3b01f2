"""A row of a table lacks its last value."""

from conformance.mock_server import tables
from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at


def _cut_last_row(_call: Call | None, answer: Answer, body: bytes) -> bytes:
    if not answer.media.startswith(tables.CSV):
        return body
    *rows, last, end = body.split(b"\r\n")
    return b"\r\n".join((*rows, last.rpartition(b",")[0], end))


def plant(site: Site) -> Planted | None:
    """Choose one table, and shorten its last row."""
    return at(
        site.pick(operation for operation in site.model.operations if tables.documented(operation)), raw=_cut_last_row
    )


FAULT = Fault(
    ("CSV-01",),
    "the last row of one table is narrower than its header",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
    needs=tables.CSV,
)
