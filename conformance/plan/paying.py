"""Who pays for what a probe needs, and what it costs. Pure."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from conformance.model import Target
from conformance.probes.base import AMPLE, IDLE, OTHER, REFUSED, SPARE, Need
from conformance.subject import ample, idle, other, refused, spare


def union_cost(needs: Iterable[Need]) -> Counter[str]:
    """Requests by identity when equal shared needs are sent once."""
    seen: set[tuple[str, str]] = set()
    total: Counter[str] = Counter()
    for need in needs:
        if need.shared and (need.identity, need.key) in seen:
            continue
        seen.add((need.identity, need.key))
        total[need.identity] += need.count
    return total


def paid_by(need: Need, target: Target) -> Need:
    """The need with the identity that pays in the place of SPARE, AMPLE, IDLE, OTHER and REFUSED.

    Nobody is asked for more than a known allowance, and the one request that finds it spent.
    """
    payers = {SPARE: spare, AMPLE: ample, IDLE: idle, OTHER: other, REFUSED: refused}
    payer = payers.get(need.identity)
    identity = payer(target) if payer else need.identity
    count = min(need.count, target.allowances.get(identity, need.count) + 1)
    return msgspec.structs.replace(need, identity=identity, count=count) if payer or count < need.count else need


def can_ask(need: Need, target: Target) -> bool:
    """Whether whoever would ask is there: probes do without others, but not without `full`, whoever that is."""
    name = need.identity.partition("#")[0]
    return name in {"", "full", *target.identities}
