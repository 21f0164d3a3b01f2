"""Findings grouped by cause, as a reader wants to see them first."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from conformance.model import Harm, Level, Verdict
from conformance.model.pointers import fold_indices
from reports.findings import rank_gravity
from reports.summary import Finding

_PARTICULAR = re.compile(r"https?://\S+|'[^']*'|\"[^\"]*\"|`[^`]*`|[a-z]{4}[0-9A-Z]{26}|\d+")


_OF_DESCRIPTION = "DSC-"
_NO_RESPONSE = re.compile(r"^no response to \S+ \S+: ")
_EXAMPLES = "the examples that the target returns"
# What a body shows by itself: a server that returns examples breaks these if its examples do.
_OF_BODIES = frozenset({"RSP-03", "RSP-06", "RSP-10", "IDS-01", "IDS-02", "IDS-03"})


class FindingGroup(msgspec.Struct, frozen=True):
    """Findings of one requirement with one cause, on one or more operations, in the order of the summary.

    `implied` are findings of other requirements that follow from these, and have no group of their own; `also` are
    findings that their evidence traces to the same cause.
    """

    id: str
    requirement: str
    level: Level
    harm: Harm
    verdict: Verdict
    waived: bool
    message: str
    findings: tuple[Finding, ...]
    implied: tuple[Finding, ...] = ()
    also: tuple[Finding, ...] = ()

    @property
    def is_of_description(self) -> bool:
        """Return whether the cause is in the description, not in the server."""
        return self.requirement.startswith(_OF_DESCRIPTION)

    @property
    def under(self) -> tuple[Finding, ...]:
        """Return the findings of other requirements that stand under these."""
        return (*self.implied, *self.also)

    @property
    def consequences(self) -> str:
        """Return what else the cause breaks, as `also breaks EXP-04 (2 operations), IDS-01`; empty if nothing."""
        places: dict[str, set[str]] = defaultdict(set)
        for finding in self.under:
            places[finding.requirement].add(finding.operation)
        counts = {name: f" ({len(keys)} operations)" if len(keys) > 1 else "" for name, keys in places.items()}
        names = [f"{name}{count}" for name, count in sorted(counts.items())]
        return f"also breaks {', '.join(names)}" if names else ""

    @property
    def spread(self) -> str:
        """Return the places where it was seen: `on 3 operations`, `in 5 places of GET /evses`, or the one operation."""
        operations = {finding.operation for finding in self.findings}
        if len(operations) > 1:
            return f"on {len(operations)} operations"
        only = self.findings[0].operation
        named = "the whole API" if only == "*" else only
        return named if len(self.findings) == 1 else f"in {len(self.findings)} places of {named}"

    @property
    def places(self) -> str:
        """Return the first operation, and how many there are in all, or the places of the only one."""
        first, several = self.findings[0].operation, len({finding.operation for finding in self.findings}) > 1
        return f"{first}, and {self.spread} in all" if several else self.spread

    @property
    def times(self) -> int:
        """Return the number of observations on all operations."""
        return sum(finding.times for finding in self.findings)


def group_by_cause(findings: Iterable[Finding], *, from_examples: bool = False) -> tuple[FindingGroup, ...]:
    """Group findings by cause, gravest first, then by level and harm, then the most widespread first.

    Findings belong together when requirement, verdict and cause agree. Without a named cause their messages must agree,
    apart from numbers, ids, URLs and quoted words; without a message, their pointers. Findings on the description
    belong together when one rule of lint makes them. What follows from another finding stands in the group of that one.
    Requests without a response have one cause whatever they were sent for. With `from_examples`, for a target that
    returns examples, what bodies and the description break has one cause for each requirement: the description.
    """
    findings = tuple(findings)
    by_id = {finding.id: finding for finding in findings}
    roots = {finding.id: _find_root(finding, by_id) for finding in findings}
    implied: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if roots[finding.id] != finding.id:
            implied[roots[finding.id]].append(finding)
    grouped: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for finding in findings:
        if roots[finding.id] != finding.id:
            continue
        grouped[_build_key(finding, from_examples=from_examples)].append(finding)
    groups = [
        _build_group(key, members, [finding for member in members for finding in implied[member.id]])
        for key, members in grouped.items()
    ]
    return tuple(
        sorted(
            groups,
            key=lambda g: (*rank_gravity(g.verdict, g.level, g.harm), -len(g.findings), g.requirement, g.message, g.id),
        )
    )


def _build_key(finding: Finding, *, from_examples: bool) -> tuple[object, ...]:
    """Return what findings of one cause have in common."""
    if finding.verdict is Verdict.INCONCLUSIVE and _NO_RESPONSE.match(finding.message):
        return "", finding.verdict, finding.waived, _NO_RESPONSE.sub("no response: ", finding.message)
    named = finding.cause if finding.cause != fold_indices(finding.pointer) else ""
    if finding.requirement.startswith(_OF_DESCRIPTION):  # the cause is a rule of lint, and what it found
        named = finding.requirement if from_examples else named.partition(" ")[0]
    if from_examples and finding.requirement in _OF_BODIES:
        return finding.requirement, finding.verdict, finding.waived, _EXAMPLES
    cause = named or _PARTICULAR.sub("*", finding.message) or finding.cause
    return finding.requirement, finding.verdict, finding.waived, cause


def _find_root(finding: Finding, by_id: Mapping[str, Finding]) -> str:
    """Return the id of the finding that another one follows from in the end; its own where it stands for itself.

    A finding that a waiver covers does not hide one that it does not cover.
    """
    while (reason := by_id.get(finding.implied_by)) is not None and reason.waived <= finding.waived:
        finding = reason
    return finding.id


def _build_group(key: tuple[object, ...], members: list[Finding], implied: list[Finding]) -> FindingGroup:
    first = members[0]
    is_varied = key[-1] == _EXAMPLES and len({member.message for member in members}) > 1
    message = f"{_EXAMPLES} break it in several ways, for instance: {first.message}" if is_varied else first.message
    digest = hashlib.sha256("\0".join(map(str, key)).encode("utf-8", "replace")).hexdigest()
    return FindingGroup(
        f"g-{digest[:12]}",
        first.requirement,
        first.level,
        first.harm,
        first.verdict,
        first.waived,
        message,
        tuple(members),
        tuple(implied),
    )
