"""One filter by a whole number takes a fraction, and shows everything."""

from conformance.mock_server.fault_tools.parameter_faults import ignore_values, list_query_parameters
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("FLT-04",),
    "1.5 for an integer gives the whole list",
    lambda site: ignore_values(
        site,
        list_query_parameters(site, lambda schema: schema.get("type") == "integer", filtering=True),
        lambda value: "." in value,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
