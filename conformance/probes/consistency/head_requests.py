"""CON-05: HEAD, where it is served, gives what GET gives without a body."""

from collections.abc import Iterator

import msgspec

from conformance.evidence.differences import Difference
from conformance.evidence.outcomes import observed
from conformance.evidence.responses import Answer
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import OTHER, Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Missing, untested
from conformance.probes.toolkit.difference_outcomes import differing
from conformance.probes.toolkit.refusals import call_by, loose

_SHOWN = 5  # differences reported of one pair, as more of them add nothing


def _is_get(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET"


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    identity = OTHER if loose(operation) else "full"
    return (*plain_read(operation, model, identity), Need(f"head {operation.path}", identity=identity))


def head(operation: Operation, subject: Subject) -> Steps[None]:
    """Compare HEAD, where it is served, with GET: same status and media type, and no body (CON-05).

    Where no value of the target is needed, an identity with spare reads sends it, as `full` pays for all writes.
    """
    call = yield from call_by(subject.other if loose(operation) else "full", operation, subject)
    if isinstance(call, Missing):
        yield from untested(("CON-05",), operation, call)
        return
    plain = yield from ask(operation, call.request())
    if plain.status in {401, 403} and call.identity != "full":
        call = msgspec.structs.replace(call, identity="full")
        plain = yield from ask(operation, call.request())
    response = yield from ask(operation, msgspec.structs.replace(call.request(), method="HEAD"))
    if response.status in {405, 501}:
        yield observed(response, "CON-05", Verdict.NOT_APPLICABLE, "HEAD is not served")
        return
    if plain.status == 429 or not plain.status:
        yield observed(response, "CON-05", Verdict.NOT_OBSERVABLE, f"the plain read returns {plain.status}")
        return
    disagreements = list(_compare_head(plain, response))
    yield from differing(response, "CON-05", "HEAD and GET differ", disagreements, (plain,), shown=_SHOWN)


def _compare_head(plain: Answer, head: Answer) -> Iterator[Difference]:
    if plain.status != head.status:
        yield Difference("", f"status {plain.status}", f"status {head.status}")
        return
    plain_response, head_response = plain.exchange.response, head.exchange.response
    if plain_response is None or head_response is None:
        return
    if plain_response.media_type != head_response.media_type:
        yield Difference("header:Content-Type", plain_response.media_type, head_response.media_type)
    if head_response.body:
        yield Difference("", "no body", f"{len(head_response.body)} bytes")


PROBES = (Probe("head", ("CON-05",), _is_get, _needs, head, rank=3),)
