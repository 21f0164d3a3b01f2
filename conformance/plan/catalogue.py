"""The catalogue: requirements, and the checks and probes that judge them."""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

import msgspec

from conformance import checks, probes
from conformance.applicability.bases import BASES
from conformance.applicability.selectors import API_SELECTOR
from conformance.checks.base import Check
from conformance.errors import PlanError
from conformance.model import Kind, Level, Requirement
from conformance.plan.selectors import SELECTORS
from conformance.probes.toolkit.base import Probe
from conformance.tools.registry import collect_members

PARTNER_FAMILIES = frozenset({"W", "C"})  # requirement families that bind partners and are judged by `certify`


class Catalogue(msgspec.Struct, frozen=True, dict=True):
    """Requirements by id, checks, and probes by name. Create it with `Catalogue.collect`, which validates it."""

    requirements: MappingProxyType[str, Requirement]
    checks: tuple[Check, ...]
    probes: MappingProxyType[str, Probe]

    @classmethod
    def collect(cls, requirements: tuple[Requirement, ...]) -> "Catalogue":
        """Collect all checks and probes for the requirements that bind the API.

        Raises PlanError on a duplicate probe, an unknown requirement, selector or basis, and an implication that is
        unknown or leads back to its requirement.
        """
        all_checks = collect_members(checks, "CHECKS", Check)
        all_probes = collect_members(probes, "PROBES", Probe)
        known = {
            requirement.id: requirement for requirement in requirements if requirement.family not in PARTNER_FAMILIES
        }
        judges = [(check.judge.__name__, check.requirements) for check in all_checks]
        judges += [(probe.name, probe.requirements) for probe in all_probes]
        for name, ids in judges:
            if unknown := sorted(set(ids) - set(known)):
                raise PlanError(
                    f"{name} judges {', '.join(unknown)}, which specs/requirements does not contain",
                    hint="Add the requirement there, or correct the id",
                )
        for requirement in known.values():
            if requirement.applies != API_SELECTOR and requirement.applies not in SELECTORS:
                raise PlanError(
                    f"{requirement.id} applies to an unknown selector: {requirement.applies!r}",
                    hint=f"One of: {API_SELECTOR}, {', '.join(SELECTORS)}",
                )
            _check_bases(requirement)
            _check_implications(requirement, known)
        all_probes = tuple(_add_passive_requirements(probe, all_checks, known) for probe in all_probes)
        names = [probe.name for probe in all_probes]
        if duplicates := sorted({name for name in names if names.count(name) > 1}):
            raise PlanError(f"two probes are called {', '.join(duplicates)}", hint="Rename one of them")
        return cls(MappingProxyType(known), all_checks, MappingProxyType({probe.name: probe for probe in all_probes}))

    def find_passive_requirements(self) -> frozenset[str]:
        """Return the ids of the requirements that checks judge."""
        return self._passive_requirements

    @cached_property
    def _passive_requirements(self) -> frozenset[str]:
        return frozenset(requirement for check in self.checks for requirement in check.requirements)

    @cached_property
    def _judged_requirements(self) -> frozenset[str]:
        """Return the ids of the requirements that checks or probes judge."""
        return self._passive_requirements | {r for probe in self.probes.values() for r in probe.requirements}

    def get_level(self, requirement: str) -> Level:
        """Return the level of a requirement; MUST for an unknown one, so that nothing is played down."""
        known = self.requirements.get(requirement)
        return known.level if known else Level.MUST

    def explain_untested(self, requirement: Requirement) -> str:
        """Return the reason why nothing judges a requirement, empty where something does."""
        if requirement.not_tested:
            return requirement.not_tested
        if requirement.id in self._judged_requirements or requirement.kind in {Kind.STATIC, Kind.RUN}:
            return ""
        return "the harness has no probe for it yet"


def _add_passive_requirements(probe: Probe, all_checks: tuple[Check, ...], known: Mapping[str, Requirement]) -> Probe:
    """Return a probe; that of plain reads is trusted with all that checks and folds judge, for selections."""
    if not probe.is_plain_read:
        return probe
    judged = {requirement for check in all_checks for requirement in check.requirements}
    judged |= {requirement.id for requirement in known.values() if requirement.kind is Kind.RUN}
    return msgspec.structs.replace(probe, requirements=tuple(dict.fromkeys((*probe.requirements, *sorted(judged)))))


def _check_bases(requirement: Requirement) -> None:
    if unknown := [name for name in requirement.basis if name not in BASES]:
        raise PlanError(
            f"{requirement.id} has an unknown basis: {', '.join(map(repr, unknown))}",
            hint=f"One of: {', '.join(BASES)}",
        )


def _check_implications(requirement: Requirement, known: Mapping[str, Requirement]) -> None:
    reached: set[str] = set()
    queue = [requirement.id]
    while queue:
        current = queue.pop()
        for implied in known[current].implies:
            if implied not in known:
                raise PlanError(
                    f"{current} implies {implied}, which specs/requirements does not contain",
                    hint="Correct the id in `implies`",
                )
            if implied == requirement.id:
                raise PlanError(
                    f"{requirement.id} implies itself, by way of {current}", hint="Remove one of the two from `implies`"
                )
            if implied not in reached:
                reached.add(implied)
                queue.append(implied)
