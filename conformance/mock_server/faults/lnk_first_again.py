"""A list of several links ends with the one that it begins with."""

from conformance.mock_server.fault_tools.repeated_links import repeat_links
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("LNK-06",),
    "one resource is linked twice",
    lambda site: repeat_links(site, lambda links: [*links, links[0]], fewest=2),
    difficulty="subtle",
    implies=("CON-02", "CON-07", "EXP-02"),
)
