"""A whole certification of a client: from what somebody asked for to a finished log."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from conformance.certify.api_clients.catalogue import catalogue, passives, scenarios
from conformance.certify.api_clients.judging import EVERY, as_operation, cells, operation_of
from conformance.certify.api_clients.listening import opened
from conformance.certify.api_clients.performing import Case, Playing, Programme, Theatre
from conformance.certify.api_clients.plan import ClientPlan, presumed, read
from conformance.certify.api_clients.play import Play
from conformance.certify.api_clients.running import checked
from conformance.certify.api_clients.stage import Stage
from conformance.certify.api_clients.tasks import PARTIAL, TASKS
from conformance.certify.digests import suite_sha256
from conformance.certify.record import About, Record
from conformance.description import Description, load
from conformance.errors import UsageError
from conformance.model import Certification, Certified, Target, TargetKind


class Options(msgspec.Struct, frozen=True):
    """What somebody asked for. `limit_s` bounds what a case may last, beside what each allows by itself.

    `scale` multiplies the waits that the server asks for (tests shorten them); `told` is the command line as recorded.
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
    """What the client declares, narrowed to a profile where one is named. Raises UsageError."""
    plan = read(options.plan) if options.plan else presumed(options.command[0] if options.command else "client")
    return plan.narrowed(options.profile) if options.profile else plan


def chosen(select: tuple[str, ...], plan: ClientPlan) -> Programme:
    """What is played of the declared tasks: what is selected, by requirement or by name, and what it is compared with.

    Raises UsageError for a requirement that nothing asks about.
    """
    known = {each.id for each in catalogue()} | {each.name for each in scenarios()}
    if unknown := sorted(set(select) - known):
        raise UsageError(f"{unknown[0]} is no requirement on clients", hint="C01 to C30, as in --select C05.")
    declared = [each for each in scenarios() if each.task in plan.declared]
    if not select:
        return Programme(plan.declared, tuple(declared))
    wanted = [each for each in declared if {each.requirement, each.name} & set(select)]
    beside = {each.beside for each in wanted}
    whole = tuple(each for each in declared if each in wanted or each.name in beside)
    passive = any(each.requirement in select for each in passives())
    tasks = plan.declared if passive else tuple(t for t in plan.declared if any(e.task == t for e in whole))
    return Programme(tasks, whole)


def certify(options: Options) -> Path:
    """Certify a client and give the log. Raises UsageError before anything is started."""
    command = checked(options.command)
    plan = planned(options)
    wanted = chosen(options.select, plan)
    playing = Playing(command, options.directory / "output", options.jobs, options.limit_s)
    with _theatre(options, plan) as theatre:
        theatre.perform(playing, wanted)
    return options.directory / "events.jsonl"


def serve(options: Options, ready: Callable[[Mapping[str, tuple[Case, Play]], Stage, Theatre], None]) -> Path:
    """Put the cases up, let `ready` tell and wait, then judge; gives the log."""
    plan = planned(options)
    wanted = chosen(options.select, plan)
    with _theatre(options, plan) as theatre:
        cases = theatre.serve(wanted)
        began = time.monotonic()
        with suppress(KeyboardInterrupt):  # the operator's way to say that it is done
            ready(cases, theatre.stage, theatre)
        theatre.close([case for case, _ in cases.values()], wanted, time.monotonic() - began)
    return options.directory / "events.jsonl"


@contextmanager
def _theatre(options: Options, plan: ClientPlan) -> Iterator[Theatre]:
    description = load(options.description)
    stage = Stage(secrets.token_hex(4))
    with (
        opened(stage.app(), stage.app(elsewhere=True)) as doors,
        Record(_about(options, plan, description), {}) as record,
    ):
        record.notice("plan", f"declared: {', '.join(plan.declared)}")
        record.notice("plan", f"declined: {', '.join(plan.declined) or 'nothing'}")
        yield Theatre(record, stage, doors, description, number=options.seed, public=plan.public, scale=options.scale)


def _about(options: Options, plan: ClientPlan, description: Description) -> About:
    known, select = catalogue(), set(options.select)
    asked = [each for each in scenarios() if not select or {each.requirement, each.name} & select]
    wanted = cells(asked, [each for each in passives() if not select or each.requirement in select])
    if not select or "C30" in select:
        wanted["C30"] = (EVERY,)
    return About(
        target=Target("API client", TargetKind.URL, f"{plan.client.name} {plan.client.version}".rstrip()),
        description=description,
        operations=tuple(as_operation(key) for key in (*map(operation_of, TASKS), EVERY)),
        requirements=known,
        cases=wanted,
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
