"""A PATCH leaves the time of the last update as it was."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role

_NAMES = ("updated_at", "last_updated_at")


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an update of a resource that shows when it was updated."""
    updates = [
        o for o in site.body_writes(Role.UPDATE) if "updated_at" in site.properties(o) and "url" in site.properties(o)
    ]
    return hook_at(
        site.pick(updates),
        apply=lambda _c, record, changes: {
            **changes, **{name: record.data[name] for name in _NAMES if name in record.data}
        },
    )  # fmt: skip


FAULT = SeededFault(("AFT-05",), "`updated_at` stays while the resource changes", install)
