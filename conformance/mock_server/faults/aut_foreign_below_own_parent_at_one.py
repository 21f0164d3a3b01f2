"""One kind of resource below another one is found by its id alone."""

from conformance.mock_server.fault_tools.foreign_members import find_below_any_parent, list_personal_parts
from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("AUT-05",),
    "at one operation another user's resource below one's own parent gives 200",
    lambda site: hook_at(site.pick(list_personal_parts(site)), **find_below_any_parent(site)),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="references",
    implies=("ERR-05", "AUT-15"),
)
