"""Several faults in one server: which of them can stand together, and which violation is whose. Pure functions.

A fault that cannot be told apart runs on a server of its own.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

_MAX_EVERYWHERE = 2  # faults of one server that may change the responses of any operation


class Violation(NamedTuple):
    """A requirement that a run reports as violated, and the operation that it names."""

    requirement: str
    operation: str


class FaultSign(NamedTuple):
    """The marks of a fault: the requirements that it trips and implies, and the operations where it may be seen.

    `nearby` is empty where that is any operation.
    """

    fault: str
    expected: frozenset[str]
    implied: frozenset[str]
    nearby: frozenset[str]

    def is_named_by(self, violation: Violation) -> bool:
        """Return whether a violation is one that the fault trips."""
        return violation.requirement in self.expected and self._is_near(violation)

    def explains(self, violation: Violation) -> bool:
        """Return whether a violation is one that the fault trips or implies."""
        return violation.requirement in self.expected | self.implied and self._is_near(violation)

    def can_stand_with(self, other: "FaultSign") -> bool:
        """Return whether the violations of two faults can be told apart: by requirement, or by place."""
        is_apart = bool(self.nearby and other.nearby) and not self.nearby & other.nearby
        is_mixed = self.expected & other.implied or other.expected & self.implied
        return not self.expected & other.expected and (is_apart or not is_mixed)

    def _is_near(self, violation: Violation) -> bool:
        return not self.nearby or violation.operation in self.nearby


class Attribution(NamedTuple):
    """The violations that name each fault of one server, and the faults that have to be tried alone."""

    named: dict[str, list[Violation]]
    unclear: frozenset[str]


def group_faults(signs: Iterable[FaultSign], size: int) -> list[list[FaultSign]]:
    """Return faults in groups of at most `size` that can stand together, those that are seen everywhere first."""
    groups: list[list[FaultSign]] = []
    for sign in sorted(signs, key=lambda each: bool(each.nearby)):
        for group in groups:
            everywhere = sum(not each.nearby for each in (*group, sign))
            if len(group) < size and everywhere <= _MAX_EVERYWHERE and all(map(sign.can_stand_with, group)):
                group.append(sign)
                break
        else:
            groups.append([sign])
    return groups


def attribute_violations(group: Sequence[FaultSign], violations: Iterable[Violation]) -> Attribution:
    """Return which violations of a run name which fault of its server.

    A violation that no fault explains is put down to those that are near it. If none is, or a fault of the group may be
    seen anywhere, all are unclear, for that one may be the cause of any other violation.
    """
    found = list(violations)
    named = {sign.fault: [each for each in found if sign.is_named_by(each)] for sign in group}
    unclear: set[str] = set()
    for violation in found:
        if any(sign.explains(violation) for sign in group):
            continue
        suspects = [sign for sign in group if sign.nearby and violation.operation in sign.nearby]
        is_local = bool(suspects) and all(sign.nearby for sign in group)
        unclear |= {sign.fault for sign in (suspects if is_local else group)}
    return Attribution(named, frozenset(unclear))
