"""One filter keeps its number in 32 bits, and fails at larger ones."""

from conformance.mock_server.fault_tools.parameter_faults import fail_at_values, list_query_parameters
from conformance.mock_server.seeded_faults import SeededFault


def _is_large(value: str) -> bool:
    return value.lstrip("-").isdecimal() and not -(2**31) <= int(value) < 2**31


FAULT = SeededFault(
    ("RSP-08",),
    "a filter by 2147483648 gives 500",
    lambda site: fail_at_values(
        site, list_query_parameters(site, lambda schema: schema.get("type") == "integer", filtering=True), _is_large
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
