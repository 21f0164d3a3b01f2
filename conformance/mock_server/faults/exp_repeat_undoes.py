"""A path that is given twice is not expanded."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one operation with expansions."""
    options = {operation.key: operation for operation, _ in site.expansions()}

    def drop_repeated_paths(call: Any, paths: tuple[str, ...]) -> tuple[str, ...]:
        asked = call.query_values("expand")
        return tuple(path for path in paths if asked.count(path) < 2)

    return hook_at(site.pick(options.values()), tree=drop_repeated_paths)


FAULT = SeededFault(("EXP-12",), "`expand=a&expand=a` leaves the URL", install)
