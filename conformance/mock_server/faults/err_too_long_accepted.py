"""Texts of any length are accepted."""

from conformance.mock_server.complaint_filter import forgiving
from conformance.mock_server.seeded_faults import Fault, at

FAULT = Fault(
    ("ERR-08", "WRT-06"),
    "a text longer than maxLength gives 2xx",
    lambda site: at(
        [
            operation
            for operation in site.bodies()
            if any("maxLength" in schema for schema in site.writable(operation).values())
        ],
        reject=forgiving("too long"),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
