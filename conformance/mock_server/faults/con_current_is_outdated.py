"""The current version is one from before the last publication."""

from conformance.mock_server.fault_tools.current_versions import show_version
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("CON-10",),
    "`current` is the version before the published one, as it was while it was published itself",
    lambda site: show_version(site, lambda versions: {**versions[-3].data, "published": True}),
    difficulty="subtle",
    changes=("body",),
    implies=("CON-02", "CON-07"),
)
