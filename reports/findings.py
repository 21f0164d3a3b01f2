"""Observations that somebody should look at, folded: one cause gives one finding for each requirement and operation."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from conformance.model import Exchange, Level, Outcome, Requirement, ResourceModel, Verdict
from reports.summary import GRAVITY, Finding

EXCHANGES_KEPT = 25
_SHOWN = frozenset({Verdict.ERROR, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.WARN})
_RANK = {verdict: rank for rank, verdict in enumerate(GRAVITY)}
_LEVELS = {level: rank for rank, level in enumerate(Level)}
_INDEX = re.compile(r"/\d+(?=/|$)")


def folded(pointer: str) -> str:
    """A pointer with its array indices folded: `/3/model` and `/7/model` are one place, `/*/model`."""
    return _INDEX.sub("/*", pointer)


def gravity(verdict: Verdict, level: Level) -> tuple[int, int]:
    """What sorts findings: the gravest verdict first, then the strongest level."""
    return _RANK[verdict], _LEVELS[level]


def collect(
    outcomes: Iterable[Outcome],
    exchanges: Iterable[Exchange],
    requirements: Mapping[str, Requirement],
    model: ResourceModel | None,
) -> tuple[Finding, ...]:
    """Findings, gravest first, then by level, requirement and operation.

    The observation shown is the one whose first exchange was sent first; `times` adds up all.
    """
    sent = {each.id: each for each in exchanges}
    groups: dict[tuple[str, str, Verdict, str], list[Outcome]] = defaultdict(list)
    for each in outcomes:
        if each.verdict in _SHOWN:
            groups[each.requirement, each.operation, each.verdict, each.cause or folded(each.pointer)].append(each)
    found = [_finding(cause, group, sent, requirements, model) for (_, _, _, cause), group in groups.items()]
    return tuple(sorted(found, key=lambda f: (*gravity(f.verdict, f.level), f.requirement, f.operation, f.id)))


def _finding(
    cause: str,
    group: list[Outcome],
    sent: Mapping[str, Exchange],
    requirements: Mapping[str, Requirement],
    model: ResourceModel | None,
) -> Finding:
    def when(identifier: str) -> tuple[float, str]:
        return (sent[identifier].sent_at if identifier in sent else float("inf"), identifier)

    def order(each: Outcome) -> tuple[object, ...]:
        first = when(each.exchanges[0]) if each.exchanges else (float("inf"), "")
        return (*first, each.pointer, each.message, each.expected, each.actual, each.exchanges, each.times)

    shown = min(group, key=order)
    others = sorted({e for each in group for e in each.exchanges} - set(shown.exchanges), key=when)
    known = requirements.get(shown.requirement)
    operation = model.by_key.get(shown.operation) if model else None
    digest = hashlib.sha256(f"{shown.requirement}\0{shown.operation}\0{shown.verdict}\0{cause}".encode())
    return Finding(
        id=f"f-{digest.hexdigest()[:12]}",
        requirement=shown.requirement,
        level=known.level if known else Level.MUST,
        verdict=shown.verdict,
        operation=shown.operation,
        operation_id=operation.id if operation else "",
        message=shown.message,
        expected=shown.expected,
        actual=shown.actual,
        pointer=shown.pointer,
        cause=cause,
        times=sum(each.times for each in group),
        exchanges=(*shown.exchanges, *others)[:EXCHANGES_KEPT],
        smallest=_smallest(group, shown, sent),
    )


def _smallest(group: list[Outcome], shown: Outcome, sent: Mapping[str, Exchange]) -> str:
    """The exchange with the smallest request, where that is smaller than the telling one's."""

    def size(identifier: str) -> tuple[int, str]:
        request = sent[identifier].request
        return len(request.target) + len(request.body) + sum(len(n) + len(v) for n, v in request.headers), identifier

    telling = [each for each in shown.exchanges[:1] if each in sent]
    found = min((*telling, *(each.smallest for each in group if each.smallest in sent)), key=size, default="")
    return "" if found in telling else found
