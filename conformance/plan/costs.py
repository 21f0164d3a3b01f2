"""The cost of the needs of probes, by the identity that pays. Pure."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from conformance.evidence.payers import is_payer_kind, list_payers
from conformance.model import Operation, ResourceModel, Target
from conformance.probes.toolkit.base import Need, Probe

ASSUMED_PAYER = "full"
"""The identity of needs and requests that name none."""


def sum_costs(needs: Iterable[Need]) -> Counter[str]:
    """Return the number of requests by identity, where equal shared needs count once."""
    seen: set[tuple[str, str]] = set()
    total: Counter[str] = Counter()
    for need in needs:
        if need.shared:
            if (need.identity, need.key) in seen:
                continue
            seen.add((need.identity, need.key))
        total[need.identity] += need.count
    return total


def list_needs(probe: Probe, operation: Operation, model: ResourceModel, target: Target) -> tuple[Need, ...]:
    """Return what a probe needs on an operation of a target; the identity of a need may be a kind of payer.

    The count of a need is at most a configured allowance plus one, the request that is refused by the rate limit.
    """
    needs = []
    for need in probe.needs(operation, model):
        identity = probe.payer if probe.payer and need.identity == ASSUMED_PAYER else need.identity
        count = min(need.count, target.allowances.get(identity, need.count) + 1)
        needs.append(msgspec.structs.replace(need, identity=identity, count=count))
    return tuple(need for need in needs if can_send(need, target))


def can_send(need: Need, target: Target) -> bool:
    """Return whether a need can be planned on a target.

    A probe does without identities that are not configured, except for `full`, which is assumed to exist.
    """
    name = need.identity.partition("#")[0]
    return is_payer_kind(need.identity) or name in {"", ASSUMED_PAYER, *target.identities}


def assign_payers(needs: Iterable[Need], payers: dict[str, str]) -> tuple[Need, ...]:
    """Return needs with the identities that were chosen in place of the kinds of payer."""
    return tuple(
        msgspec.structs.replace(need, identity=payers[need.identity]) if need.identity in payers else need
        for need in needs
    )


def choose_preferred_payers(needs: Iterable[Need], target: Target) -> dict[str, str]:
    """Return the preferred identity of each kind of payer among needs."""
    return {need.identity: list_payers(need.identity, target)[0] for need in needs if is_payer_kind(need.identity)}
