"""Certification of a client, from the options to the finished run log."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from conformance.certify.api_clients.catalogue import load_client_requirements, load_passive_judges, load_scenarios
from conformance.certify.api_clients.client_plan import ClientPlan, build_default_plan, read_plan
from conformance.certify.api_clients.client_process import check_command
from conformance.certify.api_clients.listeners import open_listeners
from conformance.certify.api_clients.process_watchdog import watch_clients
from conformance.certify.api_clients.scenario_endpoint import ScenarioEndpoint
from conformance.certify.api_clients.scenario_run import RunnerSettings, ScenarioRun, ScenarioSelection
from conformance.certify.api_clients.scenario_runner import ScenarioRunner
from conformance.certify.api_clients.scenario_server import ScenarioServer
from conformance.certify.api_clients.tasks import PARTIAL_PROFILE, TASKS
from conformance.certify.api_clients.verdicts import ALL_TASKS, build_operation, build_operation_key, plan_cases
from conformance.certify.digests import digest_suite
from conformance.description import Description, load_description
from conformance.errors import UsageError
from conformance.execution.unscheduled_run import RunScope, UnscheduledRun
from conformance.model import Certification, Certified, Target, TargetKind


class ClientCertificationOptions(msgspec.Struct, frozen=True):
    """The options of a client certification.

    `limit_s` is an upper bound for each scenario, in addition to its own limit. The waits that the server requires are
    multiplied by `scale`, which tests use to shorten them. `command_line` is the command line as it is recorded.
    """

    command: tuple[str, ...]
    directory: Path
    plan: Path | None = None
    profile: str = ""
    description: Path | None = None
    seed: int = 1
    select: tuple[str, ...] = ()
    jobs: int = 10
    limit_s: float = 120.0
    scale: float = 1.0
    command_line: str = ""


def load_plan(options: ClientCertificationOptions) -> ClientPlan:
    """Return the plan of the client, reduced to the chosen profile if there is one.

    Raises:
        UsageError: The plan cannot be read or does not cover the profile.
    """
    plan = (
        read_plan(options.plan)
        if options.plan
        else build_default_plan(options.command[0] if options.command else "client")
    )
    return plan.select_profile(options.profile) if options.profile else plan


def select_scenarios(select: tuple[str, ...], plan: ClientPlan) -> ScenarioSelection:
    """Return the tasks and scenarios to run: those selected by requirement or name, and those to compare them with.

    Raises:
        UsageError: The selection names neither a requirement on clients nor a scenario.
    """
    selectable = {requirement.id for requirement in load_client_requirements()} | {
        scenario.name for scenario in load_scenarios()
    }
    if unknown := sorted(set(select) - selectable):
        raise UsageError(
            f"--select must name a requirement on clients or a scenario, got {unknown[0]!r}",
            hint="Requirements are C01 to C30, for example --select C05",
        )
    declared = [scenario for scenario in load_scenarios() if scenario.task in plan.declared_tasks]
    if not select:
        return ScenarioSelection(plan.declared_tasks, tuple(declared))
    selected = [scenario for scenario in declared if {scenario.requirement, scenario.name} & set(select)]
    compared = {scenario.comparison for scenario in selected}
    to_run = tuple(scenario for scenario in declared if scenario in selected or scenario.name in compared)
    if any(passive.requirement in select for passive in load_passive_judges()):
        return ScenarioSelection(plan.declared_tasks, to_run)
    return ScenarioSelection(
        tuple(task for task in plan.declared_tasks if any(task == scenario.task for scenario in to_run)), to_run
    )


def certify_client(options: ClientCertificationOptions) -> Path:
    """Certify a client, and return the path of its run log.

    Raises:
        UsageError: The command or the options are wrong; nothing has been started then.
    """
    command = check_command(options.command)
    plan = load_plan(options)
    selection = select_scenarios(options.select, plan)
    settings = RunnerSettings(command, options.directory / "output", options.jobs, options.limit_s)
    with _open_runner(options, plan) as runner, watch_clients(runner.server.run_id):
        runner.run_scenarios(settings, selection)
    return options.directory / "events.jsonl"


def serve_client(
    options: ClientCertificationOptions,
    ready: Callable[[Mapping[str, tuple[ScenarioRun, ScenarioEndpoint]], ScenarioServer, ScenarioRunner], None],
) -> Path:
    """Serve the scenarios while `ready` runs, then judge; return the path of the run log.

    `ready` shows the operator the scenarios and returns when the operator has finished.
    """
    plan = load_plan(options)
    selection = select_scenarios(options.select, plan)
    with _open_runner(options, plan, served=True) as runner:
        scenario_runs = runner.serve_scenarios(selection)
        began = time.monotonic()
        with suppress(KeyboardInterrupt):  # how an operator ends the run
            ready(scenario_runs, runner.server, runner)
        runner.finish_served(
            [scenario_run for scenario_run, _ in scenario_runs.values()], selection, time.monotonic() - began
        )
    return options.directory / "events.jsonl"


@contextmanager
def _open_runner(
    options: ClientCertificationOptions, plan: ClientPlan, *, served: bool = False
) -> Iterator[ScenarioRunner]:
    description = load_description(options.description)
    stage = ScenarioServer(secrets.token_hex(4))
    with (
        open_listeners(stage.build_app(), stage.build_app(is_other_origin=True)) as addresses,
        UnscheduledRun(_describe_run(options, plan, description, served=served), {}) as record,
    ):
        record.log_notice("plan", f"declared: {', '.join(plan.declared_tasks)}")
        record.log_notice("plan", f"declined: {', '.join(plan.declined_tasks) or 'nothing'}")
        yield ScenarioRunner(
            record, stage, addresses, description, seed=options.seed, is_public=plan.is_public, scale=options.scale
        )


def _describe_run(
    options: ClientCertificationOptions, plan: ClientPlan, description: Description, *, served: bool
) -> RunScope:
    select = set(options.select)
    selected = [
        scenario for scenario in load_scenarios() if not select or {scenario.requirement, scenario.name} & select
    ]
    judges = [passive for passive in load_passive_judges() if not select or passive.requirement in select]
    cases = plan_cases(selected, judges)
    if not select or "C30" in select:
        cases["C30"] = (ALL_TASKS,)
    return RunScope(
        target=Target("API client", TargetKind.URL, f"{plan.client.name} {plan.client.version}".rstrip()),
        description=description,
        operations=tuple(build_operation(key) for key in (*map(build_operation_key, TASKS), ALL_TASKS)),
        requirements=load_client_requirements(),
        cases=cases,
        directory=options.directory,
        seed=options.seed,
        command=options.command_line,
        certification=Certification(
            Certified.CLIENT,
            plan.client.name,
            plan.client.version,
            "a selection" if options.select else plan.profile,
            plan_sha256=plan.sha256,
            suite_sha256=digest_suite(),
            whole=not options.select and plan.profile != PARTIAL_PROFILE,
            selected=bool(options.select),
            served=served,
        ),
    )
