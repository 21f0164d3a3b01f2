"""What a run comes to: the one value that every format is written from."""

from collections import Counter, defaultdict
from enum import StrEnum
from functools import cached_property

import msgspec

from conformance.model import (
    Case,
    Exchange,
    ItemFinished,
    Level,
    Noticed,
    Place,
    Requirement,
    ResourceModel,
    RunStarted,
    Verdict,
)

GRAVITY: tuple[Verdict, ...] = (
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.REVIEW,
    Verdict.WARN,
    Verdict.PASS,
    Verdict.NOT_OBSERVABLE,
    Verdict.NOT_TESTED,
    Verdict.NOT_APPLICABLE,
)
"""Gravest first. PASS stands before the three that judged nothing: something was seen, and it was right."""


class RunVerdict(StrEnum):
    """How a whole run ends; the exit code of each follows the command-line interface."""

    CONFORMS = "conforms"
    WAIVED = "conforms with waivers"
    VIOLATIONS = "violations"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"

    @property
    def exit_code(self) -> int:
        """0 conforms, 1 violations, 3 inconclusive, 4 our own fault."""
        return {"conforms": 0, "conforms with waivers": 0, "violations": 1, "inconclusive": 3}.get(self.value, 4)


class Cell(msgspec.Struct, frozen=True):
    """The verdict on one case, the reason for it in words, and how many observations it was folded from."""

    requirement: str
    operation: str
    verdict: Verdict
    reason: str = ""
    observations: int = 0

    @property
    def case(self) -> Case:
        """The requirement on the operation."""
        return Case(self.requirement, self.operation)


class Exclusion(msgspec.Struct, frozen=True):
    """Operations that a requirement was not planned for, and why."""

    requirement: str
    reason: str
    operations: tuple[str, ...]


class Finding(msgspec.Struct, frozen=True):
    """One cause on one requirement and operation, seen `times` times.

    `id` digests requirement, operation and cause, so that a link to it survives the next run. `exchanges` are ids,
    the telling one first, at most `reports.findings.EXCHANGES_KEPT`. `smallest` is that with the smallest request that
    shows the same, empty where the run looked for none or found none smaller.
    """

    id: str
    requirement: str
    level: Level
    verdict: Verdict
    operation: str
    operation_id: str
    message: str
    expected: str
    actual: str
    pointer: str
    cause: str
    times: int
    exchanges: tuple[str, ...]
    smallest: str = ""
    waived: bool = False

    @property
    def case(self) -> Case:
        """The requirement on the operation."""
        return Case(self.requirement, self.operation)

    @property
    def violation(self) -> bool:
        """Whether it makes the run fail by itself."""
        return self.verdict is Verdict.FAIL and not self.waived


class WaiverState(StrEnum):
    """What became of a waiver; all but ACTIVE fail the run."""

    ACTIVE = "active"
    EXPIRED = "expired"
    UNUSED = "unused"  # its case was not judged
    GONE = "finding gone"  # its case was judged, and nothing is wrong
    DUPLICATE = "duplicate"
    TOO_LONG = "too long"  # expires later than allowed


class AppliedWaiver(msgspec.Struct, frozen=True):
    """A waiver as applied to this run; `expires` is an ISO date."""

    requirement: str
    operation: str
    reason: str
    owner: str
    issue: str
    expires: str
    state: WaiverState


class Change(msgspec.Struct, frozen=True):
    """One line of a comparison of two runs; `finding` is empty where a case was merely not judged again."""

    requirement: str
    operation: str
    verdict: Verdict
    message: str
    finding: str = ""


class Difference(msgspec.Struct, frozen=True):
    """What changed between two runs: findings that are new, fixed or still there, and cases no longer judged."""

    old_verdict: RunVerdict
    new_verdict: RunVerdict
    old_started_at: float
    new: tuple[Change, ...]
    fixed: tuple[Change, ...]
    still: tuple[Change, ...]
    no_longer_tested: tuple[Change, ...]

    @property
    def worse(self) -> bool:
        """Whether something new is wrong, or something judged before was not judged again."""
        return bool(self.new or self.no_longer_tested)


class PastAttempt(msgspec.Struct, frozen=True):
    """An attempt at a certification: when it ended (seconds since 1970), and how."""

    number: int
    at: float
    version: str
    verdict: str


class CertificateState(msgspec.Struct, frozen=True):
    """Where a certification stands: which attempt it is, what stands against a certificate, and what was signed.

    `attempt` is None where the chain of attempts does not hold it. `issued` and `expires` are seconds since 1970, None
    where no certificate was signed; `key_id` names the key that it was signed with. `verified` tells that it was signed
    just now: otherwise all that is what the file says.
    """

    attempt: int | None
    attempts: tuple[PastAttempt, ...] = ()
    obstacles: tuple[str, ...] = ()
    issued: float | None = None
    expires: float | None = None
    key_id: str = ""
    verified: bool = False


class Summary(msgspec.Struct, frozen=True, dict=True):
    """Everything a report says about a run.

    `cells` are the planned cases and `unplanned` the others that were observed all the same, both sorted;
    `cut_off` says why the record is incomplete, empty where it is not; `finished_at` is None without any footer;
    `places` tells where pointers stand in the files of the description; `reasons` are the sentences behind `verdict`.
    """

    started: RunStarted | None
    finished_at: float | None
    shards: tuple[str, ...]
    stopped: tuple[str, ...]
    cut_off: tuple[str, ...]
    requests: dict[str, int]
    model: ResourceModel | None
    requirements: tuple[Requirement, ...]
    cells: tuple[Cell, ...]
    unplanned: tuple[Cell, ...]
    excluded: tuple[Exclusion, ...]
    findings: tuple[Finding, ...]
    exchanges: tuple[Exchange, ...]
    notices: tuple[Noticed, ...]
    items: tuple[ItemFinished, ...]
    places: dict[str, Place] = {}
    verdict: RunVerdict = RunVerdict.INCONCLUSIVE
    reasons: tuple[str, ...] = ()
    waivers: tuple[AppliedWaiver, ...] = ()
    since: Difference | None = None
    certificate: CertificateState | None = None

    @property
    def planned(self) -> int:
        """How many cases were planned."""
        return len(self.cells)

    @cached_property
    def counts(self) -> dict[Verdict, int]:
        """Planned cases by verdict, every verdict named, gravest first; their sum is `planned`."""
        seen = Counter(cell.verdict for cell in self.cells)
        return {verdict: seen[verdict] for verdict in GRAVITY}

    @cached_property
    def gaps(self) -> dict[str, int]:
        """Why planned cases were not tested, and how many each, most of them first."""
        reasons = Counter(cell.reason for cell in self.cells if cell.verdict is Verdict.NOT_TESTED)
        return dict(sorted(reasons.items(), key=lambda found: (-found[1], found[0])))

    @property
    def requests_sent(self) -> int:
        """Requests of all identities."""
        return sum(self.requests.values())

    @property
    def duration_s(self) -> float:
        """Seconds from the header to the last thing recorded."""
        if self.started is None:
            return 0.0
        last = max((x.sent_at + (x.response.elapsed_s if x.response else 0.0) for x in self.exchanges), default=0.0)
        return max(0.0, (self.finished_at or last) - self.started.started_at)

    @cached_property
    def by_id(self) -> dict[str, Requirement]:
        """Requirements by id."""
        return {each.id: each for each in self.requirements}

    @cached_property
    def by_exchange(self) -> dict[str, Exchange]:
        """Exchanges by id; the earliest where several share one."""
        return {each.id: each for each in reversed(self.exchanges)}

    @cached_property
    def by_case(self) -> dict[Case, tuple[Finding, ...]]:
        """Findings by case, in their order."""
        grouped: dict[Case, list[Finding]] = defaultdict(list)
        for each in self.findings:
            grouped[each.case].append(each)
        return {case: tuple(found) for case, found in grouped.items()}

    @cached_property
    def every_cell(self) -> tuple[Cell, ...]:
        """Planned and unplanned cases, sorted."""
        return tuple(sorted((*self.cells, *self.unplanned), key=lambda cell: cell.case))

    def telling(self, finding: Finding) -> Exchange | None:
        """The exchange that a finding is told by, where the record holds it."""
        return self.by_exchange.get(finding.exchanges[0]) if finding.exchanges else None

    def simplest(self, finding: Finding) -> Exchange | None:
        """The exchange to send again: the smallest that shows the same, else the telling one."""
        return self.by_exchange.get(finding.smallest) or self.telling(finding)

    def pointer(self, finding: Finding) -> str:
        """Where in the description a finding belongs: what it names there, else its operation, else the whole."""
        operation = self.model.by_key.get(finding.operation) if self.model else None
        return finding.pointer if finding.pointer.startswith("#") else (operation.pointer if operation else "") or "#"

    def place(self, finding: Finding) -> Place | None:
        """The line of that, None where the record does not tell."""
        return self.places.get(self.pointer(finding))

    def violated(self, cell: Cell) -> bool:
        """Whether the case has a violation that no waiver covers."""
        return any(each.violation for each in self.by_case.get(cell.case, ()))

    def level(self, requirement: str) -> Level:
        """The level of a requirement; MUST for one that the catalogue does not know."""
        known = self.by_id.get(requirement)
        return known.level if known else Level.MUST
