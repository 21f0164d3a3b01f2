"""The fold: from the events of any number of logs, in any order, to one summary."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from conformance.errors import LogError
from conformance.model import (
    Case,
    Catalogued,
    Described,
    Event,
    Exchanged,
    Generated,
    ItemFinished,
    KeywordsListed,
    Level,
    Noticed,
    Observed,
    Outcome,
    Passed,
    Place,
    Placed,
    Planned,
    Requirement,
    ResourceModel,
    RunFinished,
    RunStarted,
    Verdict,
)
from conformance.model.grades import grade_verdict
from conformance.run_log.event_log import CUT_OFF_TOPIC
from reports.exchange_store import ExchangeCollector, ExchangesById
from reports.findings import collect_findings
from reports.run_verdict import judge_run
from reports.summary import GRAVITY, CaseResult, Exclusion, Summary
from reports.tried_ways import count_ways

CUT_OFF_REASON = "the run ended before it was judged"
NOTHING_RECORDED = "nothing was recorded for it"
T = TypeVar("T")
_RANK = {verdict: rank for rank, verdict in enumerate(GRAVITY)}


class _EventSets:
    """The events of a run by kind, without duplicates; the only mutable state of the fold."""

    def __init__(self) -> None:
        self.headers: dict[bytes, RunStarted] = {}
        self.footers: dict[bytes, RunFinished] = {}
        self.models: dict[str, ResourceModel] = {}
        self.places: dict[str, Place] = {}
        self.requirements: dict[str, Requirement] = {}
        self.cases: set[Case] = set()
        self.excluded: set[tuple[str, str, str]] = set()  # requirement, operation, reason
        self.exchanges = ExchangeCollector()
        self.sent: Counter[str] = Counter()  # exchanges by identity
        self.senders: dict[str, str] = {}  # by exchange, the item that sent it
        self.left_out: dict[Case, int] = defaultdict(int)  # known ways that no plan item was for
        self.observed: set[Observed] = set()
        self.passes: Counter[tuple[Case, str]] = Counter()  # by case and probe
        self._known_passes: set[int] = set()  # hashes of events, which are nearly as many as exchanges
        self.notices: set[Noticed] = set()
        self.items: set[ItemFinished] = set()
        self.generated: set[Generated] = set()
        self.keywords: dict[str, KeywordsListed] = {}

    def _leave_out(self, requirement: str, counts: Mapping[str, int]) -> None:
        for operation, count in counts.items():
            case = Case(requirement, operation)
            self.left_out[case] = max(self.left_out[case], count)

    def _count_passes(self, event: Passed) -> None:
        number = hash(event)
        if number not in self._known_passes:
            self._known_passes.add(number)
            probe = event.item.partition("[")[0]
            for requirement, times in event.count_observations():
                self.passes[Case(requirement, event.operation), probe] += times

    def add(self, event: Event) -> None:  # noqa: C901, PLR0912 - one branch a kind of event
        match event:
            case RunStarted():
                self.headers[msgspec.json.encode(event)] = event
            case RunFinished():
                self.footers[msgspec.json.encode(event, order="deterministic")] = event
            case Described(model):
                _store(self.models, model.digest, model)
            case Placed(places):
                for pointer, place in places.items():
                    _store(self.places, pointer, place)
            case Catalogued(requirements):
                for requirement in requirements:
                    _store(self.requirements, requirement.id, requirement)
            case Planned(requirement, cases, excluded, left_out):
                self._leave_out(requirement, left_out)
                self.cases.update(Case(requirement, operation) for operation in cases)
                self.excluded.update((requirement, key, why) for why, keys in excluded.items() for key in keys)
            case Exchanged(exchange, item):
                if self.exchanges.add(exchange):
                    self.sent[exchange.request.identity] += 1
                self.senders[exchange.id] = min(item, self.senders.get(exchange.id, item))
            case Observed():
                self.observed.add(event)
            case Passed():
                self._count_passes(event)
            case Noticed():
                self.notices.add(event)
            case ItemFinished():
                self.items.add(event)
            case Generated():
                self.generated.add(event)
            case KeywordsListed(operation):
                _store(self.keywords, operation, event)


def _store(store: dict[str, T], key: str, value: T) -> None:
    """Store a value; of two different values under one key keep the same one, whichever came first."""
    known = store.setdefault(key, value)
    if known != value:
        store[key] = min(known, value, key=msgspec.json.encode)


def fold(events: Iterable[Event]) -> Summary:
    """Return the summary of one run from the events of all its logs: workers, shards, resumed parts, in any order.

    Identical events count once, so reading a log twice changes nothing. A case has the gravest verdict observed on it
    (`GRAVITY`); a FAIL of a SHOULD or MAY counts as WARN; a planned case without observation is NOT_TESTED.

    Raises:
        LogError: the headers are of different runs: another target, description, suite version, profile or seed.
    """
    gathered = _EventSets()
    for event in events:
        gathered.add(event)
    header = _merge_headers(gathered.headers.values())
    cut_off = _find_gaps(gathered)
    observed = [(_grade(event.outcome, gathered.requirements), event.item) for event in gathered.observed]
    by_case = _group_by_case(outcome for outcome, _ in observed)
    passes = _sum_passes(gathered.passes)
    ways = count_ways(gathered.observed, gathered.passes, gathered.left_out)
    model = _choose_model(gathered, header)
    exchanges = gathered.exchanges.arrange()
    unplanned = sorted({*by_case, *passes} - gathered.cases)
    silence = CUT_OFF_REASON if cut_off else NOTHING_RECORDED
    return judge_run(
        Summary(
            started=header,
            finished_at=max((event.finished_at for event in gathered.footers.values()), default=None),
            shards=tuple(sorted({event.shard for event in gathered.headers.values() if event.shard})),
            stopped=tuple(sorted({event.stopped for event in gathered.footers.values() if event.stopped})),
            cut_off=cut_off,
            requests=_count_requests(gathered.sent, gathered.footers.values()),
            model=model,
            places=dict(sorted(gathered.places.items())),
            requirements=tuple(gathered.requirements[key] for key in sorted(gathered.requirements)),
            case_results=tuple(
                _build_cell(case, by_case.get(case, []), passes[case], silence, ways) for case in sorted(gathered.cases)
            ),
            unplanned_results=tuple(
                _build_cell(case, by_case.get(case, []), passes[case], "", ways) for case in unplanned
            ),
            excluded=_collect_exclusions(gathered),
            findings=collect_findings(
                observed, ExchangesById(exchanges), gathered.senders, gathered.requirements, model
            ),
            exchanges=exchanges,
            senders=gathered.senders,
            notices=tuple(sorted(gathered.notices, key=lambda n: (n.topic, n.operation, n.message))),
            items=tuple(sorted(gathered.items, key=lambda i: (i.item, i.duration_s, i.requests))),
            generated=tuple(sorted(gathered.generated, key=lambda g: (g.operation, g.exchange))),
            keywords=tuple(gathered.keywords[key] for key in sorted(gathered.keywords)),
        )
    )


def _group_by_case(outcomes: Iterable[Outcome]) -> dict[Case, list[Outcome]]:
    """Return the outcomes by case, in the order given."""
    by_case: dict[Case, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_case[outcome.case].append(outcome)
    return by_case


def _sum_passes(passes: Mapping[tuple[Case, str], int]) -> Counter[Case]:
    """Return by case how many observations say that it passed, and no more."""
    by_case: Counter[Case] = Counter()
    for (case, _), times in passes.items():
        by_case[case] += times
    return by_case


def _grade(outcome: Outcome, requirements: Mapping[str, Requirement]) -> Outcome:
    known = requirements.get(outcome.requirement)
    verdict = grade_verdict(outcome.verdict, known.level if known else Level.MUST)
    return outcome if verdict is outcome.verdict else msgspec.structs.replace(outcome, verdict=verdict)


def _build_cell(
    case: Case, outcomes: list[Outcome], passes: int, silence: str, ways: Mapping[Case, tuple[int, int]]
) -> CaseResult:
    tried, known = ways.get(case, (0, 0))
    if not outcomes and not passes:
        return CaseResult(case.requirement, case.operation, Verdict.NOT_TESTED, silence, 0, tried, known)
    passed = [Verdict.PASS] if passes else []
    verdict = min((*passed, *(outcome.verdict for outcome in outcomes)), key=_RANK.__getitem__)
    reason = min(
        (outcome.message for outcome in outcomes if outcome.verdict is verdict and outcome.message), default=""
    )
    observations = passes + sum(outcome.times for outcome in outcomes)
    return CaseResult(case.requirement, case.operation, verdict, reason, observations, tried, known)


def _merge_headers(headers: Iterable[RunStarted]) -> RunStarted | None:
    ordered = sorted(headers, key=lambda h: (bool(h.worker), h.shard, h.started_at, msgspec.json.encode(h)))
    if not ordered:
        return None
    for name, values in {
        "target": {header.target.name for header in ordered},
        "description": {header.description_sha256 for header in ordered},
        "suite version": {header.suite_version for header in ordered},
        "profile": {header.profile.value for header in ordered},
        "seed": {str(header.seed) for header in ordered},
    }.items():
        if len(values) > 1:
            raise LogError(
                f"the logs are of different runs: {name} {' and '.join(sorted(values))}",
                hint="Merge only the logs of one run and its shards; compare two runs with `evconform report diff`",
            )
    return msgspec.structs.replace(ordered[0], started_at=min(header.started_at for header in ordered))


def _choose_model(gathered: _EventSets, header: RunStarted | None) -> ResourceModel | None:
    """Return the model of the description in the header, else any."""
    known = gathered.models.get(header.description_sha256) if header else None
    return known or next(iter(gathered.models.values()), None)


def _find_gaps(gathered: _EventSets) -> tuple[str, ...]:
    reasons = {notice.message for notice in gathered.notices if notice.topic == CUT_OFF_TOPIC}
    shards = {header.shard for header in gathered.headers.values()}
    if not reasons and len(gathered.footers) < max(1, len(shards)):
        reasons.add(f"{len(gathered.footers)} of {max(1, len(shards))} logs have a footer")
    if not gathered.headers:
        reasons.add("there is no header")
    named = {shard for shard in shards if shard}
    if len(named) > 1:  # one shard alone is a part of the run; several must be complete
        for total in {shard.partition("/")[2] for shard in named}:
            expected = {f"{number}/{total}" for number in range(1, int(total) + 1)} if total.isdigit() else set()
            reasons.update(f"shard {shard} is missing" for shard in expected - named)
    return tuple(sorted(reasons))


def _count_requests(recorded: Mapping[str, int], footers: Iterable[RunFinished]) -> dict[str, int]:
    """Count requests by identity: the exchanges recorded, or the number in a footer if larger (it includes repeats)."""
    sent: dict[str, int] = defaultdict(int, recorded)
    for footer in footers:
        for identity, count in footer.requests.items():
            sent[identity] = max(sent[identity], count)
    return dict(sorted(sent.items()))


def _collect_exclusions(gathered: _EventSets) -> tuple[Exclusion, ...]:
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for requirement, operation, why in gathered.excluded:
        if Case(requirement, operation) not in gathered.cases:
            grouped[requirement, why].append(operation)
    return tuple(
        Exclusion(requirement, why, tuple(sorted(keys))) for (requirement, why), keys in sorted(grouped.items())
    )
