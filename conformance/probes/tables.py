"""CSV-01: a table is asked for as such, twice, for who is offered JSON too never gets one. The check judges it."""

import msgspec

from conformance.answers import CSV
from conformance.judging import observed
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.arguments import Missing, call_of, untested
from conformance.probes.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.reading import plain_read
from conformance.subject import Subject

_ASKED = 2  # a header is stable where it comes again


def _applies(operation: Operation, model: ResourceModel) -> bool:
    response = operation.response(200)
    return operation.method == "GET" and any(media.type == CSV for media in (response.media if response else ()))


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model, SPARE)[:-1], Need(f"table {operation.key}", _ASKED, SPARE, shared=False))


def table(operation: Operation, subject: Subject) -> Steps[None]:
    """Ask for CSV alone; an answer of another type shows nothing."""
    call = yield from call_of(operation, subject, subject.spare)
    if isinstance(call, Missing):
        yield from untested(("CSV-01",), operation, call)
        return
    request = call.request(fresh=True)
    request = msgspec.structs.replace(request, headers=(*request.headers, ("Accept", CSV)))
    for _ in range(_ASKED):
        answer = yield from ask(operation, request)
        response = answer.exchange.response
        if response is None or not answer.ok or response.media_type != CSV:
            told = f"{answer.status} {response.media_type if response else ''}".strip()
            reason = f"asked for {CSV} it answers {told}"
            yield observed(answer, "CSV-01", Verdict.NOT_OBSERVABLE, reason)


PROBES = (Probe("table", ("CSV-01",), _applies, _needs, table),)
