"""The trend over the runs of one target: failing cases by requirement family, and the changes between runs."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from conformance.model import Verdict
from reports.history import FamilyCount, PastRun, merge_runs
from reports.summary import Summary

LINE_WIDTH, LINE_HEIGHT, LINE_MARGIN = 240, 28, 4
_FAILING = frozenset({Verdict.FAIL, Verdict.WARN})
_JUDGED = _FAILING | {Verdict.PASS, Verdict.REVIEW}


class FamilyLine(msgspec.Struct, frozen=True):
    """The failing cases of a family in each run, None where it was not judged; `path` draws them as SVG.

    `x` and `y` are the place of the newest run that judged it.
    """

    family: str
    counts: tuple[int | None, ...]
    path: str
    x: float
    y: float

    @property
    def known(self) -> tuple[int, ...]:
        """Return the counts of the runs that judged the family."""
        return tuple(count for count in self.counts if count is not None)

    @property
    def change(self) -> int:
        """Return the difference between the newest run that judged the family and the one before."""
        return self.known[-1] - self.known[-2] if len(self.known) > 1 else 0


class RunChange(msgspec.Struct, frozen=True):
    """A run, and the findings that it has and the run before had not, and the other way round: requirement, operation.

    `gone` is what was not seen again; whether it is fixed depends on what was tested.
    """

    run: PastRun
    new: tuple[str, ...]
    gone: tuple[str, ...]


class OpenFinding(msgspec.Struct, frozen=True):
    """A finding of the newest run: since when it stands in every run, in how many, and how often it had gone before."""

    id: str
    name: str
    since: float
    runs: int
    returns: int


class Trend(msgspec.Struct, frozen=True):
    """Runs of one target and profile, the oldest first and the present one last.

    `lines` are the families that failed in any run, the most failing cases first, and `steady` the others.
    """

    runs: tuple[PastRun, ...]
    lines: tuple[FamilyLine, ...]
    steady: tuple[str, ...]
    changes: tuple[RunChange, ...]
    open: tuple[OpenFinding, ...]

    @property
    def sentence(self) -> str:
        """Return how many findings failed in each of the last runs, in words."""
        counts = " → ".join(str(len(run.findings)) for run in self.runs[-10:])
        return f"Failing findings over the last {min(len(self.runs), 10)} runs: {counts}"


def describe_run(summary: Summary) -> PastRun | None:
    """Return what a history keeps of a run; None where the run log has no header."""
    header = summary.started
    if header is None:
        return None
    judged: dict[str, int] = defaultdict(int)
    failing: dict[str, int] = defaultdict(int)
    for case in summary.all_results:
        family = case.requirement.partition("-")[0]
        judged[family] += case.verdict in _JUDGED
        failing[family] += case.verdict in _FAILING
    return PastRun(
        run=header.run,
        started_at=header.started_at,
        target=header.target.name,
        profile=header.profile.value,
        verdict=summary.verdict.value,
        suite_version=header.suite_version,
        description_sha256=header.description_sha256,
        families={family: FamilyCount(failing[family], count) for family, count in sorted(judged.items()) if count},
        findings={f.id: f"{f.requirement} {f.operation}" for f in summary.findings if f.verdict in _FAILING},
    )


def build_trend(summary: Summary) -> Trend | None:
    """Return the trend up to this run; None where no earlier run of its target and profile is known."""
    present = describe_run(summary)
    if present is None:
        return None
    earlier = (run for run in summary.history if run.started_at <= present.started_at)
    runs = tuple(run for run in merge_runs((*earlier, present)) if run.series == present.series)
    if len(runs) < 2:
        return None
    families = sorted({family for run in runs for family in run.families})
    lines = [_draw_line(family, runs) for family in families]
    return Trend(
        runs=runs,
        lines=tuple(
            sorted((line for line in lines if any(line.known)), key=lambda line: (-line.known[-1], line.family))
        ),
        steady=tuple(line.family for line in lines if not any(line.known)),
        changes=tuple(_compare(earlier_run, run) for earlier_run, run in pairwise(runs)),
        open=tuple(_describe_finding(key, name, runs) for key, name in present.findings.items()),
    )


def _compare(earlier: PastRun, later: PastRun) -> RunChange:
    new = sorted(name for key, name in later.findings.items() if key not in earlier.findings)
    gone = sorted(name for key, name in earlier.findings.items() if key not in later.findings)
    return RunChange(later, tuple(new), tuple(gone))


def _describe_finding(key: str, name: str, runs: Sequence[PastRun]) -> OpenFinding:
    stood = [key in run.findings for run in runs]
    streak = next((n for n, held in enumerate(reversed(stood)) if not held), len(stood))
    returns = sum(not before and after for before, after in pairwise(stood)) - (not stood[0])
    return OpenFinding(key, name, runs[-streak].started_at, streak, max(0, returns))


def _draw_line(family: str, runs: Sequence[PastRun]) -> FamilyLine:
    """Return the line of a family; its own maximum is the top, and a run that did not judge it leaves a gap."""
    counts = tuple(run.families[family].failing if family in run.families else None for run in runs)
    top = max((count for count in counts if count is not None), default=0) or 1
    step = (LINE_WIDTH - 2 * LINE_MARGIN) / max(1, len(runs) - 1)
    path, x, y, is_open = "", 0.0, 0.0, False
    for number, count in enumerate(counts):
        if count is not None:
            x = round(LINE_MARGIN + number * step, 1)
            y = round(LINE_HEIGHT - LINE_MARGIN - count / top * (LINE_HEIGHT - 2 * LINE_MARGIN), 1)
            path += f"{'L' if is_open else 'M'}{x} {y}"
        is_open = count is not None
    return FamilyLine(family, counts, path, x, y)
