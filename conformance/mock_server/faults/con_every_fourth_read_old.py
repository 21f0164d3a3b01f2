"""Every fourth read of a resource comes from a replica that lags behind."""

from itertools import count
from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, match_type


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a text of one resource."""
    items = site.root_items()
    choice = site.pick(
        (operation, name)
        for operation, name in site.with_property(items, match_type("string"))
        if name not in {"id", "url"} and not {"pattern", "maxLength"} & set(site.properties(operation)[name])
    )
    reads = count()

    def show_old(_call: object, _place: Any, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, choice[1]: f"{data[choice[1]]} (old)"} if choice and next(reads) % 4 == 2 else data

    return hook_at(choice[0], item=show_old) if choice else None


FAULT = SeededFault(
    ("CON-07",), "one text is an old one at every fourth read", install, difficulty="subtle",
    implies=("CON-01", "CON-02", "EXP-01", "EXP-02", "EXP-04", "EXP-05"),
)  # fmt: skip
