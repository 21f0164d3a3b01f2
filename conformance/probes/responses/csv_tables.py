"""CSV-01: a table is requested as CSV alone, since a client that also accepts JSON gets JSON. The check judges it."""

import msgspec

from conformance.evidence.outcomes import observed
from conformance.evidence.responses import CSV
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Missing, call_of, untested

_READS = 2  # the second one shows whether the header row is stable


def _has_csv(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a read that documents CSV."""
    response = operation.response(200)
    return operation.method == "GET" and any(media.type == CSV for media in (response.media if response else ()))


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the reads of the table."""
    return (*plain_read(operation, model, SPARE)[:-1], Need(f"table {operation.key}", _READS, SPARE, shared=False))


def table(operation: Operation, subject: Subject) -> Steps[None]:
    """Request CSV alone; a response of another type shows nothing."""
    call = yield from call_of(operation, subject, subject.spare)
    if isinstance(call, Missing):
        yield from untested(("CSV-01",), operation, call)
        return
    request = call.request(fresh=True)
    request = msgspec.structs.replace(request, headers=(*request.headers, ("Accept", CSV)))
    for _ in range(_READS):
        response = yield from ask(operation, request)
        http_response = response.exchange.response
        if http_response is None or not response.ok or http_response.media_type != CSV:
            response_text = f"{response.status} {http_response.media_type if http_response else ''}".strip()
            reason = f"a request for {CSV} gives {response_text}"
            yield observed(response, "CSV-01", Verdict.NOT_OBSERVABLE, reason)


PROBES = (Probe("table", ("CSV-01",), _has_csv, _needs, table),)
