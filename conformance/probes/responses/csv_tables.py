"""CSV-01: a table is requested as CSV alone, since a client that also accepts JSON gets JSON. The check judges it."""

import msgspec

from conformance.applicability.selectors import has_csv
from conformance.evidence.outcomes import judge_case
from conformance.evidence.payers import READER
from conformance.evidence.responses import CSV
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested

_READS = 2  # the second one shows whether the header row is stable


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the reads of the table."""
    return (
        *plain_read_needs(operation, model, READER)[:-1],
        Need(f"table {operation.key}", _READS, READER, shared=False),
    )


def read_table(operation: Operation, subject: Subject) -> Steps[None]:
    """Request CSV alone; a response of another type shows nothing."""
    call = yield from find_call(operation, subject, subject.reader)
    if isinstance(call, Missing):
        yield from report_untested(("CSV-01",), operation, call)
        return
    request = call.build_request(fresh=True)
    request = msgspec.structs.replace(request, headers=(*request.headers, ("Accept", CSV)))
    for _ in range(_READS):
        response = yield from send(operation, request)
        http_response = response.exchange.response
        if http_response is None or not response.is_success or http_response.media_type != CSV:
            response_text = f"{response.status} {http_response.media_type if http_response else ''}".strip()
            reason = f"a request for {CSV} gives {response_text}"
            yield judge_case(response, "CSV-01", Verdict.NOT_OBSERVABLE, reason)


PROBES = (Probe("csv", ("CSV-01",), has_csv, _needs, read_table),)
