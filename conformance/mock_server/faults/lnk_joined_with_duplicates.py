"""A list of links is as long as a join with another table."""

from conformance.mock_server.fault_tools.repeated_links import repeat_links
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("LNK-06",),
    "one resource is linked twice",
    lambda site: repeat_links(site, lambda links: [link for link in links for _ in (0, 1)], fewest=2),
    difficulty="subtle",
    implies=("CON-02", "CON-07", "EXP-02"),
)
