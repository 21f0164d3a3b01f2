"""One id in a query that filters nothing is not checked: a malformed one counts as absent."""

from conformance.mock_server.fault_tools.parameter_faults import ignore_values, list_query_parameters
from conformance.mock_server.seeded_faults import SeededFault

_ID_LENGTH = 30  # characters: a prefix of four and a ULID

FAULT = SeededFault(
    ("ERR-13",),
    "an id that is one character too short gives 200",
    lambda site: ignore_values(
        site,
        list_query_parameters(site, lambda schema: "{26}" in schema.get("pattern", ""), filtering=False),
        lambda value: len(value) < _ID_LENGTH,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
