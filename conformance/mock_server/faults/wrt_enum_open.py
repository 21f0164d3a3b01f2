"""One write accepts any text for an enum."""

from conformance.mock_server.fault_tools.complaint_filter import drop_complaints
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.model import Role

FAULT = SeededFault(
    ("WRT-06", "ERR-08"),
    "a word outside an enum gives 2xx in one write",
    lambda site: hook_at(
        site.pick(
            operation
            for operation in site.body_writes()
            if operation.role is Role.UPDATE
            and any("enum" in schema for schema in site.writable_properties(operation).values())
        ),
        reject=drop_complaints("Not one of"),
    ),
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
