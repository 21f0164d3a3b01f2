"""Findings: observations that need attention, one for each cause, requirement and operation."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from conformance.model import Exchange, Level, Outcome, Requirement, ResourceModel, Verdict
from conformance.model.pointers import fold_indices
from conformance.model.request_size import measure_request
from reports.summary import GRAVITY, Finding

MAX_EXCHANGES = 25
_SHOWN = frozenset({Verdict.ERROR, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.WARN})
_RANK = {verdict: rank for rank, verdict in enumerate(GRAVITY)}
_LEVELS = {level: rank for rank, level in enumerate(Level)}


def rank_gravity(verdict: Verdict, level: Level) -> tuple[int, int]:
    """Return the sort key of findings: the gravest verdict first, then the strongest level."""
    return _RANK[verdict], _LEVELS[level]


def collect_findings(
    outcomes: Iterable[Outcome],
    exchanges: Iterable[Exchange],
    requirements: Mapping[str, Requirement],
    model: ResourceModel | None,
) -> tuple[Finding, ...]:
    """Return the findings, gravest first, then by level, requirement and operation.

    The observation shown is the one whose first exchange was sent first; `times` is the sum of all observations.
    """
    sent = {exchange.id: exchange for exchange in exchanges}
    groups: dict[tuple[str, str, Verdict, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.verdict in _SHOWN:
            groups[
                outcome.requirement, outcome.operation, outcome.verdict, outcome.cause or fold_indices(outcome.pointer)
            ].append(outcome)
    findings = [_build_finding(cause, group, sent, requirements, model) for (_, _, _, cause), group in groups.items()]
    return tuple(sorted(findings, key=lambda f: (*rank_gravity(f.verdict, f.level), f.requirement, f.operation, f.id)))


def _build_finding(
    cause: str,
    group: list[Outcome],
    sent: Mapping[str, Exchange],
    requirements: Mapping[str, Requirement],
    model: ResourceModel | None,
) -> Finding:
    def sent_at(identifier: str) -> tuple[float, str]:
        return (sent[identifier].sent_at if identifier in sent else float("inf"), identifier)

    def order(outcome: Outcome) -> tuple[object, ...]:
        first = sent_at(outcome.exchanges[0]) if outcome.exchanges else (float("inf"), "")
        return (
            *first,
            outcome.pointer,
            outcome.message,
            outcome.expected,
            outcome.actual,
            outcome.exchanges,
            outcome.times,
        )

    shown = min(group, key=order)
    others = sorted({e for outcome in group for e in outcome.exchanges} - set(shown.exchanges), key=sent_at)
    known = requirements.get(shown.requirement)
    operation = model.operations_by_key.get(shown.operation) if model else None
    return Finding(
        id=_build_id(shown, cause),
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
        times=sum(outcome.times for outcome in group),
        exchanges=(*shown.exchanges, *others)[:MAX_EXCHANGES],
        smallest=_find_smallest(group, shown, sent),
    )


def _build_id(outcome: Outcome, cause: str) -> str:
    digest = hashlib.sha256(f"{outcome.requirement}\0{outcome.operation}\0{outcome.verdict}\0{cause}".encode())
    return f"f-{digest.hexdigest()[:12]}"


def _find_smallest(group: list[Outcome], shown: Outcome, sent: Mapping[str, Exchange]) -> str:
    """Return the id of the exchange with the smallest request, empty unless it is smaller than that of the first."""

    def size(identifier: str) -> tuple[int, int, str, str]:
        return (*measure_request(sent[identifier].request), identifier)

    first = [identifier for identifier in shown.exchanges[:1] if identifier in sent]
    smallest = min((*first, *(outcome.smallest for outcome in group if outcome.smallest in sent)), key=size, default="")
    return "" if smallest in first else smallest
