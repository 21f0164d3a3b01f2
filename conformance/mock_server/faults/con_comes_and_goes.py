"""One replica lags: every seventh read of one existing resource finds nothing."""

from itertools import count
from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at

_PERIOD = 7


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the read of a member of a root collection with expansions, which is read often."""
    operation = site.pick(item for item in site.root_items() if len(item.expansions) > 1)
    reads = count(1)

    def hide_record(_call: ServerCall, _resource: Any, _members: Any, _key: str, record: Any) -> Any:
        return record if record is None or next(reads) % _PERIOD else None

    return hook_at(operation, lookup=hide_record)


FAULT = SeededFault(
    ("CON-07",), "every seventh read of an existing resource gives 404", install, difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=(
        "RSP-12", "CON-01", "CON-02", "CON-05", "VER-03", "EXP-02", "EXP-04", "EXP-06", "EXP-07", "FLT-07", "LNK-04",
        "IDS-03", "HDR-09", "ERR-11",
    ),
)  # fmt: skip
