"""One write accepts any text for an enum."""

from conformance.mock_server.complaint_filter import forgiving
from conformance.mock_server.seeded_faults import Fault, at
from conformance.model import Role

FAULT = Fault(
    ("WRT-06", "ERR-08"),
    "a word outside an enum gives 2xx in one write",
    lambda site: at(
        site.pick(
            operation
            for operation in site.bodies()
            if operation.role is Role.UPDATE and any("enum" in schema for schema in site.writable(operation).values())
        ),
        reject=forgiving("Not one of"),
    ),
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
