"""A resource below another one is found by its id alone, whatever parent the path names."""

from conformance.mock_server.fault_tools.foreign_members import find_below_any_parent, list_personal_parts
from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("AUT-05",),
    "another user's resource below one's own parent gives 200",
    lambda site: hook_at(list_personal_parts(site), **find_below_any_parent(site)),
    changes=("status", "headers", "body"),
    shown_by="references",
    implies=("ERR-05", "AUT-15"),
)
