"""The cost of the needs of probes, by the identity that pays. Pure."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from conformance.evidence.subject import (
    choose_bulk_reader,
    choose_error_sender,
    choose_exposed,
    choose_reader,
    choose_unprivileged,
    choose_user_reader,
)
from conformance.model import Target
from conformance.probes.toolkit.base import (
    BULK_READER,
    ERROR_SENDER,
    EXPOSED,
    READER,
    UNPRIVILEGED,
    USER_READER,
    Need,
)


def sum_costs(needs: Iterable[Need]) -> Counter[str]:
    """Return the number of requests by identity, where equal shared needs count once."""
    seen: set[tuple[str, str]] = set()
    total: Counter[str] = Counter()
    for need in needs:
        if need.shared and (need.identity, need.key) in seen:
            continue
        seen.add((need.identity, need.key))
        total[need.identity] += need.count
    return total


def assign_payer(need: Need, target: Target) -> Need:
    """Return the need with the identity of the target in place of a placeholder of `conformance.probes.toolkit.base`.

    Its count is at most a configured allowance plus one, the request that is refused by the rate limit.
    """
    payers = {
        READER: choose_reader,
        BULK_READER: choose_bulk_reader,
        USER_READER: choose_user_reader,
        ERROR_SENDER: choose_error_sender,
        UNPRIVILEGED: choose_unprivileged,
        EXPOSED: choose_exposed,
    }
    payer = payers.get(need.identity)
    identity = payer(target) if payer else need.identity
    count = min(need.count, target.allowances.get(identity, need.count) + 1)
    return msgspec.structs.replace(need, identity=identity, count=count) if payer or count < need.count else need


def can_send(need: Need, target: Target) -> bool:
    """Return whether a need can be planned on a target.

    A probe does without identities that are not configured, except for `full`, which is assumed to exist.
    """
    name = need.identity.partition("#")[0]
    return name in {"", "full", *target.identities}
