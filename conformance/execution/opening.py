"""From what somebody asked for to a run that can start: target, credentials, description, budget."""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from conformance.description import Description
from conformance.errors import UsageError
from conformance.execution.budgets import affordable
from conformance.execution.directories import fresh_directory, stamped, usable
from conformance.execution.resuming import Earlier, earlier
from conformance.execution.spec import RunSpec, shipped
from conformance.mock_server import starting
from conformance.mock_server.identities import IDENTITIES
from conformance.model import Profile, Target, TargetKind
from conformance.plan import Catalogue, Plan
from conformance.safety.rules import permit
from conformance.targets import config as configuration
from conformance.targets.config import Config, Identity
from conformance.targets.resolve import BUILTIN, Resolved, allowances, clients, resolve


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
    resume: Path | None = None
    rerun_failed: bool = False
    command: str = ""

    def earlier(self) -> Earlier | None:
        """The run to go on with, where one is named."""
        return earlier(self.resume, rerun_failed=self.rerun_failed) if self.resume else None


class Opening(NamedTuple):
    """A run about to be opened, without credentials yet. `reached` gives its target, once a built-in server is up."""

    spec: RunSpec
    description: Description
    identities: Mapping[str, Identity]
    reached: Callable[[], Target]


def begin(options: RunOptions, resources: ExitStack, now: float) -> Opening:
    """Read what is to be read and start what must run; raises HarnessError."""
    config = configuration.load(options.config)
    found = _found(options, config)
    spec = _plain_spec(options, config, found, datetime.fromtimestamp(now, UTC))
    if (spec.path / "events.jsonl").exists():
        raise UsageError(f"{spec.path} holds the record of another run", hint="Name a new --report-dir.")
    usable(spec.path)
    description = spec.describe()  # before anything is started: a bad file costs nobody a server
    reached = _started(options, spec, resources) if found is None else lambda: spec.target
    identities = found.config.identities if found else published()
    return Opening(spec, description, identities, reached)


def published() -> dict[str, Identity]:
    """The identities of the built-in server, known to everybody."""
    return {
        each.name: Identity(each.token, each.client_id, each.client_secret, allowance=each.allowance or None)
        for each in IDENTITIES
    }


def _found(options: RunOptions, config: Config) -> Resolved | None:
    """The configured target; None stands for the built-in server."""
    return None if options.target == BUILTIN else resolve(options.target, config, local=published())


def _plain_spec(options: RunOptions, config: Config, found: Resolved | None, started: datetime) -> RunSpec:
    """The run without anything started and without credentials."""
    identities = found.config.identities if found else published()
    own = Target(
        BUILTIN, TargetKind.BUILTIN, "http://127.0.0.1/v2", "",
        tuple(identities), clients(identities), allowances(identities),
    )  # fmt: skip
    plain = found.target if found else own
    pinned = (options.config or Path(configuration.DEFAULT)).parent / config.description if config.description else None
    source = options.description or pinned
    run = stamped(started.timestamp(), f"{options.profile}-{options.seed}")
    directory = options.report_dir or fresh_directory(run)
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
        seeds={**_client_ids(identities), **(found.config.seeds if found else {})},
    )


def _client_ids(identities: Mapping[str, Identity]) -> dict[str, tuple[str, ...]]:
    """Client ids are no secrets, and some operations take one as a parameter."""
    written = (each.client_id for each in identities.values())
    known = tuple(os.environ.get(each[4:], "") if each.startswith("env:") else each for each in written)
    return {"client_id": tuple(each for each in known if each)} if any(known) else {}


def _started(options: RunOptions, spec: RunSpec, resources: ExitStack) -> Callable[[], Target]:
    """The built-in server, running until the session closes; its clock stands at the day, so that ids repeat."""
    path = Path(spec.description) if spec.description else None
    ready = resources.enter_context(starting(path, seed=options.seed, now=spec.day.isoformat()))

    def reached() -> Target:
        server = ready()
        return msgspec.structs.replace(spec.target, base_url=server.base_url, token_url=server.token_url)

    return reached


def plan_only(options: RunOptions) -> tuple[Catalogue, Plan]:
    """The plan of a run, made without starting or asking anything."""
    config = configuration.load(options.config)
    spec = _plain_spec(options, config, _found(options, config), datetime.now(UTC))
    spec = msgspec.structs.replace(spec, budget=affordable(spec.budget, spec.profile, None))
    catalogue = shipped()
    return catalogue, spec.plan(catalogue, spec.describe().model)
