"""A word in the middle of an enumeration is refused."""

from conformance.mock_server.fault_tools.refused_words import refuse_word
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("VAL-06",),
    "a documented word is refused, the first and the last are not",
    lambda site: refuse_word(site, lambda count: count // 2, fewest=4),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
