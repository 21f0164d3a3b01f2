"""Hypothesis strategies that know the ev.energy v2 API; usable from any pytest suite.

Values drawn at random are strategies; ways to be wrong are finite, and enumerated as tuples with a name each.
"""

from strategies.expansions import bad_expansions, expansions, orders
from strategies.ids import monotonic_ids, prefixed_ulids, ulids
from strategies.near_misses import MALFORMATIONS, NearMiss, near_miss_ids, near_misses
from strategies.pages import bad_cursors, bad_page_sizes, cursors, page_sizes
from strategies.timestamps import bad_timestamps, respellings, timestamps

__all__ = [
    "MALFORMATIONS",
    "NearMiss",
    "bad_cursors",
    "bad_expansions",
    "bad_page_sizes",
    "bad_timestamps",
    "cursors",
    "expansions",
    "monotonic_ids",
    "near_miss_ids",
    "near_misses",
    "orders",
    "page_sizes",
    "prefixed_ulids",
    "respellings",
    "timestamps",
    "ulids",
]
