"""A list of links names its last resource twice."""

from conformance.mock_server.fault_tools.repeated_links import repeat_links
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("LNK-06",),
    "one resource is linked twice",
    lambda site: repeat_links(site, lambda links: [*links, links[-1]]),
    implies=("CON-02", "CON-07", "EXP-02"),
)
