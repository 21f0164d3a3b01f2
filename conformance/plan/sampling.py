"""Samples in a plan: the first part for a seed, further parts, and the number of seeds that try everything. Pure."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from conformance.model import Operation, ResourceModel
from conformance.plan.item import PlanItem
from conformance.probes.toolkit.base import Need, Probe, choose_turn
from conformance.probes.toolkit.samples import count_parts


def count_probe_parts(probe: Probe, operation: Operation, model: ResourceModel) -> int:
    """Return how many successive parts of a probe's sample try all that it knows; 1 where it samples nothing."""
    return count_parts(probe.ways(operation, model), probe.sample) if probe.ways else 1


def count_ways(probe: Probe, operation: Operation, model: ResourceModel) -> int:
    """Return how many ways a probe knows on an operation; 1 where it does not count them."""
    return max(1, probe.ways(operation, model)) if probe.ways else 1


def has_turn(probe: Probe, operation: Operation, seed: int) -> bool:
    """Return whether an operation is one of those that a probe tries with this seed."""
    return choose_turn(operation, probe.share) == (probe.first_share + seed - 1) % probe.share


def explain_turn(probe: Probe) -> str:
    """Return why an operation is not tried when it is not its turn."""
    return f"one in {probe.share} operations is tried with each seed, all of them in the profile deep"


def list_further_parts(item: PlanItem, parts: int, *, together: bool) -> Iterator[PlanItem]:
    """Yield the items for all parts of a sample after the first, or one item for all of them."""
    if together and parts > 1:
        yield build_part(item, 1, parts - 1)
    else:
        yield from (build_part(item, part) for part in range(1, parts))


def build_part(item: PlanItem, part: int, parts: int = 1) -> PlanItem:
    """Return the item for other parts of a sample; what it needs beside the sample is shared with the first."""
    needs = tuple(_build_need(need, part, parts) for need in item.needs)
    return msgspec.structs.replace(item, part=part, parts=parts, needs=needs)


def join_parts(item: PlanItem, parts: int) -> PlanItem:
    """Return the item with the needs of all parts of its sample, for a probe that tries them in one item."""
    needs = (msgspec.structs.replace(n, count=n.count * parts) if n.sampled else n for n in item.needs)
    return msgspec.structs.replace(item, needs=tuple(needs))


def _build_need(need: Need, part: int, parts: int) -> Need:
    if not need.sampled or not part:
        return need
    return msgspec.structs.replace(need, key=f"{need.key} part {part}", count=need.count * parts)


def order_by_thinness(further: Iterable[tuple[PlanItem, int]]) -> list[PlanItem]:
    """Return further items, each given with the number of parts of its sample, the thinnest sample first.

    An operation without a turn was not sampled at all and comes first; then those of whose sample the smallest
    fraction is tried before the item.
    """
    return [item for item, parts in sorted(further, key=lambda entry: entry[0].part / entry[1])]


def find_failed_parts(
    item: PlanItem, parts: int, seed: int, failed: Mapping[str, frozenset[int]]
) -> Iterator[PlanItem]:
    """Yield the items that try again what failed in an earlier run, given by base name and turn of its parts."""
    numbers = {(turn - (seed - 1)) % parts for turn in failed.get(item.base_name, ())}
    yield from (build_part(item, number) for number in sorted(numbers - {0}))
