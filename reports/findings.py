"""Findings: observations that need attention, one for each cause, requirement and operation."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from conformance.model import Exchange, Harm, Kind, Level, Outcome, Requirement, ResourceModel, Source, Verdict
from conformance.model.pointers import fold_indices
from conformance.model.request_size import measure_request
from reports.summary import GRAVITY, Finding

MAX_EXCHANGES = 25
MAX_ITEMS = 8
_SHOWN = frozenset({Verdict.ERROR, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.WARN})
_RANK = {verdict: rank for rank, verdict in enumerate(GRAVITY)}
_SILENT = Requirement("", Level.MUST, "", Source("", ""), Kind.PASSIVE, "")
_HARMS = {harm: rank for rank, harm in enumerate(Harm)}
_LEVELS = {level: rank for rank, level in enumerate(Level)}


def rank_verdict(verdict: Verdict) -> int:
    """Return the place of a verdict among all, the gravest first."""
    return _RANK[verdict]


def rank_gravity(verdict: Verdict, level: Level, harm: Harm) -> tuple[int, int, int]:
    """Return the sort key of findings: the gravest verdict first, then the strongest level, then the gravest harm."""
    return _RANK[verdict], _LEVELS[level], _HARMS[harm]


def collect_findings(
    observed: Iterable[tuple[Outcome, str]],
    sent: Mapping[str, Exchange],
    senders: Mapping[str, str],
    requirements: Mapping[str, Requirement],
    model: ResourceModel | None,
) -> tuple[Finding, ...]:
    """Return the findings, gravest first, then by level, harm, requirement and operation.

    `observed` are outcomes with the plan items that saw them, `sent` the exchanges by id, and `senders` the items that
    sent them. The observation shown is the one whose first exchange was sent first; `times` is the sum of all
    observations.
    """
    groups: dict[tuple[str, str, Verdict, str], list[Outcome]] = defaultdict(list)
    seen_by: dict[tuple[str, str, Verdict, str], dict[Outcome, str]] = defaultdict(dict)
    for outcome, item in observed:
        if outcome.verdict in _SHOWN:
            cause = outcome.cause or fold_indices(outcome.pointer)
            key = (outcome.requirement, outcome.operation, outcome.verdict, cause)
            groups[key].append(outcome)
            seen_by[key][outcome] = min(item, seen_by[key].get(outcome, item))
    findings = [
        _name_items(_build_finding(key[-1], group, sent, requirements, model), seen_by[key], senders)
        for key, group in groups.items()
    ]
    evidence = [_Evidence(finding, group) for finding, group in zip(findings, groups.values(), strict=True)]
    findings = _mark_implied(evidence, requirements)
    return tuple(
        sorted(findings, key=lambda f: (*rank_gravity(f.verdict, f.level, f.harm), f.requirement, f.operation, f.id))
    )


def _build_exchange_key(identifier: str, sent: Mapping[str, Exchange]) -> tuple[float, str]:
    """Return the sort key of an exchange, by the time it was sent; unknown ones come last."""
    return (sent[identifier].sent_at if identifier in sent else float("inf"), identifier)


def _build_outcome_key(outcome: Outcome, sent: Mapping[str, Exchange]) -> tuple[object, ...]:
    """Return the sort key of an outcome, by the time of its first exchange and then by its content."""
    first = _build_exchange_key(outcome.exchanges[0], sent) if outcome.exchanges else (float("inf"), "")
    content = (outcome.pointer, outcome.message, outcome.expected, outcome.actual, outcome.exchanges, outcome.times)
    return (*first, *content)


def _build_finding(
    cause: str,
    group: list[Outcome],
    sent: Mapping[str, Exchange],
    requirements: Mapping[str, Requirement],
    model: ResourceModel | None,
) -> Finding:
    """Return the finding of a group of outcomes with one cause; it shows the outcome that was observed first."""
    shown = min(group, key=lambda outcome: _build_outcome_key(outcome, sent))
    others = {exchange for outcome in group for exchange in outcome.exchanges} - set(shown.exchanges)
    further_exchanges = sorted(others, key=lambda identifier: _build_exchange_key(identifier, sent))
    known = requirements.get(shown.requirement)
    operation = model.operations_by_key.get(shown.operation) if model else None
    return Finding(
        id=_build_id(shown, cause),
        requirement=shown.requirement,
        level=known.level if known else Level.MUST,
        harm=known.harm if known else Harm.FORM,
        verdict=shown.verdict,
        operation=shown.operation,
        operation_id=operation.id if operation else "",
        message=shown.message,
        expected=shown.expected or (known.statement if known else ""),
        actual=shown.actual or shown.message,
        pointer=shown.pointer,
        cause=cause,
        times=sum(outcome.times for outcome in group),
        exchanges=(*shown.exchanges, *further_exchanges)[:MAX_EXCHANGES],
        rests_on=len(shown.exchanges[:MAX_EXCHANGES]),
        smallest=_find_smallest(group, shown, sent),
    )


def _name_items(finding: Finding, seen_by: Mapping[Outcome, str], senders: Mapping[str, str]) -> Finding:
    """Return the finding with the item that saw what it shows.

    What no single item sees rests on exchanges of several: those that sent its evidence.
    """

    def is_shown_by(outcome: Outcome) -> bool:
        return bool(outcome.exchanges) and outcome.exchanges == finding.exchanges[: len(outcome.exchanges)]

    items = sorted((not is_shown_by(outcome), item) for outcome, item in seen_by.items() if item)
    names = [item for _, item in items[:1]] or [senders[key] for key in finding.exchanges if senders.get(key)]
    return msgspec.structs.replace(finding, items=tuple(dict.fromkeys(names))[:MAX_ITEMS])


class _Evidence(NamedTuple):
    """A finding with all outcomes that it was folded from."""

    finding: Finding
    outcomes: list[Outcome]

    @property
    def exchanges(self) -> set[str]:
        """Return the ids of the exchanges that its outcomes rest on."""
        return {exchange for outcome in self.outcomes for exchange in outcome.exchanges}

    @property
    def pointers(self) -> set[str]:
        """Return the places that its outcomes name, indices folded."""
        return {fold_indices(outcome.pointer) for outcome in self.outcomes}


def _mark_implied(evidence: list[_Evidence], requirements: Mapping[str, Requirement]) -> list[Finding]:
    """Return the findings, those that follow from another one with its id.

    One follows from another of the same operation whose requirement implies its own, where both rest on one exchange,
    and the other one is about the response as a whole, about the same place of it, or of the same cause.
    """
    by_operation: dict[str, list[_Evidence]] = defaultdict(list)
    for entry in evidence:
        if requirements.get(entry.finding.requirement, _SILENT).implies:
            by_operation[entry.finding.operation].append(entry)
    marked = []
    for entry in evidence:
        reason = next(
            (
                candidate.finding.id
                for candidate in by_operation.get(entry.finding.operation, ())
                if entry.finding.requirement in _list_implied(candidate.finding.requirement, requirements)
                and _is_consequence(entry, candidate)
            ),
            "",
        )
        marked.append(msgspec.structs.replace(entry.finding, implied_by=reason) if reason else entry.finding)
    return marked


def _list_implied(requirement: str, requirements: Mapping[str, Requirement]) -> set[str]:
    """Return the requirements that a violation of one implies, directly or not."""
    reached: set[str] = set()
    queue = [requirement]
    while queue:
        known = requirements.get(queue.pop())
        new = set(known.implies if known else ()) - reached
        reached |= new
        queue += new
    return reached


def _is_consequence(entry: _Evidence, candidate: _Evidence) -> bool:
    is_as_grave = _RANK[candidate.finding.verdict] <= _RANK[entry.finding.verdict]
    is_same_place = candidate.pointers == {""} or bool(entry.pointers & candidate.pointers)
    has_same_cause = bool(entry.finding.cause) and entry.finding.cause == candidate.finding.cause
    return is_as_grave and bool(entry.exchanges & candidate.exchanges) and (is_same_place or has_same_cause)


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
