"""A POST below another resource creates two resources."""

from conformance.mock_server.fault_tools.duplicate_creations import create_twice, list_creations
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("AFT-01",),
    "one POST below another resource, two new members",
    lambda site: create_twice(site, (creation for creation in list_creations(site) if "{" in creation.path)),
    changes=(),
)
