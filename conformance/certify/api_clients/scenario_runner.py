"""Scenario runner: each task once without any condition, then all scenarios, several at a time.

What shows a violation, or was disturbed, runs again with few others beside it, before it is judged.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager

import msgspec

from conformance.certify.api_clients.catalogue import load_passive_judges
from conformance.certify.api_clients.client_process import run_client
from conformance.certify.api_clients.definitions import Scenario, TlsCertificate
from conformance.certify.api_clients.listeners import ListenerAddresses
from conformance.certify.api_clients.process_watchdog import PROCESS_MARK
from conformance.certify.api_clients.recorded_traces import describe_trace
from conformance.certify.api_clients.scenario_attempts import (
    MAX_ATTEMPTS,
    choose_attempt,
    find_control,
    judge_attempts,
    name_control,
    needs_repetition,
)
from conformance.certify.api_clients.scenario_endpoint import ScenarioEndpoint
from conformance.certify.api_clients.scenario_run import (
    RunnerSettings,
    ScenarioRun,
    ScenarioSelection,
    divide_into_lanes,
)
from conformance.certify.api_clients.scenario_server import ScenarioServer
from conformance.certify.api_clients.tasks import TASKS
from conformance.certify.api_clients.trace import ClientCall, ProcessEnd, ProcessResult, Trace
from conformance.certify.api_clients.verdicts import (
    ALL_TASKS,
    build_operation_key,
    build_outcome,
    collect_evidence,
    describe_lack,
    judge_passively,
)
from conformance.certify.api_clients.world_pool import WorldPool
from conformance.certify.assessments import Assessment
from conformance.description import Description
from conformance.execution.redactor import Redactor
from conformance.execution.unscheduled_run import RunPart, UnscheduledRun
from conformance.mock_server import clock
from conformance.mock_server.behaviours import prepare_world
from conformance.mock_server.world.builder import MockWorld, build_world
from conformance.model import Outcome, Verdict

_PARALLEL_REPETITIONS = 2
_SLOWNESS = 5.0  # times the control run that a client gets in addition to the time limit of a scenario
DECLINED_REASON = "declined: the plan does not declare the task"
_NO_OLD_TLS = "this machine does not support TLS 1.1"


class ScenarioRunner:
    """Runs the scenarios of one certification: serves, runs, judges and records them. One thread records at a time."""

    def __init__(  # noqa: PLR0913
        self,
        record: UnscheduledRun,
        server: ScenarioServer,
        addresses: ListenerAddresses,
        description: Description,
        *,
        seed: int = 1,
        is_public: bool = False,
        scale: float = 1.0,
    ) -> None:
        self.server = server
        self._record, self._doors, self._description = record, addresses, description
        self._number, self._public, self._scale = seed, is_public, scale
        self._worlds = WorldPool(self._build_world)
        self._writing = threading.Lock()
        self._interrupted = threading.Event()
        self._plays: dict[str, ScenarioEndpoint] = {}
        self._items: dict[str, RunPart] = {}
        self.traces: dict[str, Trace] = {}

    # Serving scenarios

    def serve_scenario(self, scenario_run: ScenarioRun) -> ScenarioEndpoint | None:
        """Serve a scenario; return None where this machine does not support its TLS version."""
        origin = self._doors.origins.get(scenario_run.certificate)
        if origin is None:
            return None
        task = TASKS[scenario_run.task]
        rules = (*(scenario_run.scenario.rules if scenario_run.scenario else ()), *task.setup_rules)
        world = self._worlds.copy_world() if task.is_writing else self._worlds.shared
        item = self._items[scenario_run.name] = self._record.open_part(scenario_run.name)
        endpoint = self._plays[scenario_run.name] = ScenarioEndpoint(
            scenario_run.name,
            rules,
            self._description,
            world,
            is_public=self._public,
            scale=self._scale,
            on_call=lambda call: self._record_call(scenario_run.name, item, call),
        )
        trusted, others = self._doors.origins[TlsCertificate.TRUSTED], self._doors.other_origins
        match scenario_run.certificate:
            case TlsCertificate.UNKNOWN_AUTHORITY_OF_API:
                self.server.add_endpoint(endpoint, trusted, others, api_origin=origin)
            case TlsCertificate.UNKNOWN_AUTHORITY_LATER:
                self._doors.restart()
                self.server.add_endpoint(endpoint, origin, others, api_origin=trusted)
            case _:
                self.server.add_endpoint(endpoint, origin, others)
        return endpoint

    def _build_world(self) -> MockWorld:
        return prepare_world(build_world(self._description, self._number, clock.Clock().now()))

    def _record_call(self, name: str, item: RunPart, call: ClientCall) -> None:
        with self._writing:
            item.log_exchange(self._plays[name].redactor.redact_exchange(call.exchange))

    # Running scenarios

    def run_scenarios(self, settings: RunnerSettings, selection: ScenarioSelection) -> None:
        """Start the command once for each control run, then for each scenario of the tasks that succeeded."""
        controls, scenarios = selection.control_runs, selection.scenarios
        try:
            self._run_all(controls, settings, settings.jobs)
            lacking = [control for control in controls if self._may_have_been_disturbed(control)]
            self._run_all([msgspec.structs.replace(control, number=2) for control in lacking], settings)
            remaining = [
                ScenarioRun(scenario.task, scenario)
                for scenario in scenarios
                if not scenario.is_control and not self._lacks(scenario.task)
            ]
            remaining.sort(key=self._estimate_seconds, reverse=True)  # the longest first
            self._run_all(remaining, settings, settings.jobs)
            for number in range(2, MAX_ATTEMPTS + 1):
                self._run_all(self._list_repetitions(scenarios, number), settings)
        except KeyboardInterrupt:
            self._record.stopped = "interrupted"
        self.judge_scenarios(scenarios)

    def _estimate_seconds(self, scenario_run: ScenarioRun) -> float:
        control = find_control(scenario_run.task, self.traces)
        return scenario_run.time_limit_s if scenario_run.is_waiting or control is None else control.process.seconds

    def _may_have_been_disturbed(self, control: ScenarioRun) -> bool:
        ends = {ProcessEnd.ENDED, ProcessEnd.TIME_LIMIT}
        return bool(self._lacks(control.task)) and self.traces[control.name].process.end in ends

    def _list_repetitions(self, scenarios: tuple[Scenario, ...], number: int) -> list[ScenarioRun]:
        """Return the scenarios without a verdict, and those that they are compared with, as another attempt."""
        unsettled = [
            scenario
            for scenario in scenarios
            if scenario.judge
            and not self._lacks(scenario.task)
            and needs_repetition(judge_attempts(scenario, self.traces))
        ]
        names = {name for scenario in unsettled for name in (scenario.name, scenario.comparison)}
        repeated = [scenario for scenario in scenarios if scenario.name in names and not scenario.is_control]
        controls = sorted({scenario.task for scenario in unsettled if scenario.is_control})
        return [
            *(ScenarioRun(scenario.task, scenario, number) for scenario in repeated),
            *(
                ScenarioRun(task, None, count)
                for task in controls
                if (count := self._count_controls(task) + 1) <= MAX_ATTEMPTS
            ),
        ]

    def _count_controls(self, task: str) -> int:
        return sum(trace.task == task and name.startswith(name_control(task)) for name, trace in self.traces.items())

    def _run_all(
        self, scenario_runs: list[ScenarioRun], settings: RunnerSettings, jobs: int = _PARALLEL_REPETITIONS
    ) -> None:
        with ExitStack() as stack:
            futures: dict[Future[ProcessResult | None], ScenarioRun] = {}
            for lane, size in divide_into_lanes(scenario_runs, min(jobs, settings.jobs)):
                pool = stack.enter_context(ThreadPoolExecutor(size))
                stack.enter_context(self._stop_on_error(pool))
                futures |= {pool.submit(self._run_one, scenario_run, settings): scenario_run for scenario_run in lane}
            for future in as_completed(futures):
                scenario_run = futures[future]
                if (result := future.result()) is not None:
                    self.close_run(scenario_run, result)

    @contextmanager
    def _stop_on_error(self, pool: ThreadPoolExecutor) -> Iterator[None]:
        """Stop running clients and start no other one when anything fails, also on a signal at any moment."""
        try:
            yield
        except BaseException:
            self._interrupted.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise

    def _run_one(self, scenario_run: ScenarioRun, settings: RunnerSettings) -> ProcessResult | None:
        endpoint = self.serve_scenario(scenario_run)
        if endpoint is None or self._interrupted.is_set():
            return None
        mark = f"{self.server.run_id}-{scenario_run.name}"
        environment = {**endpoint.build_environment(), **self.build_environment(scenario_run), PROCESS_MARK: mark}
        endpoint.start_clock()
        control = find_control(scenario_run.task, self.traces)
        slowness_s = control.process.seconds * _SLOWNESS if control else 0.0
        result = run_client(
            settings.command,
            environment,
            limit_s=min(scenario_run.time_limit_s + slowness_s, settings.limit_s),
            is_flooded=endpoint.flood_event.is_set,
            is_stopped=self._interrupted.is_set,
        )
        output = endpoint.redactor.redact_text(self._record.redact(result.output))
        if output:
            settings.output.mkdir(parents=True, exist_ok=True)
            (settings.output / f"{scenario_run.name}.txt").write_text(output, encoding="utf-8")
        return msgspec.structs.replace(result, output=output)

    def build_environment(self, scenario_run: ScenarioRun) -> dict[str, str]:
        """Return the environment variables of a client that are neither addresses nor credentials."""
        authority = str(self._doors.authority_file)
        names = ("EVCONFORM_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        secure = dict.fromkeys(names, authority) if scenario_run.certificate is not TlsCertificate.NONE else {}
        further = dict(scenario_run.scenario.environment) if scenario_run.scenario else {}
        return {"EVCONFORM_CASE": scenario_run.name, "EVCONFORM_TASK": scenario_run.task, **secure, **further}

    # Judging

    def close_run(self, scenario_run: ScenarioRun, result: ProcessResult) -> None:
        """Close a scenario: store its trace, and record how its client ended."""
        endpoint = self._plays[scenario_run.name]
        endpoint.wait_for_open_requests()
        self.traces[scenario_run.name] = Trace(
            endpoint.calls,
            result,
            endpoint.base_url,
            endpoint.user_url,
            self._scale,
            frozenset(endpoint.secrets.values()),
            self._doors.list_handshakes(scenario_run.certificate),
            task=scenario_run.task,
            stall_s=self.server.stalls.find_longest(endpoint.began_at),
        )
        with self._writing:
            self._record.log_trace(scenario_run.name, describe_trace(self.traces[scenario_run.name]))
            self._items[scenario_run.name].__exit__(None)
            if result.end is not ProcessEnd.OPERATOR:
                message = f"{scenario_run.name}: the client {result.description}"
                self._record.log_notice("client", message, build_operation_key(scenario_run.task))

    def _lacks(self, task: str) -> str:
        """Return why the client does not do a task, empty where it does or was not run."""
        control = find_control(task, self.traces)
        return describe_lack(TASKS[task], control) if control else ""

    def judge_scenarios(self, scenarios: Iterable[Scenario]) -> None:
        """Judge all scenarios that ran, and record a reason for those that did not."""
        redactor = self._build_redactor()
        with self._writing:
            for scenario in scenarios:
                if scenario.judge is not None and (result := self._judge_scenario(scenario)) is not None:
                    self._record.open_part(scenario.name).log_outcomes(_redact_outcomes(redactor, [result]))
            with self._record.open_part("all cases") as item:
                traces = {name: trace for name, trace in self.traces.items() if trace.calls}
                facts = collect_evidence(traces, self._description, is_public=self._public)
                for passive in load_passive_judges():
                    if not self._record.has_planned(passive.requirement):
                        continue
                    lack = self._lacks(passive.task) if passive.task else ""
                    outcomes = judge_passively(passive, facts, lack)
                    item.log_outcomes(_redact_outcomes(redactor, outcomes))
                if self._record.has_planned("C30"):
                    item.log_outcomes([Outcome("C30", ALL_TASKS, Verdict.NOT_APPLICABLE, "the API documents no ETag")])
        for address, count in self.server.stray_requests.most_common(5):
            message = f"{count} requests outside of all scenarios: {address}. {_STRAY_HINT}"
            self._record.log_notice("stray", redactor.redact_text(message))
        if self._record.stopped:
            self._record.close_unjudged(self._record.stopped)
        self._record.close_unjudged(DECLINED_REASON, Verdict.NOT_APPLICABLE)

    def _build_redactor(self) -> Redactor:
        """Build a redactor for the secrets of all scenarios: a verdict may quote another one, such as the control."""
        secrets = ((name, endpoint.secrets) for name, endpoint in self._plays.items())
        return Redactor({f"{name}-{kind}": value for name, values in secrets for kind, value in values.items()})

    def _judge_scenario(self, scenario: Scenario) -> Outcome | None:
        if scenario.certificate not in self._doors.origins:
            return build_outcome(scenario, Assessment(Verdict.NOT_OBSERVABLE, _NO_OLD_TLS), Trace(()))
        if not (attempts := judge_attempts(scenario, self.traces)):
            return None
        decisive = choose_attempt(attempts)
        return build_outcome(scenario, decisive.assessment, decisive.trace)

    # Scenarios that an operator runs

    def serve_scenarios(self, selection: ScenarioSelection) -> Mapping[str, tuple[ScenarioRun, ScenarioEndpoint]]:
        """Serve all scenarios, for clients that an operator starts."""
        scenario_runs = [
            *selection.control_runs,
            *(ScenarioRun(scenario.task, scenario) for scenario in selection.scenarios if not scenario.is_control),
        ]
        return {
            scenario_run.name: (scenario_run, endpoint)
            for scenario_run in scenario_runs
            if (endpoint := self.serve_scenario(scenario_run)) is not None
        }

    def finish_served(self, scenario_runs: Iterable[ScenarioRun], selection: ScenarioSelection, seconds: float) -> None:
        """Judge the client of an operator, after `seconds` in which it ran."""
        for scenario_run in scenario_runs:
            self.close_run(scenario_run, ProcessResult(seconds=seconds))
        self.judge_scenarios(selection.scenarios)


_STRAY_HINT = "The client must use the whole of EVCONFORM_BASE_URL, including the path"


def _redact_outcomes(redactor: Redactor, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Yield outcomes with texts redacted: judges quote requests, which contain tokens."""
    for outcome in outcomes:
        clean = redactor.redact_outcome(outcome)
        yield msgspec.structs.replace(clean, expected=redactor.redact_text(clean.expected))
