"""One bound in time fails in the year 9999: the server adds an hour to it."""

from conformance.mock_server.fault_tools.parameter_faults import fail_at_values, list_query_parameters
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("RSP-08",),
    "a filter by 9999-12-31T23:59:59Z gives 500",
    lambda site: fail_at_values(
        site,
        list_query_parameters(site, lambda schema: schema.get("format") == "date-time", filtering=True),
        lambda value: value.startswith("9999-12-31"),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
