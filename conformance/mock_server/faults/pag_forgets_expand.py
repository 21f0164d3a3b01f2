"""Links of one list lack `expand`."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def _drop_expand(
    _call: ServerCall, queries: dict[str, list[tuple[str, str]] | None]
) -> dict[str, list[tuple[str, str]] | None]:
    return {rel: query and [field for field in query if field[0] != "expand"] for rel, query in queries.items()}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list of several pages with expansions."""
    expanding = {operation.key for operation, _ in site.expansions()}
    return hook_at(
        site.pick(operation for operation in site.paged_lists(min_count=3) if operation.key in expanding),
        link=_drop_expand,
    )


FAULT = SeededFault(
    ("PAG-05", "EXP-08"), "the Link of one list lacks expand", install, difficulty="subtle", changes=("headers",)
)
