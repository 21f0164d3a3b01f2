"""An unreadable page size or cursor is ignored."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("PAG-06", "PAG-10", "PAG-08"),
    "malformed paging parameters give 200",
    lambda _site: hook_everywhere(
        parameter=lambda _call, name, problem: None if name == "page" and problem and problem.status == 400 else problem
    ),
    changes=("status", "headers", "body"),
)
