"""The matrix of admissible readings: the suite run against servers that conform in other ways than the built-in one."""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from conformance.description import load_description
from conformance.matrices.suite_runs import SuiteRun, list_server_findings, run_in_parallel, run_suite
from conformance.mock_server.admissible_readings import AdmissibleReading
from conformance.mock_server.behaviours import prepare_world
from conformance.mock_server.clock import Clock
from conformance.mock_server.readings import list_applicable_readings, load_readings
from conformance.mock_server.world.builder import build_world
from conformance.model import Profile, Verdict

PLAIN: tuple[str, ...] = ()
"""The readings of the built-in server as it is."""
_COMBINATION_SIZES = (3, 12)  # readings of a combination, lowest and highest number
_ACCUSING = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.ERROR})
_JUDGED = frozenset({Verdict.PASS, Verdict.WARN, Verdict.REVIEW, Verdict.FAIL})


class Accusation(msgspec.Struct, frozen=True):
    """A requirement that the run reports as violated, at one operation, with the message of its first cause."""

    requirement: str
    operation: str
    verdict: Verdict
    message: str


class ReadingResult(msgspec.Struct, frozen=True):
    """The result of the suite on one server; `readings` is empty for the plain server.

    `reviews` are the requirements with a case that ended as REVIEW, `judged` those with a case that was judged at all,
    and `judged_cases` counts such cases. `requests` counts those of all identities together.
    """

    readings: tuple[str, ...]
    seed: int
    accusations: tuple[Accusation, ...]
    reviews: tuple[str, ...]
    judged: tuple[str, ...]
    judged_cases: int
    requests: int
    verdict: str

    @property
    def failures(self) -> tuple[Accusation, ...]:
        """Return the accusations that are no mere warnings."""
        return tuple(accusation for accusation in self.accusations if accusation.verdict is not Verdict.WARN)

    @property
    def key(self) -> tuple[tuple[str, ...], int]:
        """Return the readings and the seed, which identify a result."""
        return self.readings, self.seed


def run_readings(
    readings: Sequence[str], seed: int, *, description: Path | None, profile: Profile, select: Sequence[str] = ()
) -> ReadingResult:
    """Run the suite in this process, writes included, against a server that follows these readings."""
    run = SuiteRun(
        seed,
        readings=tuple(readings),
        description=description,
        profile=profile,
        allow_writes=True,
        select=tuple(select),
    )
    _, summary = run_suite(run)
    findings = list_server_findings(summary)
    accusations: dict[tuple[str, str], Accusation] = {}
    for finding in findings:
        if finding.verdict in _ACCUSING:
            accusation = Accusation(finding.requirement, finding.operation, finding.verdict, finding.message)
            accusations.setdefault((finding.requirement, finding.operation), accusation)
    judged = [result for result in summary.case_results if result.verdict in _JUDGED]
    return ReadingResult(
        tuple(readings),
        seed,
        tuple(accusations.values()),
        tuple(sorted({finding.requirement for finding in findings if finding.verdict is Verdict.REVIEW})),
        tuple(sorted({result.case.requirement for result in judged})),
        len(judged),
        summary.requests_sent,
        str(summary.verdict),
    )


def list_inapplicable_readings(names: Iterable[str], description: Path | None) -> dict[str, str]:
    """Return the readings, out of these names, that no server of that description can follow, with the reason."""
    world = prepare_world(build_world(load_description(description), 1, Clock().now()))
    fits = frozenset(list_applicable_readings(world))
    return {name: "the description has no place for it" for name in names if name not in fits}


def draw_combinations(names: Iterable[str], count: int, seed: int) -> list[tuple[str, ...]]:
    """Return that many different combinations of readings that can stand together, the same for the same seed.

    Those that are in the fewest combinations so far come first, so that all are in some.
    """
    known = load_readings()
    rng = random.Random(f"combinations {seed}")  # noqa: S311
    pool = sorted(names)
    combinations: dict[tuple[str, ...], None] = {}
    uses = Counter[str]()
    for _ in range(50 * count):
        if len(combinations) == count:
            break
        size = rng.randint(*_COMBINATION_SIZES)
        order = sorted(rng.sample(pool, len(pool)), key=uses.__getitem__)
        combination = _choose_compatible([known[name] for name in order], size)
        if combination not in combinations:
            combinations[combination] = None
            uses.update(combination)
    return list(combinations)


def _choose_compatible(readings: Iterable[AdmissibleReading], size: int) -> tuple[str, ...]:
    chosen: list[AdmissibleReading] = []
    for reading in readings:
        if len(chosen) < size and all(reading.can_stand_with(member) for member in chosen):
            chosen.append(reading)
    return tuple(sorted(reading.name for reading in chosen))


def run_reading_matrix(  # noqa: PLR0913
    groups: Iterable[Sequence[str]],
    seeds: Iterable[int],
    *,
    description: Path | None,
    profile: Profile,
    workers: int,
    done: Collection[tuple[tuple[str, ...], int]] = (),
) -> Iterator[ReadingResult]:
    """Run the suite for every group of readings on the server of each seed, in parallel.

    Yields results as they arrive, without those in `done`.
    """
    pairs = [(tuple(group), seed) for seed in seeds for group in groups]
    yield from run_in_parallel(
        partial(run_readings, description=description, profile=profile),
        [pair for pair in pairs if pair not in done],
        workers,
    )
