"""The columns of a table change their order between responses."""

from itertools import count

from conformance.mock_server import tables
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Reverse header and rows in every second response of one table."""
    responses = count()

    def reverse_columns(_call: ServerCall | None, answer: ServerResponse, body: bytes) -> bytes:
        if not answer.media.startswith(tables.CSV) or next(responses) % 2 == 0:
            return body
        rows = tables.decode_rows(body)
        return tables.encode_rows([row[::-1] for row in rows])

    return hook_at(
        site.pick(operation for operation in site.model.operations if tables.is_csv_documented(operation)),
        raw=reverse_columns,
    )


FAULT = SeededFault(
    ("CSV-01",),
    "the header of one table is not always the same",
    install,
    difficulty="subtle",
    media_type=tables.CSV,
)
