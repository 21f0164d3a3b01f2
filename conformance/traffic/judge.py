"""Judging recorded traffic: every check and every relation between exchanges, without a request."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import msgspec

from conformance import description as descriptions
from conformance.errors import UsageError
from conformance.execution.directories import choose_directory, name_run
from conformance.execution.passive_checks import RepeatedChecks
from conformance.execution.recorder import Recorder
from conformance.execution.spec import RunContext, RunSpec, load_catalogue
from conformance.model import Exchange, Exchanged, ItemFinished, Noticed, Profile, ResourceModel, Target, TargetKind
from conformance.plan import Catalogue, Plan
from conformance.run_log.shared_values import SharedValues
from conformance.traffic.batched_log import BatchedLog
from conformance.traffic.exchanges import ExchangeReader
from conformance.traffic.judged_log import JudgedLog
from conformance.traffic.operation_index import OperationIndex
from conformance.traffic.outages import Outages
from conformance.traffic.relations import judge_relations
from conformance.traffic.relations.reads import Reads
from conformance.traffic.survey import Survey, survey_traffic

TRAFFIC_TOPIC = "traffic"
"""The topic of notices on what was guessed of the traffic, and what of it was left out."""
_ITEM = "traffic"
_MAX_SHARED = 1 << 25  # bytes of bodies, of which equal ones are one object


RequestJudge = Callable[[Sequence[Exchange], descriptions.Description], Iterator[Noticed]]
"""What says which requirements on clients the requests of exchanges violate; these come without response bodies."""


class JudgeOptions(msgspec.Struct, frozen=True):
    """The options of `judge` as given on the command line."""

    files: tuple[Path, ...]
    base_url: str = ""
    description: Path | None = None
    overlays: bool = True
    own_overlays: tuple[Path, ...] = ()
    strict_readings: bool = False
    select: tuple[str, ...] = ()
    report_dir: Path | None = None
    command: str = ""


def judge_traffic(
    options: JudgeOptions, clock: Callable[[], float] = time.time, judge_requests: RequestJudge | None = None
) -> Path:
    """Judge the exchanges of files and return the run log; `judge_requests` says what to think of the client.

    Raises HarnessError: UsageError where a file cannot be read or nothing in it calls the API, LogError, PlanError.
    """
    description = descriptions.load_description(
        options.description, overlays=options.overlays, own_overlays=options.own_overlays
    )
    index = OperationIndex(description.model)
    survey = survey_traffic(options.files, index)
    base_url = options.base_url.rstrip("/") or survey.fits.guess()
    spec = _build_spec(options, base_url, clock())
    catalogue = load_catalogue()
    context = RunContext(description, catalogue, _plan_cases(spec, catalogue, description.model))
    log = JudgedLog(spec, context, options.files, options.command, clock)
    run = _TrafficRun(log, options, ExchangeReader(base_url, index, clock()), survey)

    def judge(writer: BatchedLog) -> Iterator[Noticed]:
        notices = run.judge(writer)
        return chain(notices, judge_requests(run.requests, description) if judge_requests else ())

    return log.write(judge, [_ITEM])


def _plan_cases(spec: RunSpec, catalogue: Catalogue, model: ResourceModel) -> Plan:
    """Return the cases of traffic: those of a run, without probes, and without the reasons why these would not run."""
    plan = spec.make_plan(msgspec.structs.replace(catalogue, probes=MappingProxyType({})), model)
    outcomes = tuple(
        outcome
        for outcome in plan.known_outcomes
        if outcome.case in plan.undecidable or catalogue.requirements[outcome.requirement].not_tested
    )
    return msgspec.structs.replace(plan, known_outcomes=outcomes)


def _build_spec(options: JudgeOptions, base_url: str, now: float) -> RunSpec:
    run = name_run(now, "judge")
    directory = options.report_dir or choose_directory(run)
    # Nothing is sent; what writes and other identities could show counts where the traffic has it.
    target = Target("traffic", TargetKind.URL, base_url, may_write=True, may_touch_hardware=True)
    return RunSpec(
        run=run,
        directory=str(directory.resolve()),
        target=target,
        headers={},
        secrets={},
        description=str(options.description.resolve()) if options.description else "",
        overlays=options.overlays,
        own_overlays=tuple(str(file.resolve()) for file in options.own_overlays),
        strict_readings=options.strict_readings,
        profile=Profile.DEEP,
        select=options.select,
    )


class _TrafficRun:
    """The judgement of traffic, written to a log."""

    def __init__(self, log: JudgedLog, options: JudgeOptions, reader: ExchangeReader, survey: Survey) -> None:
        self._log, self._options, self._reader, self._survey = log, options, reader, survey
        self.requests: list[Exchange] = []
        """All exchanges, without the bodies of their responses."""

    def judge(self, log: BatchedLog) -> Iterator[Noticed]:
        """Write and judge every exchange, then what exchanges show together; return what is to be known of them."""
        subject, recorder, outages = self._log.subject, self._log.open_recorder(_ITEM, log), Outages()
        began = time.perf_counter()
        reads = Reads(self._check_each(outages, recorder, log), subject.model)
        if not self.requests:
            self._refuse()
        for outcome in outages.judge():
            self._log.record(outcome, None, recorder)
        for outcome in judge_relations(reads, self._log.last.sightings, subject):
            self._log.record(outcome, reads.find_exchange(outcome), recorder)
        recorder.close()
        log.append(ItemFinished(_ITEM, time.perf_counter() - began, 0))
        return self._describe(reads)

    def _check_each(self, outages: Outages, recorder: Recorder, log: BatchedLog) -> Iterator[Exchange]:
        """Write and judge every exchange, and yield it; of equal parts all exchanges have the same."""
        checks, shared = RepeatedChecks(self._log.subject, self._log.catalogue), SharedValues()
        bodies: dict[bytes, bytes] = {}
        size = 0
        for read in self._read():
            exchange = outages.set_aside(read)
            body = exchange.response.body if exchange.response else b""
            if body not in bodies:
                size += len(body)
                if size > _MAX_SHARED:
                    bodies.clear()
                    size = len(body)
            exchange = shared.share_exchange(exchange, b"", bodies.setdefault(body, body))
            log.append(Exchanged(exchange, _ITEM))
            self.requests.append(_drop_body(exchange))
            for outcome in checks.check_exchange(exchange) if not exchange.is_unavailable else ():
                self._log.record(outcome, exchange, recorder)
            yield exchange

    def _read(self) -> Iterator[Exchange]:
        for file in self._options.files:
            entries = self._survey.kept.take(file)
            yield from self._reader.read(entries, is_set_back=file in self._survey.set_back)

    def _refuse(self) -> None:
        left_out = "; ".join(f"{count:,} {reason}" for reason, count in self._reader.left_out.most_common(3))
        raise UsageError(
            f"no exchange of the traffic calls the API at {self._reader.base_url}",
            hint="Name its base URL with --base-url; "
            + (f"left out: {left_out}" if left_out else "the files are empty"),
        )

    def _describe(self, reads: Reads) -> Iterator[Noticed]:
        """Yield what is to be known of the traffic: what was guessed, who sent it, what was left out."""
        reader = self._reader
        if not self._options.base_url:
            yield Noticed(
                TRAFFIC_TOPIC,
                f"the base URL {reader.base_url} was recognised from the traffic; use --base-url to name another one",
            )
        if reader.identities:
            names = ", ".join(reader.identities.values())
            yield Noticed(TRAFFIC_TOPIC, f"senders, told apart by their credentials (which are not kept): {names}")
        for reason, count in reader.left_out.most_common():
            yield Noticed(TRAFFIC_TOPIC, f"left out: {count:,} {reason} (first: {reader.examples[reason]})")
        for remark, count in reader.remarks.most_common():
            yield Noticed(TRAFFIC_TOPIC, f"{count:,} {remark}")
        if reads.left_out:
            message = f"{reads.left_out:,} responses were not compared with others: there is too much of them"
            yield Noticed(TRAFFIC_TOPIC, message)


def _drop_body(exchange: Exchange) -> Exchange:
    """Return an exchange without the body of its response."""
    response = msgspec.structs.replace(exchange.response, body=b"") if exchange.response else None
    return msgspec.structs.replace(exchange, response=response)
