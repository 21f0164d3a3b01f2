"""Texts of any length are accepted."""

from conformance.mock_server.fault_tools.complaint_filter import drop_complaints
from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("ERR-08", "WRT-06"),
    "a text longer than maxLength gives 2xx",
    lambda site: hook_at(
        [
            operation
            for operation in site.body_writes()
            if any("maxLength" in schema for schema in site.writable_properties(operation).values())
        ],
        reject=drop_complaints("too long"),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
