"""The fold: events of any number of logs, in any order, to one summary."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from conformance.errors import LogError
from conformance.eventlog import CUT_OFF
from conformance.model import (
    Case,
    Catalogued,
    Described,
    Event,
    Exchange,
    Exchanged,
    ItemFinished,
    Level,
    Noticed,
    Observed,
    Outcome,
    Place,
    Placed,
    Planned,
    Requirement,
    ResourceModel,
    RunFinished,
    RunStarted,
    Verdict,
)
from reports.findings import collect
from reports.judging import judged
from reports.summary import GRAVITY, Cell, Exclusion, Summary

CUT_OFF_REASON = "the run ended before it was judged"
NOTHING_RECORDED = "nothing was recorded for it"
T = TypeVar("T")
_RANK = {verdict: rank for rank, verdict in enumerate(GRAVITY)}


class _Gathered:
    """The events of a run by kind, duplicates dropped: the one mutable thing of the fold, alive only inside it."""

    def __init__(self) -> None:
        self.headers: dict[bytes, RunStarted] = {}
        self.footers: dict[bytes, RunFinished] = {}
        self.models: dict[str, ResourceModel] = {}
        self.places: dict[str, Place] = {}
        self.requirements: dict[str, Requirement] = {}
        self.cases: set[Case] = set()
        self.excluded: set[tuple[str, str, str]] = set()  # requirement, operation, reason
        self.exchanges: set[Exchange] = set()
        self.observed: set[Observed] = set()
        self.notices: set[Noticed] = set()
        self.items: set[ItemFinished] = set()

    def add(self, event: Event) -> None:  # noqa: C901 - one branch a kind of event
        match event:
            case RunStarted():
                self.headers[msgspec.json.encode(event)] = event
            case RunFinished():
                self.footers[msgspec.json.encode(event, order="deterministic")] = event
            case Described(model):
                _keep(self.models, model.digest, model)
            case Placed(places):
                for pointer, place in places.items():
                    _keep(self.places, pointer, place)
            case Catalogued(requirements):
                for each in requirements:
                    _keep(self.requirements, each.id, each)
            case Planned(requirement, cases, excluded):
                self.cases.update(Case(requirement, operation) for operation in cases)
                self.excluded.update((requirement, key, why) for why, keys in excluded.items() for key in keys)
            case Exchanged(exchange):
                self.exchanges.add(exchange)
            case Observed():
                self.observed.add(event)
            case Noticed():
                self.notices.add(event)
            case ItemFinished():
                self.items.add(event)


def _keep(store: dict[str, T], key: str, value: T) -> None:
    """Of two values under one key the same one stays, whichever came first."""
    known = store.setdefault(key, value)
    if known != value:
        store[key] = min(known, value, key=msgspec.json.encode)


def fold(events: Iterable[Event]) -> Summary:
    """The summary of one run, from the events of all its logs: workers, shards, resumed parts, in any order.

    Identical events count once, so reading a log twice changes nothing. A case has the gravest verdict observed on it
    (`GRAVITY`); a FAIL of a SHOULD or MAY counts as WARN; a planned case without observation is NOT_TESTED. Raises
    LogError where the headers are of different runs: another target, description, suite, profile or seed.
    """
    gathered = _Gathered()
    for event in events:
        gathered.add(event)
    header = _header(gathered.headers.values())
    cut_off = _cut_off(gathered)
    outcomes = [_by_level(each.outcome, gathered.requirements) for each in gathered.observed]
    by_case: dict[Case, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_case[outcome.case].append(outcome)
    model = gathered.models.get(header.description_sha256 if header else "") or next(
        iter(gathered.models.values()), None
    )
    exchanges = tuple(sorted(gathered.exchanges, key=lambda x: (x.sent_at, x.id, x.failure, x.status)))
    silence = CUT_OFF_REASON if cut_off else NOTHING_RECORDED
    return judged(
        Summary(
            started=header,
            finished_at=max((each.finished_at for each in gathered.footers.values()), default=None),
            shards=tuple(sorted({each.shard for each in gathered.headers.values() if each.shard})),
            stopped=tuple(sorted({each.stopped for each in gathered.footers.values() if each.stopped})),
            cut_off=cut_off,
            requests=_requests(exchanges, gathered.footers.values()),
            model=model,
            places=dict(sorted(gathered.places.items())),
            requirements=tuple(gathered.requirements[key] for key in sorted(gathered.requirements)),
            cells=tuple(_cell(case, by_case.get(case, []), silence) for case in sorted(gathered.cases)),
            unplanned=tuple(_cell(case, by_case[case], "") for case in sorted(set(by_case) - gathered.cases)),
            excluded=_exclusions(gathered),
            findings=collect(outcomes, exchanges, gathered.requirements, model),
            exchanges=exchanges,
            notices=tuple(sorted(gathered.notices, key=lambda n: (n.topic, n.operation, n.message))),
            items=tuple(sorted(gathered.items, key=lambda i: (i.item, i.duration_s, i.requests))),
        )
    )


def _by_level(outcome: Outcome, requirements: Mapping[str, Requirement]) -> Outcome:
    known = requirements.get(outcome.requirement)
    if outcome.verdict is Verdict.FAIL and known is not None and known.level is not Level.MUST:
        return msgspec.structs.replace(outcome, verdict=Verdict.WARN)
    return outcome


def _cell(case: Case, outcomes: list[Outcome], silence: str) -> Cell:
    if not outcomes:
        return Cell(case.requirement, case.operation, Verdict.NOT_TESTED, silence)
    verdict = min((each.verdict for each in outcomes), key=_RANK.__getitem__)
    reason = min((each.message for each in outcomes if each.verdict is verdict and each.message), default="")
    return Cell(case.requirement, case.operation, verdict, reason, sum(each.times for each in outcomes))


def _header(headers: Iterable[RunStarted]) -> RunStarted | None:
    ordered = sorted(headers, key=lambda h: (bool(h.worker), h.shard, h.started_at, msgspec.json.encode(h)))
    if not ordered:
        return None
    for name, values in {
        "target": {each.target.name for each in ordered},
        "description": {each.description_sha256 for each in ordered},
        "suite version": {each.suite_version for each in ordered},
        "profile": {each.profile.value for each in ordered},
        "seed": {str(each.seed) for each in ordered},
    }.items():
        if len(values) > 1:
            raise LogError(
                f"these logs are of different runs: {name} {' and '.join(sorted(values))}",
                hint="Merge the logs of one run and its shards only; compare runs with `report diff`.",
            )
    return msgspec.structs.replace(ordered[0], started_at=min(each.started_at for each in ordered))


def _cut_off(gathered: _Gathered) -> tuple[str, ...]:
    found = {notice.message for notice in gathered.notices if notice.topic == CUT_OFF}
    shards = {each.shard for each in gathered.headers.values()}
    if not found and len(gathered.footers) < max(1, len(shards)):
        found.add(f"{len(gathered.footers)} of {max(1, len(shards))} logs have a footer")
    if not gathered.headers:
        found.add("there is no header")
    named = {shard for shard in shards if shard}
    if len(named) > 1:  # one shard alone speaks for its share; several claim to be the whole
        for total in {shard.partition("/")[2] for shard in named}:
            wanted = {f"{number}/{total}" for number in range(1, int(total) + 1)} if total.isdigit() else set()
            found.update(f"shard {each} is missing" for each in wanted - named)
    return tuple(sorted(found))


def _requests(exchanges: Iterable[Exchange], footers: Iterable[RunFinished]) -> dict[str, int]:
    """By identity: the exchanges recorded, or what a footer says where that is more (waits and repeats count too)."""
    sent: dict[str, int] = defaultdict(int)
    for each in exchanges:
        sent[each.request.identity] += 1
    for footer in footers:
        for identity, count in footer.requests.items():
            sent[identity] = max(sent[identity], count)
    return dict(sorted(sent.items()))


def _exclusions(gathered: _Gathered) -> tuple[Exclusion, ...]:
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for requirement, operation, why in gathered.excluded:
        if Case(requirement, operation) not in gathered.cases:
            grouped[requirement, why].append(operation)
    return tuple(
        Exclusion(requirement, why, tuple(sorted(keys))) for (requirement, why), keys in sorted(grouped.items())
    )
