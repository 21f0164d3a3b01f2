"""A PATCH sets the time of the last update to the hour before."""

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an update of a resource that shows when it was updated."""
    updates = [
        o for o in site.body_writes(Role.UPDATE) if "updated_at" in site.properties(o) and "url" in site.properties(o)
    ]

    def set_back(_call: object, _record: object, changes: dict[str, object]) -> dict[str, object]:
        return {**changes, "updated_at": clock.format_time(clock.Clock().now() - 900 * clock.DAY)}

    return hook_at(site.pick(updates), apply=set_back)


FAULT = SeededFault(
    ("CON-08",), "`updated_at` is earlier after a PATCH than before", install, difficulty="subtle", implies=("AFT-05",)
)
