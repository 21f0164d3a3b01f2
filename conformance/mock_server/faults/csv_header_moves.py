"""The columns of a table stand in another order when the answer is asked for again."""

from itertools import count

from conformance.mock_server import tables
from conformance.mock_server.call import Answer, Call
from conformance.mock_server.faulting import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """Every second answer of one table; header and rows move alike."""
    asked = count()

    def turned(_call: Call | None, answer: Answer, body: bytes) -> bytes:
        if not answer.media.startswith(tables.CSV) or next(asked) % 2 == 0:
            return body
        rows = tables.read(body)
        return tables.lines([row[::-1] for row in rows])

    return at(site.pick(each for each in site.model.operations if tables.documented(each)), raw=turned)


FAULT = Fault(
    ("CSV-01",),
    "the header of one table is not always the same",
    plant,
    difficulty="subtle",
    needs=tables.CSV,
)
