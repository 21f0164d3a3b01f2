"""The handlers of actions are bound to GET too."""

from conformance.mock_server.fault_tools.fault_paths import list_free_actions, take_method
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault


def install(site: FaultSite) -> InstalledFault | None:
    """Take GET for POST at every action that runs with writes carry out."""
    actions = list_free_actions(site)
    keys = frozenset(action.key for action in actions)
    return InstalledFault({"method": take_method(actions, "GET", "POST")}, keys) if actions else None


FAULT = SeededFault(
    ("PTH-08", "ERR-06"), "GET at the path of an action carries it out", install, difficulty="subtle",
    changes=("status", "headers", "body"),
)  # fmt: skip
