"""Comparisons in a world that moves: a difference counts only where its subject stood still while it was compared.

A live system changes while it is read: measurements, states, the latest log. What changes by itself is learnt from
plain reads before, between and after the reads that are compared, by endpoint and kind of field. A difference that
lasts through all rounds is a violation; one whose place moved is left out, and never one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from conformance.evidence.differences import ValueDifference
from conformance.evidence.outcomes import judge_case
from conformance.evidence.responses import OperationResponse, escape_pointer_token
from conformance.model import Noticed, Outcome, Verdict
from conformance.model.pointers import fold_indices
from conformance.probes.toolkit.base import Steps, send

# The order of reads: the reference (R) around and between the others (O). Two references in a row are among them, or a
# value that takes turns would look steady; one of two values, drawn anew for each read, passes once in 128 times.
_ORDER = "RORRORO"
Comparison = Callable[[Sequence[OperationResponse]], Iterable[ValueDifference]]


class SettledDifferences(msgspec.Struct, frozen=True):
    """The differences of a comparison after its repetition.

    `lasting` are those found each time, with the same values. `restless` are the first ones of each other kind, whose
    place changed by itself; `unsettled` are those of them that no comparison found alike. `reads` are the responses
    that were compared last.
    """

    lasting: tuple[ValueDifference, ...] = ()
    restless: tuple[ValueDifference, ...] = ()
    unsettled: tuple[ValueDifference, ...] = ()
    reads: tuple[OperationResponse, ...] = ()


def settle_differences(reads: Sequence[OperationResponse], compare: Comparison) -> Steps[SettledDifferences]:
    """Compare reads, and tell differences that last from those of a world that moves.

    Where there are any, the reads are sent again, the first one before, between and after the others. `compare` yields
    the differences of such reads. Differences of one kind, which is a pointer without list indices, share their fate:
    only where all of them are the same each time, their subject stood still.
    """
    suspects = _group_by_kind(compare(reads))
    if not suspects:
        return SettledDifferences(reads=tuple(reads))
    known: dict[str, list[ValueDifference]] = {}
    alike: set[str] = set()
    pair: list[OperationResponse | None] = [None, *(None for _ in reads[1:])]
    for turn in _ORDER + "R":
        for place, read in enumerate(reads[:1] if turn == "R" else reads[1:], 0 if turn == "R" else 1):
            pair[place] = yield from _repeat(read)
        present = tuple(read for read in pair if read is not None)
        if len(present) < len(reads):
            continue
        latest = _group_by_kind(compare(present))
        alike |= suspects.keys() - latest.keys()
        known = known or {kind: latest[kind] for kind in suspects if kind in latest}
        known = {kind: differences for kind, differences in known.items() if latest.get(kind) == differences}
        if not known:
            break
    restless = {kind: differences[0] for kind, differences in suspects.items() if kind not in known}
    unsettled = tuple(difference for kind, difference in restless.items() if kind not in alike)
    lasting = tuple(difference for differences in known.values() for difference in differences)
    compared = tuple(read or first for read, first in zip(pair, reads, strict=True))
    return SettledDifferences(lasting, tuple(restless.values()), unsettled, compared)


def _group_by_kind(differences: Iterable[ValueDifference]) -> dict[str, list[ValueDifference]]:
    """Return differences by the place in a schema where they stand."""
    groups: dict[str, list[ValueDifference]] = {}
    for difference in differences:
        groups.setdefault(fold_indices(difference.pointer), []).append(difference)
    return groups


def _repeat(read: OperationResponse) -> Steps[OperationResponse]:
    """Send the request of a read again."""
    return (yield from send(read.operation, msgspec.structs.replace(read.exchange.request, fresh=True)))


def has_still_part(response: OperationResponse, restless: Iterable[ValueDifference]) -> bool:
    """Return whether a response shows anything besides the places that change by themselves."""
    moving = {fold_indices(difference.pointer) for difference in restless}
    return "" not in moving and any(pointer not in moving for pointer in _walk_leaves(response.json, ""))


def _walk_leaves(value: Any, pointer: str) -> Iterator[str]:
    """Yield the places of the values that are neither objects nor lists, without list indices."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        token = "*" if isinstance(value, list) else escape_pointer_token(str(name))
        yield from _walk_leaves(member, f"{pointer}/{token}")
    if not isinstance(value, dict | list):
        yield pointer


def report_restless(
    response: OperationResponse, differences: Iterable[ValueDifference], requirement: str = ""
) -> Iterable[Outcome | Noticed]:
    """Yield a notice for each kind of field that changes by itself.

    With a requirement, also yield that it is INCONCLUSIVE: nothing else remains to judge it by.
    """
    pointers = list(dict.fromkeys(fold_indices(difference.pointer) or "the whole body" for difference in differences))
    for pointer in pointers:
        yield Noticed(
            "volatile-field", f"{pointer} changes between identical reads, so it is left out", response.operation.key
        )
    if requirement and pointers:
        reason = f"{pointers[0]} changes between identical reads, and did not stay the same long enough to be compared"
        yield judge_case(response, requirement, Verdict.INCONCLUSIVE, reason)
