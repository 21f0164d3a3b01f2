"""One filter by id ignores an id that lacks its last character."""

from conformance.mock_server.fault_tools.parameter_faults import ignore_values, list_query_parameters
from conformance.mock_server.seeded_faults import SeededFault

_ID_LENGTH = 30  # characters: a prefix of four and a ULID

FAULT = SeededFault(
    ("FLT-04",),
    "an id without its last character gives the whole list",
    lambda site: ignore_values(
        site,
        list_query_parameters(site, lambda schema: "{26}" in schema.get("pattern", ""), filtering=True),
        lambda value: len(value) == _ID_LENGTH - 1,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
