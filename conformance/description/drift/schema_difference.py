"""One difference of two schemas, and the change that it is for the side that reads or writes."""

from typing import Any

import msgspec

from conformance.description.drift.change import (
    NARROWED_REQUEST_DUTY,
    DescriptionChange,
    Direction,
    ValidityEffect,
    build_fixed_change,
    derive_severities,
)


class SchemaDifference(msgspec.Struct, frozen=True):
    """A difference of two schemas, for data that travels in either direction.

    `fixed` names rules of `FIXED` by direction, for differences that do not alter the set of valid messages. `hidden`
    are the directions in which the field does not travel at all.
    """

    keyword: str
    effect: ValidityEffect
    place: str
    message: str
    old: Any = None
    new: Any = None
    fixed: tuple[tuple[Direction, str], ...] = ()
    hidden: frozenset[Direction] = frozenset()

    def build_change(self, direction: Direction) -> DescriptionChange | None:
        """Return the change that this means for data travelling in a direction, or None."""
        if direction in self.hidden:
            return None
        if self.fixed:
            rule = dict(self.fixed).get(direction)
            return (
                build_fixed_change(rule, self.place, old=self.old, new=self.new, direction=direction) if rule else None
            )
        client, server = derive_severities(direction, self.effect)
        rule = f"{direction}-{self.keyword}-{self.effect}"
        is_narrowed = self.effect in {ValidityEffect.NARROWS, ValidityEffect.REPLACES} or (
            self.keyword == "pattern" and self.effect is ValidityEffect.UNCLEAR
        )
        duty = NARROWED_REQUEST_DUTY if is_narrowed and direction is Direction.REQUEST else ""
        return DescriptionChange(
            rule, client, server, self.place, self.message, self.old, self.new, direction, duty=duty
        )
