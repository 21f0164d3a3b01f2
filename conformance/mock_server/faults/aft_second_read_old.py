"""Every second read after a change shows the former state."""

from conformance.mock_server.fault_tools.former_states import list_plain_updates, show_former_state
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one update of a member."""
    return show_former_state(site, site.pick(o for o in list_plain_updates(site) if o.path.endswith("}")), every=2)


FAULT = SeededFault(
    ("AFT-04",),
    "one read in two shows the state before a change",
    install,
    implies=("WRT-02", "CON-01", "CON-07", "CON-08", "VAL-01", "VAL-02", "VAL-03", "VAL-04", "VAL-05"),
)
