"""One bound in time fails at the beginning of 1970: the server takes zero seconds for no time."""

from conformance.mock_server.fault_tools.parameter_faults import fail_at_values, list_query_parameters
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("RSP-08",),
    "a filter by 1970-01-01T00:00:00Z gives 500",
    lambda site: fail_at_values(
        site,
        list_query_parameters(site, lambda schema: schema.get("format") == "date-time", filtering=True),
        lambda value: value.startswith("1970-01-01T00:00:00"),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
