"""The current version is the newest one, which is a draft."""

from conformance.mock_server.fault_tools.current_versions import show_version
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("CON-10",),
    "`current` is the newest version, though it is not published",
    lambda site: show_version(site, lambda versions: versions[-1].data),
    changes=("body",),
)
