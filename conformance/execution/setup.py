"""The first steps of a run: from command-line options to a target, identities, a description and a budget."""

import math
import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from conformance.description import Description
from conformance.execution.budgets import DOCUMENTED_RATE_LIMIT, compute_budget, compute_kept_for_generated
from conformance.execution.description_changes import find_touched_operations
from conformance.execution.directories import check_writable, choose_directory, name_run
from conformance.execution.directory_lock import lock_directory
from conformance.execution.resumption import EarlierRun, read_earlier_run
from conformance.execution.spec import RunSpec, load_catalogue
from conformance.mock_server import start_server
from conformance.mock_server.identities import IDENTITIES
from conformance.mock_server.rate_limit import DEFAULT_RATE_LIMIT
from conformance.model import Case, Profile, ResourceModel, Target, TargetKind
from conformance.model.target import DISPOSABLE
from conformance.plan import Catalogue, Plan
from conformance.safety.rules import permit
from conformance.targets import config as configuration
from conformance.targets.config import Concurrency, Config, IdentityConfig
from conformance.targets.resolver import (
    BUILTIN,
    ResolvedTarget,
    list_allowances,
    list_client_identities,
    resolve_target,
)

_HOUR_S = 3600.0


class RunOptions(msgspec.Struct, frozen=True):
    """The options of a run as given on the command line; None stands for a default that depends on other options.

    With `chosen_case` the run consists of `chosen_items` alone, which judge that case once more.
    """

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
    own_overlays: tuple[Path, ...] = ()
    changed_since: Path | None = None
    traces: bool = True
    against: str = ""
    strict_readings: bool = False
    report_dir: Path | None = None
    should_wait: bool = True
    max_wait_s: float = 3600
    patience_s: float = 60
    deadline_s: float | None = None
    resume: Path | None = None
    rerun_failed: bool = False
    since: Path | None = None
    hours: int = 1
    hour_s: float = _HOUR_S
    concurrency: Concurrency | None = None
    has_builtin_server: bool = False  # at the address of the target, started by the caller
    command: str = ""
    trusts_identities: bool = False
    chosen_items: tuple[str, ...] = ()
    chosen_case: Case | None = None

    def read_earlier_run(self) -> EarlierRun | None:
        """Return the run that this one resumes, None where it resumes none."""
        return read_earlier_run(self.resume, rerun_failed=self.rerun_failed) if self.resume else None


class RunSetup(NamedTuple):
    """A run that is being opened, without credentials yet.

    `wait_for_target` returns its target; where that is the built-in server, it waits until the server is up.
    `concurrency` is the most requests in flight, as it was asked for. Identities that are not trusted are checked.
    """

    spec: RunSpec
    description: Description
    identities: Mapping[str, IdentityConfig]
    wait_for_target: Callable[[], Target]
    concurrency: Concurrency | None = None
    trusts_identities: bool = True
    has_builtin_server: bool = False


def set_up_run(options: RunOptions, resources: ExitStack, now: float) -> RunSetup:
    """Read configuration and description and start the built-in server where that is the target.

    `resources` stops the server and releases the report directory; `now` is in seconds since 1970. Raises HarnessError:
    UsageError where the options, the configuration or the report directory cannot be used, DescriptionError where the
    description cannot.
    """
    config = configuration.load_config(options.config)
    resolved = _resolve_target(options, config)
    spec = _build_spec(options, config, resolved, datetime.fromtimestamp(now, UTC))
    check_writable(spec.path)
    description = spec.load_description()  # first, so that an unreadable file starts no server
    resources.enter_context(lock_directory(spec.path))
    spec = _limit_to_changes(spec, options, description)
    reached = _start_server(options, spec, resources) if resolved is None else lambda: spec.target
    identities = resolved.config.identities if resolved else get_builtin_identities()
    concurrency = options.concurrency or (resolved.config.concurrency if resolved else None)
    is_trusted = options.trusts_identities or identities == get_builtin_identities()
    has_builtin_server = resolved is None or options.has_builtin_server
    return RunSetup(spec, description, identities, reached, concurrency, is_trusted, has_builtin_server)


def get_builtin_identities() -> dict[str, IdentityConfig]:
    """Return the identities of the built-in server, which are public."""
    return {
        identity.name: IdentityConfig(
            identity.token, identity.client_id, identity.client_secret, allowance=identity.allowance or None
        )
        for identity in IDENTITIES
    }


def list_known_identities() -> frozenset[str]:
    """Return the names that an identity may have: those of the built-in server, and that of the token for logs."""
    return frozenset({DISPOSABLE, *get_builtin_identities()})


def _resolve_target(options: RunOptions, config: Config) -> ResolvedTarget | None:
    """Return the configured target, None for the built-in server."""
    return (
        None
        if options.target == BUILTIN
        else resolve_target(options.target, config, builtin_identities=get_builtin_identities())
    )


def _build_spec(options: RunOptions, config: Config, resolved: ResolvedTarget | None, started: datetime) -> RunSpec:
    """Return the run, without credentials, before anything is started."""
    identities = resolved.config.identities if resolved else get_builtin_identities()
    builtin = Target(
        BUILTIN, TargetKind.BUILTIN, "http://127.0.0.1/v2", "",
        tuple(identities), list_client_identities(identities), list_allowances(identities),
    )  # fmt: skip
    target = resolved.target if resolved else builtin
    pinned = (
        (options.config or Path(configuration.DEFAULT_FILE)).parent / config.description if config.description else None
    )
    source = options.description or pinned
    run = name_run(started.timestamp(), f"{options.profile}-{options.seed}")
    directory = options.report_dir or choose_directory(run)
    return RunSpec(
        run=run,
        directory=str(directory.resolve()),
        target=permit(target, writes=options.allow_writes, hardware=options.allow_hardware),
        headers={},
        secrets={},
        description=str(source.resolve()) if source else "",
        overlays=options.overlays,
        own_overlays=_list_overlays(options, config),
        traces=options.traces,
        strict_readings=options.strict_readings,
        profile=options.profile,
        seed=options.seed,
        budget=options.budget or (resolved.config.budget if resolved else None),
        select=options.select,
        shard=options.shard,
        should_wait=options.should_wait,
        max_wait_s=options.max_wait_s,
        patience_s=options.patience_s,
        ends_at_s=math.inf if options.deadline_s is None else time.monotonic() + options.deadline_s,
        hours=options.hours,
        hour_s=options.hour_s,
        day=started.replace(hour=0, minute=0, second=0, microsecond=0),
        seeds={**_client_ids(identities), **(resolved.config.seeds if resolved else {})},
    )


def _list_overlays(options: RunOptions, config: Config) -> tuple[str, ...]:
    """Return the overlays of the command line, or else those of the configuration, which are relative to its file."""
    folder = (options.config or Path(configuration.DEFAULT_FILE)).parent
    files = options.own_overlays or [folder / file for file in config.overlays]
    return tuple(str(file.resolve()) for file in files)


def _client_ids(identities: Mapping[str, IdentityConfig]) -> dict[str, tuple[str, ...]]:
    """Return the client ids as values of the parameter `client_id`; unlike client secrets they are public."""
    configured = (identity.client_id for identity in identities.values())
    resolved = (os.environ.get(value[4:], "") if value.startswith("env:") else value for value in configured)
    client_ids = tuple(filter(None, resolved))
    return {"client_id": client_ids} if client_ids else {}


def _start_server(options: RunOptions, spec: RunSpec, resources: ExitStack) -> Callable[[], Target]:
    """Start the built-in server, which runs until `resources` is closed, and return a function that waits for it.

    The clock of the server stands at the day of the run, so that its ids are the same in every run of that day.
    """
    path = Path(spec.description) if spec.description else None
    # The clock of the server does not run faster where the hours of the run are shorter.
    rate_limit = DEFAULT_RATE_LIMIT * (options.hours if options.hour_s < _HOUR_S else 1)
    ready = resources.enter_context(
        start_server(
            path,
            seed=options.seed,
            now=spec.day.isoformat(),
            rate_limit=rate_limit,
            overlays=[Path(file) for file in spec.own_overlays],
        )
    )

    def wait_for_target() -> Target:
        server = ready()
        return msgspec.structs.replace(spec.target, base_url=server.base_url, token_url=server.token_url)

    return wait_for_target


def plan_run(options: RunOptions) -> tuple[RunSpec, ResourceModel, Catalogue, Plan]:
    """Return the run, its model, the catalogue and the plan without starting a server or sending a request.

    What the target has left of its rate limit is not known then; the documented limit stands for it, or that of the
    built-in server.
    """
    config = configuration.load_config(options.config)
    spec = _build_spec(options, config, _resolve_target(options, config), datetime.now(UTC))
    left = DEFAULT_RATE_LIMIT if options.target == BUILTIN else DOCUMENTED_RATE_LIMIT
    catalogue = load_catalogue()
    description = spec.load_description()
    kept = compute_kept_for_generated(
        spec.profile,
        spec.budget,
        len(description.model.operations),
        has_builtin_server=options.target == BUILTIN or options.has_builtin_server,
    )
    budget = compute_budget(spec.budget, spec.profile, left, kept)
    spec = msgspec.structs.replace(spec, budget=budget, kept_for_generated=kept)
    spec = _limit_to_changes(spec, options, description)
    return spec, description.model, catalogue, spec.make_plan(catalogue, description.model)


def _limit_to_changes(spec: RunSpec, options: RunOptions, description: Description) -> RunSpec:
    """Return the run with the operations that --changed-since leaves, all without it."""
    if options.changed_since is None:
        return spec
    own = [Path(file) for file in spec.own_overlays]
    touched = find_touched_operations(options.changed_since, description, overlays=spec.overlays, own_overlays=own)
    return msgspec.structs.replace(spec, touched_operations=touched)
