"""The suite held against servers that are wrong in one known way: does it see what is there, and nothing else?"""

import tempfile
from collections.abc import Iterable, Iterator
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


class Proof(msgspec.Struct, frozen=True):
    """What the suite made of one faulty server; `fault` is empty for a clean one of some seed.

    `expected` are the requirements that the fault trips, `found` those that the suite saw violated (FAIL or WARN) as
    `requirement operation`; `stray` are MUST requirements violated beyond the expected ones.
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


def prove(fault: str, *, description: Path | None, profile: Profile, seed: int) -> Proof:
    """Run the whole plan in this process against a server with that fault, or a clean one where the name is empty.

    Writes are allowed: the server is ours and vanishes.
    """
    expected = tuple(catalogue()[fault].trips) if fault else ()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(description, seed=seed, faults=(fault,) if fault else ()) as server,
    ):
        options = RunOptions(
            target=server.base_url,
            description=description,
            profile=profile,
            seed=seed,
            allow_writes=True,
            report_dir=Path(folder) / "run",
        )
        summary = _run(options)
    return _proof(fault, seed, expected, summary)


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


def _proof(fault: str, seed: int, expected: tuple[str, ...], summary: Summary) -> Proof:
    violated = [each for each in summary.findings if each.verdict in {Verdict.FAIL, Verdict.WARN}]
    found = dict.fromkeys(f"{each.requirement} {each.operation}" for each in violated)
    stray = dict.fromkeys(
        f"{each.requirement} {each.operation}"
        for each in violated
        if each.level is Level.MUST and each.requirement not in expected
    )
    return Proof(fault, seed, expected, tuple(found), tuple(stray), summary.requests_sent, str(summary.verdict))


def matrix(
    faults: Iterable[str], seeds: Iterable[int], *, description: Path | None, profile: Profile, workers: int
) -> Iterator[Proof]:
    """Prove every fault, and the clean server for each seed, in parallel; results as they come."""
    with ProcessPoolExecutor(max_workers=workers) as pool:
        jobs = [pool.submit(prove, "", description=description, profile=profile, seed=seed) for seed in seeds]
        jobs += [pool.submit(prove, name, description=description, profile=profile, seed=1) for name in faults]
        for job in as_completed(jobs):
            yield job.result()
