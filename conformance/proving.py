"""The suite held against servers that are wrong in one known way: does it see what is there, and nothing else?"""

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from statistics import median

import msgspec

from conformance.errors import UsageError
from conformance.execution.opening import RunOptions
from conformance.execution.session import Session
from conformance.execution.worker import Worker
from conformance.mock_server import running
from conformance.mock_server.faults import catalogue
from conformance.mock_server.world.build import World
from conformance.model import Level, Profile, ResourceModel, Verdict
from reports import Summary, fold, read

_WRITING = frozenset({"apply", "reject", "remove", "unreadable"})  # seams that only a write passes
_DESCRIPTION = "DSC-"  # findings on the description, which the server did not write


class Proof(msgspec.Struct, frozen=True):
    """What the suite made of one faulty server; `fault` is empty for a clean one of some seed.

    `expected` are the requirements that the fault trips, `found` those that the suite saw violated (FAIL or WARN) as
    `requirement operation`; `stray` are MUST requirements violated that the fault neither trips nor implies.
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
        """What tells proofs apart: the fault and the seed of the world."""
        return self.fault, self.seed


def prove(fault: str, *, description: Path | None, profile: Profile, seed: int) -> Proof:
    """Run the whole plan in this process against a server with that fault, or a clean one where the name is empty.

    Writes are allowed where the fault shows in nothing else, and on clean servers of even seeds.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        running(description, seed=seed, faults=(fault,) if fault else ()) as server,
    ):
        options = RunOptions(
            target=server.base_url,
            description=description,
            profile=profile,
            seed=seed,
            allow_writes=_shows_in_writes(fault, server.world) if fault else seed % 2 == 0,
            report_dir=Path(folder) / "run",
        )
        summary = _run(options)
    return _proof(fault, seed, summary, allow_writes=options.allow_writes)
