"""The suite held against servers that are wrong in one known way: does it see what is there, and nothing else?"""

import tempfile
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import msgspec

from conformance.execution.opening import RunOptions
from conformance.execution.session import Session
from conformance.execution.worker import Worker
from conformance.mock_server import running
from conformance.mock_server.faults import catalogue
from conformance.model import Level, Profile, Verdict
from reports import Summary, fold, read

_DESCRIPTION = "DSC-"  # findings on the description, which is not the server's


class Proof(msgspec.Struct, frozen=True):
    """What the suite made of one faulty server; `fault` is empty for a clean one of some seed.

    `expected` are the requirements that the fault trips, `found` those that the suite saw violated (FAIL or WARN) as
    `requirement operation`; `stray` are MUST requirements violated that the fault neither trips nor implies.
    `requests` are those of all identities together.
    """

    fault: str
    seed: int
    expected: tuple[str, ...]
    found: tuple[str, ...]
    stray: tuple[str, ...]
    requests: int
    verdict: str
    allow_writes: bool = False

    @property
    def killed(self) -> bool:
        """Whether one of the requirements that the fault trips was seen violated."""
        return bool(set(self.expected) & {each.partition(" ")[0] for each in self.found})

    @property
    def key(self) -> tuple[str, int]:
        """What tells proofs apart: the fault and the seed."""
        return self.fault, self.seed


def prove(fault: str, *, description: Path | None, profile: Profile, seed: int) -> Proof:
    """Run the whole plan in this process against a server with that fault, or a clean one where the name is empty.

    Writes are allowed where nothing of the fault shows without them, and on clean servers of even seeds.
    """
    proof = _proved(fault, description, profile, seed, allow_writes=not fault and seed % 2 == 0)
    if not fault or proof.killed:
        return proof
    return _proved(fault, description, profile, seed, allow_writes=True)


def _proved(fault: str, description: Path | None, profile: Profile, seed: int, *, allow_writes: bool) -> Proof:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(description, seed=seed, faults=(fault,) if fault else ()) as server,
    ):
        options = RunOptions(
            target=server.base_url,
            description=description,
            profile=profile,
            seed=seed,
            allow_writes=allow_writes,
            report_dir=Path(folder) / "run",
        )
        return _proof(fault, options, _run(options))


def _run(options: RunOptions) -> Summary:
    session = Session.open(options)
    try:
        worker = Worker(session.spec, session.brief, "main")
        for item in worker.todo:
            worker.run(item)
        worker.close()
        return fold(read([session.finish()]))
    finally:
        session.close()


def _proof(fault: str, options: RunOptions, summary: Summary) -> Proof:
    planted = catalogue()[fault] if fault else None
    expected = planted.trips if planted else ()
    explained = {*expected, *(planted.implies if planted else ())}
    violated = [
        each
        for each in summary.findings
        if each.verdict in {Verdict.FAIL, Verdict.WARN} and not each.requirement.startswith(_DESCRIPTION)
    ]
    found = dict.fromkeys(f"{each.requirement} {each.operation}" for each in violated)
    stray = dict.fromkeys(
        f"{each.requirement} {each.operation}"
        for each in violated
        if each.level is Level.MUST and each.requirement not in explained
    )
    return Proof(
        fault,
        options.seed,
        expected,
        tuple(found),
        tuple(stray),
        summary.requests_sent,
        str(summary.verdict),
        options.allow_writes,
    )


def matrix(  # noqa: PLR0913 - what is proved, and how
    faults: Iterable[str],
    seeds: Iterable[int],
    *,
    description: Path | None,
    profile: Profile,
    workers: int,
    done: Collection[tuple[str, int]] = (),
) -> Iterator[Proof]:
    """Prove every fault, and the clean server for each seed, in parallel; results as they come, without those done."""
    wanted = [*(("", seed) for seed in seeds), *((name, 1) for name in faults)]
    with ProcessPoolExecutor(max_workers=workers) as pool:
        jobs = [
            pool.submit(prove, fault, description=description, profile=profile, seed=seed)
            for fault, seed in wanted
            if (fault, seed) not in done
        ]
        for job in as_completed(jobs):
            yield job.result()
