"""The findings of one seeded fault, from a run of the requirements that it breaks at the operations that show it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from conformance.description import load_description
from conformance.errors import PlanError
from conformance.matrices.faults import find_reporting_operations
from conformance.matrices.suite_runs import SuiteRun, list_server_findings, run_suite
from conformance.mock_server.clock import Clock
from conformance.mock_server.faults import load_faults
from conformance.mock_server.world.builder import MockWorld, build_world
from conformance.model import Verdict
from reports import Finding, Summary

_VIOLATIONS = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.REVIEW})


class FaultFindings(msgspec.Struct, frozen=True):
    """The first finding of each requirement that a fault breaks, and the run that shows them."""

    findings: tuple[Finding, ...]
    summary: Summary


def find_fault_findings(
    fault: str, *, description: Path | None, now: str = "", is_quick: bool = False
) -> FaultFindings | None:
    """Run the suite against a server with a fault until it is found, and return its findings; None without any.

    The first run is small: it selects the requirements of the fault at the operations near it. Later runs select the
    requirements everywhere, because some probes report at an operation that a requirement does not bind, and then
    nothing, because some faults need what other probes do. `is_quick` ends with the first that selects anything.
    `now` is the time at which the server starts (default: that of this machine).
    """
    requirements = load_faults()[fault].requirements
    for select in _list_selections(fault, requirements, description):
        run = SuiteRun(1, (fault,), description=description, allow_writes=True, select=select, now=now)
        try:
            _, summary = run_suite(run)
        except PlanError:  # these requirements bind none of these operations
            continue
        firsts: dict[str, Finding] = {}
        for finding in list_server_findings(summary):
            if finding.requirement in requirements and finding.verdict in _VIOLATIONS:
                firsts.setdefault(finding.requirement, finding)
        if firsts:
            return FaultFindings(tuple(firsts.values()), summary)
        if is_quick:
            return None
    return None


def _list_selections(fault: str, requirements: tuple[str, ...], description: Path | None) -> Iterator[tuple[str, ...]]:
    """Yield the selections to try, the smallest first."""
    operations = sorted(find_reporting_operations(fault, _build_world(description)))
    if operations:
        yield (f"{','.join(requirements)} & {','.join(operations)}",)
    yield requirements
    yield ()


@cache
def _build_world(description: Path | None) -> MockWorld:
    """Return a world in which faults are placed as in the servers of seed 1; it is served to nobody."""
    return build_world(load_description(description), 1, Clock().now())
