"""Runs of the suite against servers of our own, for the matrices of seeded faults and of admissible readings."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from conformance.execution.setup import RunOptions
from conformance.mock_server import run_server
from conformance.mock_server.rate_limit import DEFAULT_RATE_LIMIT
from conformance.model import Profile
from conformance.reporting.session_run import run_session
from reports import Finding, Summary

_DESCRIPTION_PREFIX = "DSC-"  # findings on the description, which is not the server's

Result = TypeVar("Result")


class SuiteRun(msgspec.Struct, frozen=True):
    """A run of the suite against a server with these faults and readings; writes include those to hardware."""

    seed: int
    faults: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    description: Path | None = None
    profile: Profile = Profile.STANDARD
    allow_writes: bool = False
    select: tuple[str, ...] = ()
    budget: int | None = None  # requests of each identity; None for that of the profile
    now: str = ""  # the time at which the server starts; empty for that of this machine


def run_suite(run: SuiteRun) -> tuple[RunOptions, Summary]:
    """Start the server, run the whole plan against it in this process, and return options and summary."""
    with (
        tempfile.TemporaryDirectory() as folder,
        run_server(
            run.description,
            seed=run.seed,
            faults=run.faults,
            readings=run.readings,
            rate_limit=max(DEFAULT_RATE_LIMIT, run.budget or 0),
            now=run.now,
        ) as server,
    ):
        options = RunOptions(
            target=server.base_url,
            description=run.description,
            profile=run.profile,
            seed=run.seed,
            select=run.select,
            budget=run.budget,
            allow_writes=run.allow_writes,
            allow_hardware=run.allow_writes,  # the server's hardware is made up
            report_dir=Path(folder) / "run",
            has_builtin_server=True,
        )
        return options, run_session(options)


def list_server_findings(summary: Summary) -> list[Finding]:
    """Return the findings that are not about the description."""
    return [finding for finding in summary.findings if not finding.requirement.startswith(_DESCRIPTION_PREFIX)]


def run_in_parallel(
    function: Callable[..., Result], arguments: Iterable[Sequence[Any]], workers: int
) -> Iterator[Result]:
    """Call a function with each of the arguments in processes of a pool, and yield the results as they arrive."""
    with ProcessPoolExecutor(max_workers=workers) as pool:
        jobs = [pool.submit(function, *values) for values in arguments]
        for job in as_completed(jobs):
            yield job.result()
