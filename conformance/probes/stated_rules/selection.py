"""Which stated rules bind an operation, and by which probe they are tried."""

from collections.abc import Iterable
from functools import cache

from conformance.applicability.selectors import Selector
from conformance.model import Level, Operation, Profile, ResourceModel, StatedRule
from conformance.model.operation import Location
from specs.rulebook import load_bundled_rules

REFUSED_BODIES, CONFLICTS = "RUL-01", "RUL-07"
QUERIES, FALLBACKS, NO_OPS, EFFECTS, LIMITS = "RUL-02", "RUL-03", "RUL-04", "RUL-05", "RUL-06"


@cache
def _rules_by_operation() -> dict[str, tuple[StatedRule, ...]]:
    rules: dict[str, tuple[StatedRule, ...]] = {}
    for rule in load_bundled_rules():
        rules[rule.operation] = (*rules.get(rule.operation, ()), rule)
    return rules


def list_rules(operation: Operation, *requirements: str) -> tuple[StatedRule, ...]:
    """Return the rules that bind an operation (of these requirements, if any is named), sorted by id.

    A rule about a query parameter that the description does not document is left out.
    """
    rules = _rules_by_operation().get(operation.key, ())
    known = {parameter.name for parameter in operation.parameters if parameter.location is Location.QUERY}
    return tuple(
        rule
        for rule in rules
        if (not requirements or rule.requirement in requirements)
        and all({*step.query} <= known for step in rule.steps if not step.operation)
    )


def list_excluded_properties(operation: Operation, named: Iterable[str]) -> frozenset[str]:
    """Return the properties that a stated rule refuses beside named ones: setting those may change what they show."""
    refused = [s.put for r in list_rules(operation, REFUSED_BODIES) for s in r.steps if s.expect == "refused"]
    return frozenset(name for put in refused if len(put) > 1 and put.keys() & {*named} for name in put)


def select_rules(
    operation: Operation, requirements: tuple[str, ...], profile: Profile, *, is_inert: bool
) -> tuple[StatedRule, ...]:
    """Return the rules of one probe: inert ones send nothing that a server in order carries out."""
    return tuple(
        rule
        for rule in list_rules(operation, *requirements)
        if rule.profile is profile and is_inert_rule(rule, operation) is is_inert
    )


def is_inert_rule(rule: StatedRule, operation: Operation) -> bool:
    """Return whether no request of a rule takes effect on a server in order: all are reads, or must be refused."""
    if operation.is_safe:
        return True
    own = [step for step in rule.steps if not step.operation]
    return rule.level is Level.MUST and all(step.expect == "refused" and not step.keeps for step in own)


def has_rules(*requirements: str) -> Selector:
    """Return the selector of operations with a rule of these requirements."""

    def binds(operation: Operation, model: ResourceModel) -> bool:
        return bool(list_rules(operation, *requirements))

    return binds
