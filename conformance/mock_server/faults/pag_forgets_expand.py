"""Links of one list lack `expand`."""

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at


def _drop_expand(
    _call: Call, queries: dict[str, list[tuple[str, str]] | None]
) -> dict[str, list[tuple[str, str]] | None]:
    return {rel: query and [field for field in query if field[0] != "expand"] for rel, query in queries.items()}


def plant(site: Site) -> Planted | None:
    """Choose a list of several pages with expansions."""
    expanding = {operation.key for operation, _ in site.expansions()}
    return at(
        site.pick(operation for operation in site.paged(least=3) if operation.key in expanding), link=_drop_expand
    )


FAULT = Fault(
    ("PAG-05", "EXP-08"), "the Link of one list lacks expand", plant, difficulty="subtle", changes=("headers",)
)
