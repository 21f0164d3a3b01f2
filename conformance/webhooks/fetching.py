"""WHK-04: the `data` of a delivery held against what its `url` shows. Pure."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from conformance.comparing import Difference, differences
from conformance.judging import quote
from conformance.model import Exchange, Noticed, Outcome, Verdict
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.judging import ENDED, operation_of

_REQUIREMENT = "WHK-04"
_MOST = 3  # differences of one delivery
_ACCOUNTED = re.compile(r"cost|co2|points|savings|incentive|labels|updated")
"""Words of the names of fields that are worked out after the event."""
_GROWING = re.compile(r"energy_|duration|percentage")
"""Words of the names of fields that grow until the end."""

Fetch = Callable[[str], Exchange]
"""GET of a path below the base URL, as somebody who may read it."""


def compare(
    delivery: Delivery, exchange: str, base_url: str, fetch: Fetch, json: Callable[[Exchange], Any]
) -> Iterator[Outcome | Noticed]:
    """Fetch `data.url` and compare. Only URLs below the base are asked: no token goes elsewhere."""
    operation, url = operation_of(delivery.event), delivery.data.get("url")
    if not isinstance(url, str):
        yield Outcome(
            _REQUIREMENT, operation, Verdict.FAIL, "data has no url", pointer="/data/url", exchanges=(exchange,)
        )
        return
    if not url.startswith(base_url + "/"):
        reason = "data.url lies outside the target, and is not asked"
        yield Outcome(_REQUIREMENT, operation, Verdict.NOT_OBSERVABLE, reason, base_url, url, "/data/url", (exchange,))
        return
    answer = fetch(url.removeprefix(base_url))
    both = (exchange, answer.id)
    if answer.status != 200:
        verdict = Verdict.FAIL if answer.status == 404 else Verdict.INCONCLUSIVE
        message = f"GET data.url answers {answer.status or 'nothing'}"
        yield Outcome(_REQUIREMENT, operation, verdict, message, "200", str(answer.status), "/data/url", both)
        return
    yield from _compared(delivery, json(answer), operation, both)


def _compared(delivery: Delivery, shown: Any, operation: str, both: tuple[str, ...]) -> Iterator[Outcome | Noticed]:
    found = tuple(differences(delivery.data, shown))
    moving = [each for each in found if _may_move(each, ended=delivery.event.endswith(ENDED))]
    for each in moving:
        yield Noticed("volatile-field", f"{each.pointer} may change after the event, and has", operation)
    bad = [each for each in found if each not in moving]
    for each in bad[:_MOST]:
        message = f"{each.first} in data is not what its url shows"
        old, new = quote(each.new), quote(each.old)
        yield Outcome(_REQUIREMENT, operation, Verdict.FAIL, message, old, new, f"/data{each.pointer}", both)
    if not bad:
        yield Outcome(_REQUIREMENT, operation, Verdict.PASS, exchanges=both)


def _may_move(found: Difference, *, ended: bool) -> bool:
    """Whether a value may have changed between the event and the read of it."""
    if _ACCOUNTED.search(found.first):
        return True
    if ended:
        return False
    if _GROWING.search(found.first):
        numbers = isinstance(found.old, int | float) and isinstance(found.new, int | float)
        return found.old is None or (numbers and found.new >= found.old)
    return found.first == "end" and found.old is None
