"""Every third read after a change shows the former state."""

from conformance.mock_server.fault_tools.former_states import list_plain_updates, show_former_state
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one update of a part."""
    return show_former_state(site, site.pick(o for o in list_plain_updates(site) if not o.path.endswith("}")), every=3)


FAULT = SeededFault(
    ("AFT-04",),
    "one read in three shows the state before a change",
    install,
    difficulty="subtle",
    implies=("WRT-02", "CON-01", "CON-07", "CON-08", "VAL-01", "VAL-02", "VAL-03", "VAL-04", "VAL-05"),
)
