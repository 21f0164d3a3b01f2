"""A whole run, seen from its one controlling process: opened, its header written, closed into one log."""

import platform
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from conformance import __version__
from conformance.description import Description
from conformance.errors import UsageError
from conformance.eventlog import Writer
from conformance.execution.channel import Channel
from conformance.execution.closing import closing, merge
from conformance.execution.preflight import affordable, preflight
from conformance.execution.spec import RunSpec
from conformance.execution.store import Store
from conformance.execution.worker import AGENT, store_path
from conformance.mock_server import running
from conformance.mock_server.identities import IDENTITIES
from conformance.model import (
    Catalogued,
    Described,
    Noticed,
    Observed,
    Profile,
    RunFinished,
    RunStarted,
    Target,
    TargetKind,
)
from conformance.plan import Catalogue, Plan
from conformance.targets import config as configuration
from conformance.targets.config import Config, Identity
from conformance.targets.resolve import BUILTIN, Resolved, resolve
from conformance.targets.rules import permit
from conformance.targets.tokens import obtain

CONTROLLER = "controller"
_DEFAULT_BUDGET = {Profile.SMOKE: 150, Profile.STANDARD: 1000, Profile.DEEP: None}


class RunOptions(msgspec.Struct, frozen=True):
    """What somebody asked for on the command line; None is a default that depends on others."""

    target: str = BUILTIN
    description: Path | None = None
    config: Path | None = None
    profile: Profile = Profile.STANDARD
    budget: int | None = None
    seed: int = 1
    select: tuple[str, ...] = ()
    shard: tuple[int, int] = (1, 1)
    allow_writes: bool = False
    allow_hardware: bool = False
    overlays: bool = True
    report_dir: Path | None = None
    waits: bool = True
    command: str = ""


class Session:
    """A run under way. `open` it, run its items anywhere, `finish` it; `close` in any case."""

    def __init__(
        self, spec: RunSpec, catalogue: Catalogue, plan: Plan, resources: ExitStack, clock: Callable[[], float]
    ) -> None:
        self.spec, self.catalogue, self.plan = spec, catalogue, plan
        self._resources, self._clock = resources, clock
        self._log = Writer(spec.path / "workers" / f"{CONTROLLER}.jsonl")

    @classmethod
    def open(cls, options: RunOptions, clock: Callable[[], float] = time.time) -> "Session":
        """Start what must run, get tokens, make the plan, write the header.

        Raises HarnessError: UsageError, DescriptionError, TargetError, PlanError.
        """
        with ExitStack() as resources:
            spec, description = _spec(options, resources, clock())
            spec = _afforded(spec, options, description)
            catalogue, plan = spec.plan(description.model)
            session = cls(spec, catalogue, plan, resources.pop_all(), clock)
        session._header(options, description)
        return session

    @property
    def log(self) -> Path:
        """The whole run's log, once finished."""
        return self.spec.path / "events.jsonl"

    def _header(self, options: RunOptions, description: Description) -> None:
        model, spec = description.model, self.spec
        self._log.append(
            RunStarted(
                run=spec.run,
                started_at=self._clock(),
                suite_version=__version__,
                target=spec.target,
                description_title=model.title,
                description_version=model.version,
                description_sha256=description.digest,
                description_source=Path(description.source).name,
                profile=spec.profile,
                seed=spec.seed,
                budget=spec.budget,
                shard="" if spec.shard == (1, 1) else f"{spec.shard[0]}/{spec.shard[1]}",
                command=options.command,
                python=f"{platform.python_implementation()} {platform.python_version()}",
            )
        )
        self._log.append(Described(model))
        self._log.append(Catalogued(tuple(self.catalogue.requirements.values())))
        for planned in self.plan.planned:
            self._log.append(planned)
        for outcome in self.plan.settled:
            self._log.append(Observed(outcome, ""))
        for note in model.notes:
            self._log.append(Noticed("description", note))

    def finish(self, stopped: str = "") -> Path:
        """Judge what only the whole run shows, write the footer, merge the workers' logs into `events.jsonl`."""
        store = Store(store_path(self.spec.path))
        stopped = stopped or store.stopped()
        spent = store.spent()
        store.close()
        for event in closing(self.spec.path / "workers", self.plan, self.catalogue):
            self._log.append(event)
        self._log.close()
        footer = RunFinished(self._clock(), spent, stopped)
        merge(self.spec.path / "workers", self.log, [item.name for item in self.plan.items], footer)
        shutil.rmtree(self.spec.path / "workers")
        return self.log

    def close(self) -> None:
        """Stop what was started; safe to call twice."""
        self._resources.close()


def _spec(options: RunOptions, resources: ExitStack, now: float) -> tuple[RunSpec, Description]:
    config = configuration.load(options.config)
    found = _found(options, config)
    spec = _plain_spec(options, config, found, datetime.fromtimestamp(now, UTC))
    if (spec.path / "events.jsonl").exists():
        raise UsageError(f"{spec.path} holds the record of another run", hint="Name a new --report-dir.")
    description = spec.describe()  # before anything is started: a bad file costs nobody a server
    target = _started(options, spec, resources) if found is None else spec.target
    credentials, _ = obtain(found.config.identities if found else published(), target.token_url)
    spec = msgspec.structs.replace(spec, target=target, headers=credentials.headers, secrets=credentials.secrets)
    return spec, description


def _afforded(spec: RunSpec, options: RunOptions, description: Description) -> RunSpec:
    """The run with a budget that the target can bear; raises TargetError and CredentialsError where it is closed."""
    with Channel(spec.target.base_url, spec.headers, agent=AGENT) as channel:
        asked, left = preflight(channel, description.model, spec.target.base_url)
    store = Store(store_path(spec.path))
    for _ in range(asked):
        store.spend("full", None)
    store.close()
    wanted = options.budget or spec.budget
    return msgspec.structs.replace(spec, budget=affordable(wanted, _DEFAULT_BUDGET[spec.profile], left))


def published() -> dict[str, Identity]:
    """The identities of the built-in server, known to everybody."""
    return {each.name: Identity(token=each.token) for each in IDENTITIES}


def _found(options: RunOptions, config: Config) -> Resolved | None:
    """The configured target; None stands for the built-in server."""
    return None if options.target == BUILTIN else resolve(options.target, config, local=published())


def _plain_spec(options: RunOptions, config: Config, found: Resolved | None, started: datetime) -> RunSpec:
    """The run without anything started and without credentials."""
    plain = (
        found.target if found else Target(BUILTIN, TargetKind.BUILTIN, "http://127.0.0.1/v2", "", tuple(published()))
    )
    source = options.description or (Path(config.description) if config.description else None)
    run = started.strftime("%Y%m%d-%H%M%S") + f"-{options.profile}-{options.seed}"
    directory = options.report_dir or _free(Path("evconform-out"), run)
    return RunSpec(
        run=run,
        directory=str(directory.resolve()),
        target=permit(plain, writes=options.allow_writes, hardware=options.allow_hardware),
        headers={},
        secrets={},
        description=str(source.resolve()) if source else "",
        overlays=options.overlays,
        profile=options.profile,
        seed=options.seed,
        budget=options.budget or (found.config.budget if found else None),
        select=options.select,
        shard=options.shard,
        waits=options.waits,
        day=started.replace(hour=0, minute=0, second=0, microsecond=0),
        seeds=found.config.seeds if found else {},
    )


def _started(options: RunOptions, spec: RunSpec, resources: ExitStack) -> Target:
    """The built-in server, running until the session closes; its clock stands at the day, so that ids repeat."""
    path = Path(spec.description) if spec.description else None
    server = resources.enter_context(running(path, seed=options.seed, now=spec.day.isoformat()))
    return msgspec.structs.replace(spec.target, base_url=server.base_url, token_url=server.token_url)


def _free(parent: Path, name: str) -> Path:
    """A folder of that name that does not exist yet, numbered where it must be."""
    number = 1
    folder = parent / name
    while folder.exists():
        number += 1
        folder = parent / f"{name}-{number}"
    return folder


def point_latest(directory: Path) -> None:
    """Let `latest` beside a report directory lead to it; where the system has no links, leave it."""
    latest = directory.parent / "latest"
    try:
        if latest.is_symlink():
            latest.unlink()
        if not latest.exists():
            latest.symlink_to(directory.name, target_is_directory=True)
    except OSError:
        print(f"latest could not be linked to {directory}", file=sys.stderr)  # noqa: T201 - no reason to fail a run


def plan_only(options: RunOptions) -> tuple[Catalogue, Plan]:
    """The plan of a run, made without starting or asking anything."""
    config = configuration.load(options.config)
    spec = _plain_spec(options, config, _found(options, config), datetime.now(UTC))
    spec = msgspec.structs.replace(spec, budget=affordable(spec.budget, _DEFAULT_BUDGET[spec.profile], None))
    return spec.plan(spec.describe().model)
