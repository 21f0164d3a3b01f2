"""Hypothesis strategies that know the ev.energy v2 API; usable from any pytest suite.

Random values are strategies. Invalid values are finite: they are enumerated as tuples, and each one has a name.
"""

from strategies.bodies import bodies, body_defects, sample_body, schema_of_body
from strategies.defects import Defect, defects
from strategies.expansions import bad_expansions, expansions, orders
from strategies.filters import bad_filter_values, filter_values, filters, partitions
from strategies.histories import History, Step, run_conversation, shorten_script
from strategies.ids import monotonic_ids, prefixed_ulids, ulids
from strategies.instances import instances
from strategies.lifecycles import Lifecycle, lifecycles
from strategies.near_misses import MALFORMATIONS, NearMiss, near_miss_ids, near_misses
from strategies.pages import bad_cursors, bad_page_sizes, cursors, page_sizes
from strategies.samples import sample
from strategies.states import Broken
from strategies.timestamps import bad_timestamps, respellings, timestamps
from strategies.webhooks import schema_of_webhook, webhook_payloads
from strategies.workflows import histories, scripts, workflows

__all__ = [
    "MALFORMATIONS",
    "Broken",
    "Defect",
    "History",
    "Lifecycle",
    "NearMiss",
    "Step",
    "bad_cursors",
    "bad_expansions",
    "bad_filter_values",
    "bad_page_sizes",
    "bad_timestamps",
    "bodies",
    "body_defects",
    "cursors",
    "defects",
    "expansions",
    "filter_values",
    "filters",
    "histories",
    "instances",
    "lifecycles",
    "monotonic_ids",
    "near_miss_ids",
    "near_misses",
    "orders",
    "page_sizes",
    "partitions",
    "prefixed_ulids",
    "respellings",
    "run_conversation",
    "sample",
    "sample_body",
    "schema_of_body",
    "schema_of_webhook",
    "scripts",
    "shorten_script",
    "timestamps",
    "ulids",
    "webhook_payloads",
    "workflows",
]
