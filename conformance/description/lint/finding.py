"""Lint rules and lint findings."""

from collections.abc import Callable, Iterable

import msgspec

from conformance.description.lint.context import LintContext
from conformance.model import Level


class RuleViolation(msgspec.Struct, frozen=True):
    """One place where a rule is broken.

    `pointer` leads to it in the description. `kind` distinguishes defects of one rule (by scope, by status), so that a
    defect repeated in many places can be reported once.
    """

    pointer: str
    message: str
    expected: str = ""
    actual: str = ""
    kind: str = ""


class LintRule(msgspec.Struct, frozen=True):
    """A lint rule. `requirement` is empty if no requirement of the catalogue states it."""

    name: str
    requirement: str
    level: Level
    says: str
    check: Callable[[LintContext], Iterable[RuleViolation]]


class LintFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A hit with the rule that it breaks and its place: `line` counts from 1, 0 if unknown."""

    rule: str
    level: Level
    pointer: str
    message: str
    requirement: str = ""
    expected: str = ""
    actual: str = ""
    kind: str = ""
    file: str = ""
    line: int = 0
