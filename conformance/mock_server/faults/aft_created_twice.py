"""A POST creates two resources."""

from conformance.mock_server.fault_tools.duplicate_creations import create_twice, list_root_creations
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("AFT-01",), "one POST, two new members", lambda site: create_twice(site, list_root_creations(site)), changes=()
)
