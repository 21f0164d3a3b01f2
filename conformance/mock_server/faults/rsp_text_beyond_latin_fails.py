"""One filter by text fails at characters that Latin-1 does not have."""

from conformance.mock_server.fault_tools.parameter_faults import fail_at_values, list_query_parameters
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("RSP-08",),
    "a filter by a Japanese word gives 500",
    lambda site: fail_at_values(
        site,
        list_query_parameters(
            site,
            lambda schema: schema.get("type") == "string" and not {"enum", "format", "pattern"} & {*schema},
            filtering=True,
        ),
        lambda value: any(ord(character) > 0xFF for character in value),
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
    implies=("ERR-09",),
)
