"""WRT-09: a write to a resource that does not exist is refused."""

from conformance.evidence.payers import ANY_WRITER
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.harmless_requests import build_harmless_request


def _is_write(operation: Operation, model: ResourceModel) -> bool:
    return not operation.is_safe and operation.is_secured


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need(f"write to nothing {operation.key}", identity=ANY_WRITER),)


def write_to_nothing(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a valid write to an id that does not exist; the check of WRT-09 judges the response."""
    request = build_harmless_request(operation, subject, subject.any_writer)
    if isinstance(request, Missing):
        yield from report_untested(("WRT-09",), operation, request)
    else:
        yield from send(operation, request)


PROBES = (Probe("write-to-nothing", ("WRT-09",), _is_write, _needs, write_to_nothing, rank=1),)
