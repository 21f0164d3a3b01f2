"""Certification of a client, from the options to the finished run log."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from conformance.certify.api_clients.catalogue import catalogue, passives, scenarios
from conformance.certify.api_clients.client_plan import ClientPlan, presumed, read
from conformance.certify.api_clients.client_process import checked
from conformance.certify.api_clients.listeners import opened
from conformance.certify.api_clients.scenario_endpoint import Play
from conformance.certify.api_clients.scenario_runner import Case, Playing, Programme, Theatre
from conformance.certify.api_clients.scenario_server import Stage
from conformance.certify.api_clients.tasks import PARTIAL, TASKS
from conformance.certify.api_clients.verdicts import EVERY, as_operation, cells, operation_of
from conformance.certify.digests import suite_sha256
from conformance.description import Description, load
from conformance.errors import UsageError
from conformance.execution.unscheduled_run import About, Record
from conformance.model import Certification, Certified, Target, TargetKind


class Options(msgspec.Struct, frozen=True):
    """The options of a client certification.

    `limit_s` is an upper bound for each scenario, in addition to its own limit. The waits that the server requires are
    multiplied by `scale`, which tests use to shorten them. `told` is the command line as it is recorded.
    """

    command: tuple[str, ...]
    directory: Path
    plan: Path | None = None
    profile: str = ""
    description: Path | None = None
    seed: int = 1
    select: tuple[str, ...] = ()
    jobs: int = 8
    limit_s: float = 120.0
    scale: float = 1.0
    told: str = ""


def planned(options: Options) -> ClientPlan:
    """Return the plan of the client, reduced to the chosen profile if there is one.

    Raises:
        UsageError: The plan cannot be read or does not cover the profile.
    """
    plan = read(options.plan) if options.plan else presumed(options.command[0] if options.command else "client")
    return plan.narrowed(options.profile) if options.profile else plan


def chosen(select: tuple[str, ...], plan: ClientPlan) -> Programme:
    """Return the tasks and scenarios to run: those selected by requirement or name, and those to compare them with.

    Raises:
        UsageError: The selection names neither a requirement on clients nor a scenario.
    """
    selectable = {requirement.id for requirement in catalogue()} | {scenario.name for scenario in scenarios()}
    if unknown := sorted(set(select) - selectable):
        raise UsageError(
            f"--select must name a requirement on clients or a scenario, got {unknown[0]!r}",
            hint="Requirements are C01 to C30, for example --select C05",
        )
    declared = [scenario for scenario in scenarios() if scenario.task in plan.declared]
    if not select:
        return Programme(plan.declared, tuple(declared))
    selected = [scenario for scenario in declared if {scenario.requirement, scenario.name} & set(select)]
    compared = {scenario.beside for scenario in selected}
    to_run = tuple(scenario for scenario in declared if scenario in selected or scenario.name in compared)
    if any(passive.requirement in select for passive in passives()):
        return Programme(plan.declared, to_run)
    return Programme(tuple(task for task in plan.declared if any(task == scenario.task for scenario in to_run)), to_run)


def certify(options: Options) -> Path:
    """Certify a client, and return the path of its run log.

    Raises:
        UsageError: The command or the options are wrong; nothing has been started then.
    """
    command = checked(options.command)
    plan = planned(options)
    selection = chosen(options.select, plan)
    settings = Playing(command, options.directory / "output", options.jobs, options.limit_s)
    with _open_runner(options, plan) as runner:
        runner.perform(settings, selection)
    return options.directory / "events.jsonl"


def serve(options: Options, ready: Callable[[Mapping[str, tuple[Case, Play]], Stage, Theatre], None]) -> Path:
    """Serve the scenarios while `ready` runs, then judge; return the path of the run log.

    `ready` shows the operator the scenarios and returns when the operator has finished.
    """
    plan = planned(options)
    selection = chosen(options.select, plan)
    with _open_runner(options, plan) as runner:
        scenario_runs = runner.serve(selection)
        began = time.monotonic()
        with suppress(KeyboardInterrupt):  # how an operator ends the run
            ready(scenario_runs, runner.stage, runner)
        runner.close([scenario_run for scenario_run, _ in scenario_runs.values()], selection, time.monotonic() - began)
    return options.directory / "events.jsonl"


@contextmanager
def _open_runner(options: Options, plan: ClientPlan) -> Iterator[Theatre]:
    description = load(options.description)
    stage = Stage(secrets.token_hex(4))
    with (
        opened(stage.app(), stage.app(elsewhere=True)) as addresses,
        Record(_describe_run(options, plan, description), {}) as record,
    ):
        record.notice("plan", f"declared: {', '.join(plan.declared)}")
        record.notice("plan", f"declined: {', '.join(plan.declined) or 'nothing'}")
        yield Theatre(
            record, stage, addresses, description, number=options.seed, public=plan.public, scale=options.scale
        )


def _describe_run(options: Options, plan: ClientPlan, description: Description) -> About:
    select = set(options.select)
    selected = [scenario for scenario in scenarios() if not select or {scenario.requirement, scenario.name} & select]
    judges = [passive for passive in passives() if not select or passive.requirement in select]
    cases = cells(selected, judges)
    if not select or "C30" in select:
        cases["C30"] = (EVERY,)
    return About(
        target=Target("API client", TargetKind.URL, f"{plan.client.name} {plan.client.version}".rstrip()),
        description=description,
        operations=tuple(as_operation(key) for key in (*map(operation_of, TASKS), EVERY)),
        requirements=catalogue(),
        cases=cases,
        directory=options.directory,
        seed=options.seed,
        command=options.told,
        certification=Certification(
            Certified.CLIENT,
            plan.client.name,
            plan.client.version,
            "a selection" if options.select else plan.profile,
            plan_sha256=plan.sha256,
            suite_sha256=suite_sha256(),
            whole=not options.select and plan.profile != PARTIAL,
        ),
    )
