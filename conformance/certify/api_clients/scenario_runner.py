"""Scenario runner: each task once without any condition, then all scenarios, several at a time."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import msgspec

from conformance.certify.api_clients.catalogue import passives
from conformance.certify.api_clients.client_process import MARK, run
from conformance.certify.api_clients.definitions import Certificate, Scenario
from conformance.certify.api_clients.listeners import Doors
from conformance.certify.api_clients.scenario_endpoint import Play
from conformance.certify.api_clients.scenario_server import Stage
from conformance.certify.api_clients.tasks import TASKS
from conformance.certify.api_clients.trace import Call, How, Ran, Trace
from conformance.certify.api_clients.verdicts import (
    EVERY,
    everything,
    judged,
    lacking,
    operation_of,
    outcome,
    passively,
)
from conformance.certify.assessments import Found
from conformance.description import Description
from conformance.execution.redactor import Redactor
from conformance.execution.unscheduled_run import Item, Record
from conformance.mock_server import clock
from conformance.mock_server.behaviours import prepare
from conformance.mock_server.world.builder import World, build
from conformance.model import Outcome, Verdict

DECLINED = "declined: the plan does not declare the task"
_NO_OLD_TLS = "this machine does not support TLS 1.1"


class Case(msgspec.Struct, frozen=True):
    """A scenario to run, or the control run of a task, which has no condition."""

    task: str
    scenario: Scenario | None = None

    @property
    def name(self) -> str:
        """The name in URLs and reports."""
        return self.scenario.name if self.scenario else f"control-{self.task.replace('_', '-')}"

    @property
    def certificate(self) -> Certificate:
        """The TLS certificate that the server presents."""
        return self.scenario.certificate if self.scenario else Certificate.NONE

    @property
    def seconds(self) -> float:
        """The time limit in seconds, enough for a slow but correct client."""
        return self.scenario.seconds if self.scenario else 30.0


class Programme(msgspec.Struct, frozen=True):
    """The tasks and scenarios of a certification. Each task runs once without any condition, then the scenarios run."""

    tasks: tuple[str, ...]
    scenarios: tuple[Scenario, ...]

    @property
    def controls(self) -> list[Case]:
        """The control runs, one for each task."""
        return [Case(task) for task in self.tasks]


class Playing(msgspec.Struct, frozen=True):
    """The settings for running scenarios.

    The command of the client, the folder for its `output`, the number of parallel `jobs`, and the limit for one
    scenario in seconds.
    """

    command: tuple[str, ...]
    output: Path
    jobs: int
    limit_s: float


class Theatre:
    """Runs the scenarios of one certification: serves, runs, judges and records them. One thread records at a time."""

    def __init__(  # noqa: PLR0913
        self,
        record: Record,
        server: Stage,
        addresses: Doors,
        description: Description,
        *,
        number: int = 1,
        public: bool = False,
        scale: float = 1.0,
    ) -> None:
        self.stage = server
        self._record, self._doors, self._description = record, addresses, description
        self._number, self._public, self._scale = number, public, scale
        self._shared = self._build_world()
        self._writing = threading.Lock()
        self._interrupted = threading.Event()
        self._plays: dict[str, Play] = {}
        self._items: dict[str, Item] = {}
        self.traces: dict[str, Trace] = {}
        self.lacks: dict[str, str] = {}

    # Serving scenarios

    def put_up(self, scenario_run: Case) -> Play | None:
        """Serve a scenario; return None where this machine does not support its TLS version."""
        origin = self._doors.origins.get(scenario_run.certificate)
        if origin is None:
            return None
        task = TASKS[scenario_run.task]
        rules = (*task.setup, *(scenario_run.scenario.rules if scenario_run.scenario else ()))
        world = self._build_world() if task.writes else self._shared
        item = self._items[scenario_run.name] = self._record.item(scenario_run.name)
        endpoint = self._plays[scenario_run.name] = Play(
            scenario_run.name,
            rules,
            self._description,
            world,
            public=self._public,
            scale=self._scale,
            heard=lambda call: self._record_call(scenario_run.name, item, call),
        )
        self.stage.add(endpoint, origin, self._doors.elsewhere)
        return endpoint

    def _build_world(self) -> World:
        return prepare(build(self._description, self._number, clock.Clock().now()))

    def _record_call(self, name: str, item: Item, call: Call) -> None:
        with self._writing:
            item.exchanged(Redactor(self._plays[name].secrets).exchange(call.exchange))

    # Running scenarios

    def perform(self, settings: Playing, selection: Programme) -> None:
        """Start the command once for each control run, then once for each scenario of the tasks that succeeded."""
        scenarios = selection.scenarios
        try:
            with ThreadPoolExecutor(settings.jobs) as pool, self._stop_on_error(pool):
                self._run_all(pool, selection.controls, settings, self._check_control)
                remaining = [
                    Case(scenario.task, scenario)
                    for scenario in scenarios
                    if not scenario.control and not self.lacks.get(scenario.task)
                ]
                remaining.sort(key=lambda scenario_run: -scenario_run.seconds)
                self._run_all(pool, remaining, settings, lambda _: None)
        except KeyboardInterrupt:
            self._record.stopped = "interrupted"
        self.judge(scenarios)

    def _run_all(
        self, pool: ThreadPoolExecutor, scenario_runs: list[Case], settings: Playing, finish: Callable[[Case], None]
    ) -> None:
        futures: dict[Future[Ran | None], Case] = {
            pool.submit(self._run_one, scenario_run, settings): scenario_run for scenario_run in scenario_runs
        }
        for future in as_completed(futures):
            scenario_run = futures[future]
            if (result := future.result()) is not None:
                self.keep(scenario_run, result)
                finish(scenario_run)

    @contextmanager
    def _stop_on_error(self, pool: ThreadPoolExecutor) -> Iterator[None]:
        """Stop running clients and start no other one when anything fails, also on a signal at any moment."""
        try:
            yield
        except BaseException:
            self._interrupted.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise

    def _run_one(self, scenario_run: Case, settings: Playing) -> Ran | None:
        endpoint = self.put_up(scenario_run)
        if endpoint is None or self._interrupted.is_set():
            return None
        mark = f"{self.stage.run}-{scenario_run.name}"
        environment = {**endpoint.environment(), **self.surroundings(scenario_run), MARK: mark}
        endpoint.begin()
        result = run(
            settings.command,
            environment,
            limit_s=min(scenario_run.seconds, settings.limit_s),
            flooded=endpoint.flooded.is_set,
            stopped=self._interrupted.is_set,
        )
        output = Redactor(endpoint.secrets).text(self._record.redacted(result.output))
        if output:
            settings.output.mkdir(parents=True, exist_ok=True)
            (settings.output / f"{scenario_run.name}.txt").write_text(output, encoding="utf-8")
        return msgspec.structs.replace(result, output=output)

    def surroundings(self, scenario_run: Case) -> dict[str, str]:
        """Return the environment variables of a client that are neither addresses nor credentials."""
        authority = str(self._doors.authority)
        names = ("EVCONFORM_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        secure = dict.fromkeys(names, authority) if scenario_run.certificate is not Certificate.NONE else {}
        return {"EVCONFORM_CASE": scenario_run.name, "EVCONFORM_TASK": scenario_run.task, **secure}

    # Judging

    def keep(self, scenario_run: Case, result: Ran) -> None:
        """Close a scenario: store its trace, and record how its client ended."""
        endpoint = self._plays[scenario_run.name]
        self.traces[scenario_run.name] = Trace(
            endpoint.calls,
            result,
            endpoint.base_url,
            endpoint.user,
            self._scale,
            frozenset(endpoint.secrets.values()),
            self._doors.handshakes(scenario_run.certificate),
        )
        with self._writing:
            self._items[scenario_run.name].__exit__(None)
            if result.how is not How.OPERATOR:
                message = f"{scenario_run.name}: the client {result.told}"
                self._record.notice("client", message, operation_of(scenario_run.task))

    def _check_control(self, scenario_run: Case) -> None:
        self.lacks[scenario_run.task] = lacking(TASKS[scenario_run.task], self.traces[scenario_run.name])

    def judge(self, scenarios: Iterable[Scenario]) -> None:
        """Judge all scenarios that ran, and record a reason for those that did not."""
        with self._writing:
            for scenario in scenarios:
                if scenario.judge is not None and (result := self._judge_scenario(scenario)) is not None:
                    self._record.item(scenario.name).observed(self._redact_outcomes([result]))
            with self._record.item("all cases") as item:
                traces = {name: trace for name, trace in self.traces.items() if trace.calls}
                facts = everything(traces, self._description, public=self._public)
                for passive in passives():
                    outcomes = passively(passive, facts, self.lacks.get(passive.task, ""))
                    item.observed(self._redact_outcomes(outcomes))
                item.observed([Outcome("C30", EVERY, Verdict.NOT_APPLICABLE, "the API documents no ETag")])
        redactor = self._build_redactor()
        for address, count in self.stage.strayed.most_common(5):
            message = f"{count} requests outside of all scenarios: {address}. {_STRAY_HINT}"
            self._record.notice("stray", redactor.text(message))
        if self._record.stopped:
            self._record.leave(self._record.stopped)
        self._record.leave(DECLINED, Verdict.NOT_APPLICABLE)

    def _build_redactor(self) -> Redactor:
        """Build a redactor for the secrets of all scenarios: a verdict may quote another one, such as the control."""
        secrets = ((name, endpoint.secrets) for name, endpoint in self._plays.items())
        return Redactor({f"{name}-{kind}": value for name, values in secrets for kind, value in values.items()})

    def _redact_outcomes(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Yield outcomes with texts redacted: judges quote requests, which contain tokens."""
        redactor = self._build_redactor()
        for result in outcomes:
            texts = {name: redactor.text(getattr(result, name)) for name in ("message", "expected", "actual", "cause")}
            yield msgspec.structs.replace(result, **texts)

    def _judge_scenario(self, scenario: Scenario) -> Outcome | None:
        control = self.traces.get(f"control-{scenario.task.replace('_', '-')}")
        lack = self.lacks.get(scenario.task, "")
        if scenario.certificate not in self._doors.origins:
            return outcome(scenario, Found(Verdict.NOT_OBSERVABLE, _NO_OLD_TLS), Trace(()))
        if control is None:
            return None
        trace = control if scenario.control else self.traces.get(scenario.name)
        if trace is None and not lack:
            return None
        complete = msgspec.structs.replace(trace or control, control=control, beside=self.traces.get(scenario.beside))
        return outcome(scenario, judged(scenario, complete, lack), complete)

    # Scenarios that an operator runs

    def serve(self, selection: Programme) -> Mapping[str, tuple[Case, Play]]:
        """Serve all scenarios, for clients that an operator starts."""
        scenario_runs = [
            *selection.controls,
            *(Case(scenario.task, scenario) for scenario in selection.scenarios if not scenario.control),
        ]
        return {
            scenario_run.name: (scenario_run, endpoint)
            for scenario_run in scenario_runs
            if (endpoint := self.put_up(scenario_run)) is not None
        }

    def close(self, scenario_runs: Iterable[Case], selection: Programme, seconds: float) -> None:
        """Judge the client of an operator, after `seconds` in which it ran."""
        for scenario_run in scenario_runs:
            self.keep(scenario_run, Ran(seconds=seconds))
            if scenario_run.scenario is None:
                self._check_control(scenario_run)
        self.judge(selection.scenarios)


_STRAY_HINT = "The client must use the whole of EVCONFORM_BASE_URL, including the path"
