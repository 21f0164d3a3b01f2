"""Findings that look like one fault, together: what a reader wants to see first."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from conformance.model import Level, Verdict
from reports.findings import folded, gravity
from reports.summary import Finding

_PARTICULAR = re.compile(r"https?://\S+|'[^']*'|\"[^\"]*\"|`[^`]*`|[a-z]{4}[0-9A-Z]{26}|\d+")


class Group(msgspec.Struct, frozen=True):
    """Findings of one requirement with one cause, on one or more operations, in the order of the summary."""

    id: str
    requirement: str
    level: Level
    verdict: Verdict
    waived: bool
    message: str
    findings: tuple[Finding, ...]

    @property
    def spread(self) -> str:
        """Where it was seen: `on 3 operations`, `in 5 places of GET /evses`, or the one operation."""
        operations = {each.operation for each in self.findings}
        if len(operations) > 1:
            return f"on {len(operations)} operations"
        only = self.findings[0].operation
        named = "the whole API" if only == "*" else only
        return named if len(self.findings) == 1 else f"in {len(self.findings)} places of {named}"

    @property
    def times(self) -> int:
        """How often it was seen on all operations."""
        return sum(each.times for each in self.findings)


def by_cause(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Groups, gravest first, then by level, the most widespread first.

    Findings belong together when requirement, verdict and cause agree; where nobody named a cause, when their messages
    agree but for numbers, ids, URLs and quoted words; without a message, when their pointers do.
    """
    grouped: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for each in findings:
        named = each.cause if each.cause != folded(each.pointer) else ""
        key = (each.requirement, each.verdict, each.waived, named or _PARTICULAR.sub("*", each.message) or each.cause)
        grouped[key].append(each)
    groups = [_group(key, members) for key, members in grouped.items()]
    return tuple(
        sorted(groups, key=lambda g: (*gravity(g.verdict, g.level), -len(g.findings), g.requirement, g.message, g.id))
    )


def _group(key: tuple[object, ...], members: list[Finding]) -> Group:
    first = members[0]
    digest = hashlib.sha256("\0".join(map(str, key)).encode("utf-8", "replace")).hexdigest()
    return Group(
        f"g-{digest[:12]}", first.requirement, first.level, first.verdict, first.waived, first.message, tuple(members)
    )
