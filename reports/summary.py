"""The summary of a run: the one value that every format is written from."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property

import msgspec

from conformance.model import (
    Case,
    Exchange,
    Generated,
    Harm,
    ItemFinished,
    KeywordsListed,
    Level,
    Noticed,
    Place,
    Requirement,
    ResourceModel,
    RunStarted,
    Verdict,
)
from conformance.model.target import EXAMPLES_REMARK
from reports.coverage import OperationCoverage, measure_coverage
from reports.exchange_store import ExchangesById
from reports.history import PastRun

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
"""Gravest first. PASS stands before the three that judged nothing: something was observed, and it was right."""


class RunVerdict(StrEnum):
    """The verdict of a run."""

    CONFORMS = "conforms"
    WAIVED = "conforms with waivers"
    VIOLATIONS = "violations"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"

    @property
    def exit_code(self) -> int:
        """Return the exit code of the command: 0 conforms, 1 violations, 3 inconclusive, 4 internal error."""
        return {"conforms": 0, "conforms with waivers": 0, "violations": 1, "inconclusive": 3}.get(self.value, 4)


class CaseResult(msgspec.Struct, frozen=True):
    """The verdict on one case, the reason for it in words, and how many observations it was folded from.

    `tried` counts the ways in which the requirement was tried, of `known` that the suite knows: further values, other
    spellings, other identities.
    """

    requirement: str
    operation: str
    verdict: Verdict
    reason: str = ""
    observations: int = 0
    tried: int = 0
    known: int = 0

    @property
    def is_sampled(self) -> bool:
        """Return whether something was tried, and not all that is known."""
        return 0 < self.tried < self.known

    @property
    def case(self) -> Case:
        """Return the requirement on the operation."""
        return Case(self.requirement, self.operation)


class Exclusion(msgspec.Struct, frozen=True):
    """Operations that a requirement was not planned for, and why."""

    requirement: str
    reason: str
    operations: tuple[str, ...]


class Finding(msgspec.Struct, frozen=True):
    """One cause on one requirement and operation, seen `times` times.

    `id` digests requirement, operation and cause, so that a link to it survives the next run. `exchanges` are ids,
    the best evidence first, at most `reports.findings.MAX_EXCHANGES`. `smallest` is the id of the exchange with the
    smallest request that shows the same, empty where the run found none smaller. `implied_by` is the id of a finding
    from which this one follows, empty where it stands for itself. `items` are the plan items to run to see it
    again: one, or those that sent its evidence. What is shown of it rests on the first `rests_on` exchanges.
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
    implied_by: str = ""
    harm: Harm = Harm.FORM
    items: tuple[str, ...] = ()
    rests_on: int = 0

    @property
    def case(self) -> Case:
        """Return the requirement on the operation."""
        return Case(self.requirement, self.operation)

    @property
    def is_violation(self) -> bool:
        """Return whether the finding makes the run fail: a FAIL that no waiver covers."""
        return self.verdict is Verdict.FAIL and not self.waived


class WaiverState(StrEnum):
    """The state of a waiver; all but ACTIVE fail the run."""

    ACTIVE = "active"
    EXPIRED = "expired"
    UNUSED = "unused"  # its case was not judged
    GONE = "finding gone"  # its case was judged, and nothing is wrong
    DUPLICATE = "duplicate"
    TOO_LONG = "too long"  # expires later than allowed


class AppliedWaiver(msgspec.Struct, frozen=True):
    """A waiver as applied to this run; `expires` is an ISO date.

    `number` is its place in the file, from 1 on; `problem` says what is wrong with it, empty where nothing is.
    """

    requirement: str
    operation: str
    reason: str
    owner: str
    issue: str
    expires: str
    state: WaiverState
    number: int = 0
    problem: str = ""


class FindingChange(msgspec.Struct, frozen=True):
    """One line of a comparison of two runs; `finding` is the id, empty where a case was only not judged again."""

    requirement: str
    operation: str
    verdict: Verdict
    message: str
    finding: str = ""


class RunDifference(msgspec.Struct, frozen=True):
    """The changes between two runs: findings that are new, fixed or still there, and cases no longer judged."""

    old_verdict: RunVerdict
    new_verdict: RunVerdict
    old_started_at: float
    new: tuple[FindingChange, ...]
    fixed: tuple[FindingChange, ...]
    still: tuple[FindingChange, ...]
    no_longer_tested: tuple[FindingChange, ...]

    @property
    def is_worse(self) -> bool:
        """Return whether there is a new finding, or a case that is no longer judged."""
        return bool(self.new or self.no_longer_tested)


class PastAttempt(msgspec.Struct, frozen=True):
    """An attempt at a certification: when it ended (seconds since 1970), and how."""

    number: int
    at: float
    version: str
    verdict: str


class CertificateState(msgspec.Struct, frozen=True):
    """The state of a certification: the number of the attempt, the obstacles to a certificate, and the signature.

    `attempt` is None where the chain of attempts does not hold it. `issued` and `expires` are seconds since 1970, None
    where no certificate was signed; `key_id` names the key that it was signed with. `verified` is true
    if this run signed it; otherwise the values are those of the file, unverified.
    """

    attempt: int | None
    attempts: tuple[PastAttempt, ...] = ()
    obstacles: tuple[str, ...] = ()
    issued: float | None = None
    expires: float | None = None
    key_id: str = ""
    verified: bool = False


class Summary(msgspec.Struct, frozen=True, dict=True):
    """Everything that a report says about a run.

    `case_results` are the planned cases and `unplanned_results` the others that were observed too, both sorted;
    `cut_off` says why the run log is incomplete, empty where it is complete; `finished_at` is None without a footer;
    `senders` names the plan item of each exchange; `places` maps pointers to lines in the files of the description;
    `reasons` are the sentences behind `verdict`; `history` are earlier runs, of this target or others.
    """

    started: RunStarted | None
    finished_at: float | None
    shards: tuple[str, ...]
    stopped: tuple[str, ...]
    cut_off: tuple[str, ...]
    requests: dict[str, int]
    model: ResourceModel | None
    requirements: tuple[Requirement, ...]
    case_results: tuple[CaseResult, ...]
    unplanned_results: tuple[CaseResult, ...]
    excluded: tuple[Exclusion, ...]
    findings: tuple[Finding, ...]
    exchanges: Sequence[Exchange]
    senders: dict[str, str]
    notices: tuple[Noticed, ...]
    items: tuple[ItemFinished, ...]
    places: dict[str, Place] = {}
    generated: tuple[Generated, ...] = ()
    keywords: tuple[KeywordsListed, ...] = ()
    verdict: RunVerdict = RunVerdict.INCONCLUSIVE
    reasons: tuple[str, ...] = ()
    waivers: tuple[AppliedWaiver, ...] = ()
    since: RunDifference | None = None
    certificate: CertificateState | None = None
    history: tuple[PastRun, ...] = ()

    @property
    def answers_from_examples(self) -> bool:
        """Return whether the target is a stateless mock."""
        return self.started is not None and self.started.target.answers_from_examples

    @property
    def target_remark(self) -> str:
        """Return the sentence on the target that a reader must know first, empty for most."""
        return EXAMPLES_REMARK if self.answers_from_examples else ""

    @property
    def planned_count(self) -> int:
        """Return the number of planned cases."""
        return len(self.case_results)

    @cached_property
    def counts(self) -> dict[Verdict, int]:
        """Return the planned cases by verdict, every verdict named, gravest first; their sum is `planned`."""
        seen = Counter(result.verdict for result in self.case_results)
        return {verdict: seen[verdict] for verdict in GRAVITY}

    @cached_property
    def gap_counts(self) -> dict[str, int]:
        """Return the reasons why planned cases were not tested, with their numbers, most frequent first."""
        reasons = Counter(result.reason for result in self.case_results if result.verdict is Verdict.NOT_TESTED)
        return dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def sampled_results(self) -> tuple[CaseResult, ...]:
        """Return the planned cases with untried ways, those with the smallest share of tried ways first."""
        sampled = (result for result in self.case_results if result.is_sampled)
        return tuple(sorted(sampled, key=lambda result: (result.tried / result.known, result.case)))

    @property
    def sample_remark(self) -> str:
        """Return the sentence that says how many of the sampled ways were tried, empty if all were."""
        sampled = self.sampled_results
        if not sampled:
            return ""
        tried, known = sum(result.tried for result in sampled), sum(result.known for result in sampled)
        seeds = self.started.seeds_to_cover if self.started else 1
        rest = f"; runs with {seeds} successive seeds try each sample to its end" if seeds > 1 else ""
        return f"{len(sampled):,} cases were sampled: {tried:,} of {known:,} ways tried{rest}"

    @property
    def requests_sent(self) -> int:
        """Return the requests of all identities; 0 where recorded traffic was judged."""
        return 0 if self.is_recorded else sum(self.requests.values())

    @property
    def is_recorded(self) -> bool:
        """Return whether the exchanges were recorded by somebody else, and not sent by this run."""
        return self.started is not None and bool(self.started.traffic)

    @property
    def effort(self) -> str:
        """Return the work of the run in words: requests sent, or recorded exchanges judged."""
        if self.is_recorded:
            return f"{len(self.exchanges):,} recorded exchanges judged"
        return f"{self.requests_sent:,} requests in {self.duration_s:.1f} s"

    @property
    def duration_s(self) -> float:
        """Return the seconds from the header to the footer, or to the last response where there is none."""
        if self.started is None:
            return 0.0
        ends = (x.sent_at + (x.response.elapsed_s if x.response else 0.0) for x in self.exchanges)
        return max(0.0, (self.finished_at or max(ends, default=0.0)) - self.started.started_at)

    @cached_property
    def coverage(self) -> tuple[OperationCoverage, ...]:
        """Return what of each operation was used; empty where the log holds no description."""
        return measure_coverage(self.exchanges, self.model)

    @cached_property
    def requirements_by_id(self) -> dict[str, Requirement]:
        """Return the requirements by id."""
        return {requirement.id: requirement for requirement in self.requirements}

    @cached_property
    def exchanges_by_id(self) -> Mapping[str, Exchange]:
        """Return the exchanges by id; the earliest where several share one."""
        return ExchangesById(self.exchanges)

    @cached_property
    def findings_by_case(self) -> dict[Case, tuple[Finding, ...]]:
        """Return the findings by case, in their order."""
        grouped: dict[Case, list[Finding]] = defaultdict(list)
        for finding in self.findings:
            grouped[finding.case].append(finding)
        return {case: tuple(findings) for case, findings in grouped.items()}

    @cached_property
    def all_results(self) -> tuple[CaseResult, ...]:
        """Return the planned and unplanned cases, sorted."""
        return tuple(sorted((*self.case_results, *self.unplanned_results), key=lambda result: result.case))

    @cached_property
    def seconds_by_operation(self) -> dict[str, float]:
        """Return the seconds that each case of an operation took: those of its plan items, shared by its cases."""
        cases = Counter(result.operation for result in self.all_results)
        seconds: dict[str, float] = defaultdict(float)
        for item in self.items:
            seconds[item.item.partition("[")[2].rpartition("]")[0]] += item.duration_s
        return {key: seconds[key] / count for key, count in cases.items()}

    def best_evidence(self, finding: Finding) -> Exchange | None:
        """Return the exchange that is the best evidence of a finding, if the run log holds it."""
        return self.exchanges_by_id.get(finding.exchanges[0]) if finding.exchanges else None

    def simplest_exchange(self, finding: Finding) -> Exchange | None:
        """Return the exchange to send again: the one with the smallest request, else the best evidence."""
        return self.exchanges_by_id.get(finding.smallest) or self.best_evidence(finding)

    def find_pointer(self, finding: Finding) -> str:
        """Return the pointer of a finding in the description: its own, else that of its operation, else `#`."""
        operation = self.model.operations_by_key.get(finding.operation) if self.model else None
        return finding.pointer if finding.pointer.startswith("#") else (operation.pointer if operation else "") or "#"

    def find_place(self, finding: Finding) -> Place | None:
        """Return the line of a finding in the description, or None where the run log does not hold it."""
        return self.places.get(self.find_pointer(finding))

    def has_violation(self, result: CaseResult) -> bool:
        """Return whether the case has a violation that no waiver covers."""
        return any(finding.is_violation for finding in self.findings_by_case.get(result.case, ()))

    def requirement_level(self, requirement: str) -> Level:
        """Return the level of a requirement; MUST for one that the catalogue does not hold."""
        known = self.requirements_by_id.get(requirement)
        return known.level if known else Level.MUST
