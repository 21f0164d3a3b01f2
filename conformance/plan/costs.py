"""The cost of the needs of probes, by the identity that pays. Pure."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from conformance.evidence.subject import ample, idle, other, refused, spare
from conformance.model import Target
from conformance.probes.toolkit.base import AMPLE, IDLE, OTHER, REFUSED, SPARE, Need


def union_cost(needs: Iterable[Need]) -> Counter[str]:
    """Return the number of requests by identity, where equal shared needs count once."""
    seen: set[tuple[str, str]] = set()
    total: Counter[str] = Counter()
    for need in needs:
        if need.shared and (need.identity, need.key) in seen:
            continue
        seen.add((need.identity, need.key))
        total[need.identity] += need.count
    return total


def paid_by(need: Need, target: Target) -> Need:
    """Return the need with the identity of the target in place of a placeholder of `conformance.probes.toolkit.base`.

    Its count is at most a configured allowance plus one, the request that is refused by the rate limit.
    """
    payers = {SPARE: spare, AMPLE: ample, IDLE: idle, OTHER: other, REFUSED: refused}
    payer = payers.get(need.identity)
    identity = payer(target) if payer else need.identity
    count = min(need.count, target.allowances.get(identity, need.count) + 1)
    return msgspec.structs.replace(need, identity=identity, count=count) if payer or count < need.count else need


def can_ask(need: Need, target: Target) -> bool:
    """Return whether a need can be planned on a target.

    A probe does without identities that are not configured, except for `full`, which is assumed to exist.
    """
    name = need.identity.partition("#")[0]
    return name in {"", "full", *target.identities}
