"""The columns of a table change their order between responses."""

from itertools import count

from conformance.mock_server import tables
from conformance.mock_server.call import Answer, Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """Reverse header and rows in every second response of one table."""
    responses = count()

    def reverse_columns(_call: Call | None, answer: Answer, body: bytes) -> bytes:
        if not answer.media.startswith(tables.CSV) or next(responses) % 2 == 0:
            return body
        rows = tables.read(body)
        return tables.lines([row[::-1] for row in rows])

    return at(
        site.pick(operation for operation in site.model.operations if tables.documented(operation)), raw=reverse_columns
    )


FAULT = Fault(
    ("CSV-01",),
    "the header of one table is not always the same",
    plant,
    difficulty="subtle",
    needs=tables.CSV,
)
