"""The rejudgement of a certificate: its run log judged by the requirements of today."""

from collections.abc import Iterable, Iterator

import msgspec

from conformance.certificates.gate import list_obstacles
from conformance.certificates.statement import Certificate
from conformance.certify.api_clients.recorded_traces import find_contradictions
from conformance.model import Certified, Event, Level, Requirement, Verdict
from reports import fold
from reports.run_verdict import judge_run

_FAMILIES = {Certified.WEBHOOKS: "W", Certified.CLIENT: "C"}


def list_new_obstacles(
    certificate: Certificate, events: Iterable[Event], requirements: Iterable[Requirement]
) -> tuple[str, ...]:
    """Return why a certificate would not be given today, empty if it would; `events` are those of its run log.

    The traces of a client are judged again by the scenarios of today. Those of a webhook receiver cannot be, as what
    it was sent is signed with a secret that no log holds: its verdicts are held to the requirements of today.
    """
    known = tuple(requirements)
    recorded = tuple(events)
    obstacles = [*_compare_requirements(certificate, known)]
    if certificate.certification.kind is Certified.CLIENT:
        obstacles += find_contradictions(recorded)
    obstacles += _list_obstacles(recorded, certificate)
    return tuple(dict.fromkeys(obstacles))


def _compare_requirements(certificate: Certificate, requirements: tuple[Requirement, ...]) -> Iterator[str]:
    """Yield the requirements of today that the certified run did not judge, or judged with less weight."""
    family = _FAMILIES[certificate.certification.kind]
    judged = {outcome.requirement for outcome in certificate.outcomes}
    for requirement in requirements:
        if requirement.family != family or requirement.level is not Level.MUST or requirement.not_tested:
            continue
        if requirement.id not in judged and certificate.certification.whole:
            yield f"{requirement.id} is a MUST today, and the run did not judge it"
        for outcome in certificate.outcomes:
            is_graver = outcome.level is not Level.MUST and outcome.verdict is Verdict.WARN and not outcome.waived
            if outcome.requirement == requirement.id and is_graver:
                yield f"{requirement.id} is a MUST today, was a {outcome.level}, and is violated: {outcome.reason}"


def _list_obstacles(events: tuple[Event, ...], certificate: Certificate) -> Iterator[str]:
    """Yield what the rule of today has against the run, waivers that were active apart."""
    summary = fold(iter(events))
    waived = {outcome.requirement for outcome in certificate.outcomes if outcome.waived}
    findings = tuple(
        msgspec.structs.replace(finding, waived=finding.waived or finding.requirement in waived)
        for finding in summary.findings
    )
    yield from list_obstacles(judge_run(msgspec.structs.replace(summary, findings=findings)))
