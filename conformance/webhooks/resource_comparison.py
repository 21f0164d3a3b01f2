"""WHK-04: the `data` of a delivery compared with the resource at its `url`. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.evidence.differences import ValueDifference, find_differences
from conformance.evidence.outcomes import quote_json
from conformance.evidence.urls import strip_base_url
from conformance.model import Exchange, Noticed, Outcome, Verdict
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.delivery_checks import ENDED
from conformance.webhooks.operations import build_operation_key

_REQUIREMENT = "WHK-04"
_MOST = 3  # differences reported of one delivery
_COMPUTED_LATER = re.compile(r"cost|co2|points|savings|incentive|labels|updated")
"""Parts of the names of fields that are computed after the event."""
_GROWING = re.compile(r"energy_|duration|percentage")
"""Parts of the names of fields that grow until the end."""

Fetch = Callable[[str], Exchange]
"""A function that sends GET for a path below the base URL, with an identity that may read it."""


def compare_with_resource(
    delivery: Delivery, exchange: str, base_url: str, fetch: Fetch, json: Callable[[Exchange], Any]
) -> Iterator[Outcome | Noticed]:
    """Fetch `data.url` and compare it with `data`.

    Only URLs below the base URL are fetched, so that no token is sent elsewhere.
    """
    operation, url = build_operation_key(delivery.event), delivery.data.get("url")
    if not isinstance(url, str):
        yield Outcome(
            _REQUIREMENT, operation, Verdict.FAIL, "data has no url", pointer="/data/url", exchanges=(exchange,)
        )
        return
    target = strip_base_url(base_url, url)
    if target is None:
        reason = "data.url is outside the target and is not fetched"
        yield Outcome(_REQUIREMENT, operation, Verdict.NOT_OBSERVABLE, reason, base_url, url, "/data/url", (exchange,))
        return
    fetched = fetch(target)
    both = (exchange, fetched.id)
    if fetched.status != 200:
        verdict = Verdict.FAIL if fetched.status == 404 else Verdict.INCONCLUSIVE
        message = f"GET data.url returned {fetched.status or 'no response'}"
        yield Outcome(_REQUIREMENT, operation, verdict, message, "200", str(fetched.status), "/data/url", both)
        return
    yield from _compare_fields(delivery, json(fetched), operation, both)


def _compare_fields(
    delivery: Delivery, resource: Any, operation: str, both: tuple[str, ...]
) -> Iterator[Outcome | Noticed]:
    """Yield a FAIL for each field that differs, a notice for each that may change, else a PASS."""
    all_differences = tuple(find_differences(delivery.data, resource))
    expected_changes = [
        difference for difference in all_differences if _may_change(difference, ended=delivery.event.endswith(ENDED))
    ]
    for difference in expected_changes:
        yield Noticed("volatile-field", f"{difference.pointer} may change after the event, and has changed", operation)
    violations = [difference for difference in all_differences if difference not in expected_changes]
    for difference in violations[:_MOST]:
        message = f"{difference.top_member} in data differs from the resource at data.url"
        old, new = quote_json(difference.new), quote_json(difference.old)
        yield Outcome(_REQUIREMENT, operation, Verdict.FAIL, message, old, new, f"/data{difference.pointer}", both)
    if not violations:
        yield Outcome(_REQUIREMENT, operation, Verdict.PASS, exchanges=both)


def _may_change(difference: ValueDifference, *, ended: bool) -> bool:
    """Return whether a value may have changed between the event and the fetch of its resource."""
    if _COMPUTED_LATER.search(difference.top_member):
        return True
    if ended:
        return False
    if _GROWING.search(difference.top_member):
        are_numbers = isinstance(difference.old, int | float) and isinstance(difference.new, int | float)
        return difference.old is None or (are_numbers and difference.new >= difference.old)
    return difference.top_member == "end" and difference.old is None
