"""Every scenario and passive judge: what the modules of `scenarios` offer."""

from functools import cache

from conformance.certify.api_clients import scenarios as package
from conformance.certify.api_clients.scenario import Passive, Scenario
from conformance.errors import PlanError
from conformance.model import Requirement
from conformance.registry import collect
from specs.catalogue import requirements

FAMILY = "C"


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Every scenario, sorted by requirement and name; raises PlanError for two of one name, or one beside nothing."""
    found = collect(package, "SCENARIOS", Scenario)
    names = [each.name for each in found]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise PlanError(f"two scenarios are named {twice}")
    if missing := {each.beside for each in found if each.beside} - set(names):
        raise PlanError(f"no scenario is named {min(missing)}")
    return tuple(sorted(found, key=lambda each: (each.requirement, each.name)))


@cache
def passives() -> tuple[Passive, ...]:
    """Every passive judge, sorted by requirement."""
    return tuple(sorted(collect(package, "PASSIVE", Passive), key=lambda each: each.requirement))


def catalogue() -> tuple[Requirement, ...]:
    """The requirements on API clients."""
    return tuple(each for each in requirements() if each.family == FAMILY)
