"""Catalogue of the scenarios and passive judges that the modules of `scenarios` define."""

from functools import cache

from conformance.certify.api_clients import scenarios as package
from conformance.certify.api_clients.definitions import PassiveJudge, Scenario
from conformance.errors import PlanError
from conformance.model import Requirement
from conformance.tools.registry import collect_members
from specs.catalogue import load_requirements

REQUIREMENT_FAMILY = "C"


@cache
def load_scenarios() -> tuple[Scenario, ...]:
    """Return all scenarios, sorted by requirement and name.

    Raises:
        PlanError: Two scenarios have the same name, or `beside` names none.
    """
    collected = collect_members(package, "SCENARIOS", Scenario)
    names = [scenario.name for scenario in collected]
    if duplicate := next((name for name in names if names.count(name) > 1), ""):
        raise PlanError(f"scenario names must be unique, two scenarios are named {duplicate!r}")
    if missing := {scenario.comparison for scenario in collected if scenario.comparison} - set(names):
        raise PlanError(f"`beside` must name a scenario, got {min(missing)!r}")
    return tuple(sorted(collected, key=lambda scenario: (scenario.requirement, scenario.name)))


@cache
def load_passive_judges() -> tuple[PassiveJudge, ...]:
    """Return all passive judges, sorted by requirement."""
    return tuple(sorted(collect_members(package, "PASSIVE", PassiveJudge), key=lambda passive: passive.requirement))


def load_client_requirements() -> tuple[Requirement, ...]:
    """Return the requirements on API clients."""
    return tuple(requirement for requirement in load_requirements() if requirement.family == REQUIREMENT_FAMILY)
