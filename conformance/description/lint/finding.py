"""What lint finds, and the rules it finds it by."""

from collections.abc import Callable, Iterable

import msgspec

from conformance.description.lint.reading import Reading
from conformance.model import Level


class Hit(msgspec.Struct, frozen=True):
    """One place where a rule is broken.

    `pointer` leads to it in the description. `kind` tells kinds of fault of one rule apart (the scope, the status),
    so that a fault repeated in many places can be told once.
    """

    pointer: str
    message: str
    expected: str = ""
    actual: str = ""
    kind: str = ""


class Rule(msgspec.Struct, frozen=True):
    """Something to be objected to. `requirement` is empty where no requirement of the catalogue states it."""

    name: str
    requirement: str
    level: Level
    says: str
    check: Callable[[Reading], Iterable[Hit]]


class LintFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A hit with the rule it breaks and where it stands: `line` counts from 1, 0 where no line is known."""

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
