"""The requirements, and the checks and probes that judge them, held against each other."""

from types import MappingProxyType

import msgspec

from conformance import checks, probes
from conformance.checks.base import Check
from conformance.errors import PlanError
from conformance.model import Kind, Requirement
from conformance.plan.selectors import API, SELECTORS
from conformance.probes.base import Probe
from conformance.registry import collect

PARTNER = frozenset({"W", "C"})  # families that bind partners, judged by `certify`


class Catalogue(msgspec.Struct, frozen=True):
    """Everything that can be judged, by name. Make it with `Catalogue.of`."""

    requirements: MappingProxyType[str, Requirement]
    checks: tuple[Check, ...]
    probes: MappingProxyType[str, Probe]

    @classmethod
    def of(cls, requirements: tuple[Requirement, ...]) -> "Catalogue":
        """Walk checks and probes and keep what binds the API.

        Raises PlanError on a duplicate probe, an unknown requirement or an unknown selector.
        """
        found = collect(checks, "CHECKS", Check)
        active = collect(probes, "PROBES", Probe)
        known = {each.id: each for each in requirements if each.family not in PARTNER}
        for offered, ids in [(c.judge.__name__, c.requirements) for c in found] + [
            (p.name, p.requirements) for p in active
        ]:
            if unknown := sorted(set(ids) - set(known)):
                raise PlanError(
                    f"{offered} judges {', '.join(unknown)}, which no file of specs/requirements knows",
                    hint="Add the requirement there, or mend the id.",
                )
        for each in known.values():
            if each.applies != API and each.applies not in SELECTORS:
                raise PlanError(
                    f"{each.id} applies to {each.applies!r}, which is no selector",
                    hint=f"One of: {API}, {', '.join(SELECTORS)}.",
                )
        names = [probe.name for probe in active]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise PlanError(f"two probes are called {', '.join(twice)}", hint="Rename one of them.")
        return cls(MappingProxyType(known), found, MappingProxyType({probe.name: probe for probe in active}))

    def judged_passively(self) -> frozenset[str]:
        """The requirements that some check judges."""
        return frozenset(requirement for check in self.checks for requirement in check.requirements)

    def untested(self, requirement: Requirement) -> str:
        """Why nothing here judges a requirement; empty where something does."""
        if requirement.not_tested:
            return requirement.not_tested
        judged = self.judged_passively() | {r for probe in self.probes.values() for r in probe.requirements}
        if requirement.id in judged or requirement.kind in {Kind.STATIC, Kind.RUN}:
            return ""
        return "the harness has no probe for it yet"
