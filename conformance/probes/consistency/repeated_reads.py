"""CON-01 and VER-03: a read gives the same content when it is repeated, and in version 2."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from conformance.applicability.selectors import is_get, is_plain_get
from conformance.evidence.differences import ValueDifference, find_differences, get_value
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.payers import ANY_READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, ResourceModel, Verdict
from conformance.probes.headers.unneeded_headers import (
    add_unneeded_headers,
    build_versioned_request,
    version_need,
)
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, report_untested
from conformance.probes.toolkit.difference_outcomes import report_differences
from conformance.probes.toolkit.refusals import find_call_as
from conformance.probes.toolkit.stillness import (
    SettledDifferences,
    has_still_part,
    report_restless,
    settle_differences,
)

VERSION_REQUIREMENTS = ("CON-01", "VER-03")
_CONDITIONAL = frozenset({206, 304})  # responses to a range or a condition that a server may support
_SHOWN = 5  # differences reported of one pair, as more of them add nothing
_READS_IN_TURN = 8  # reads of which every second one shows one value: by chance once in 128 times


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read_needs(operation, model, ANY_READER), version_need(operation))


def compare_versions(operation: Operation, subject: Subject) -> Steps[None]:
    """Compare the plain read with the same read in version 2; where they differ, find out why (CON-01, VER-03)."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(VERSION_REQUIREMENTS, operation, call)
        return
    plain = yield from send(operation, call.build_request())
    if plain.status >= 400:
        for requirement in VERSION_REQUIREMENTS:
            reason = f"the plain read returns {plain.status}"
            yield judge_case(plain, requirement, Verdict.NOT_OBSERVABLE, reason)
        return
    request = build_versioned_request(call.build_request(), subject)
    versioned = together = yield from _read_in_version_2(request, plain, subject)
    settled = yield from _settle(plain, versioned)
    if settled and settled.lasting and together.exchange.request != request:  # another header may be the reason
        versioned = yield from send(operation, request)
        settled = yield from _settle(plain, versioned)
    if settled:
        yield from _explain_difference(call, plain, versioned, settled)
        return
    yield pass_case(versioned, "CON-01")
    yield pass_case(versioned, "VER-03")


def _read_in_version_2(request: Request, plain: OperationResponse, subject: Subject) -> Steps[OperationResponse]:
    """Return the read in version 2 with headers that are not needed, without them where they change its status."""
    operation = plain.operation
    if not is_plain_get(operation, subject.model):
        return (yield from send(operation, request))
    headed = add_unneeded_headers(request, operation, subject)
    together = yield from send(operation, headed)
    if together.status == plain.status:
        return together
    versioned = yield from send(operation, request)
    if versioned.status != plain.status or together.status in _CONDITIONAL:
        return versioned
    again = yield from send(operation, msgspec.structs.replace(headed, fresh=True))
    return together if again.status == plain.status else versioned  # a status that comes and goes is no header's


def _settle(plain: OperationResponse, versioned: OperationResponse) -> Steps[SettledDifferences | None]:
    """Return the differences of two reads after further reads; None where they are equal."""
    if not list(_compare_responses((plain, versioned))):
        return None
    return (yield from settle_differences((plain, versioned), _compare_responses))


def _compare_responses(reads: Sequence[OperationResponse]) -> Iterator[ValueDifference]:
    """Yield how two responses to one request differ: in status, in redirect target, or in their JSON."""
    first, second = reads
    if first.status != second.status:
        yield ValueDifference("", f"status {first.status}", f"status {second.status}")
    elif UNREADABLE in (first.json, second.json):
        first_site, second_site = _redirect_site(first), _redirect_site(second)
        if first_site != second_site:
            yield ValueDifference("header:Location", first_site, second_site)
    else:
        yield from find_differences(first.json, second.json)


def _redirect_site(answer: OperationResponse) -> str:
    """Return scheme and host of a redirect target; its path may hold a ticket, which is new each time."""
    response = answer.exchange.response
    location = (response.find_header("location") if response else None) or ""
    return location.partition("://")[0] + "://" + location.partition("://")[2].partition("/")[0] if location else ""


def _explain_difference(
    call: OperationCall, plain: OperationResponse, versioned: OperationResponse, settled: SettledDifferences
) -> Steps[None]:
    """Judge VER-03 by the differences that last, and CON-01 by what changes between identical reads."""
    message = "requesting version 2 changes the response"
    yield from report_differences(
        versioned, "VER-03", message, list(settled.lasting), (settled.reads[0],), limit=_SHOWN
    )
    turning, reads = yield from _find_values_in_turn(call, settled.restless)
    message = "successive reads show two values alternately"
    if turning:
        yield from report_differences(reads[1], "CON-01", message, turning, (reads[0],), limit=_SHOWN)
        return
    yield from report_restless(plain, settled.restless, "" if has_still_part(plain, settled.restless) else "CON-01")
    if has_still_part(plain, settled.restless):
        yield pass_case(plain, "CON-01")


def _find_values_in_turn(
    call: OperationCall, restless: Sequence[ValueDifference]
) -> Steps[tuple[list[ValueDifference], tuple[OperationResponse, ...]]]:
    """Return the places at which identical reads show two values alternately, and these reads.

    Live data keep changing; a value that returns with every second read means two different responses.
    """
    pointers = [difference.pointer for difference in restless]
    reads: list[OperationResponse] = []
    while pointers and len(reads) < _READS_IN_TURN:
        reads.append((yield from send(call.operation, call.build_request(fresh=True))))
        pointers = [pointer for pointer in pointers if _is_in_turn([_value_at(read, pointer) for read in reads])]
    return [ValueDifference(pointer, *(_value_at(read, pointer) for read in reads[:2])) for pointer in pointers], tuple(
        reads
    )


def _value_at(read: OperationResponse, pointer: str) -> Any:
    """Return what a read shows at a place of `_compare_responses`."""
    if pointer == "header:Location":
        return _redirect_site(read)
    return get_value(read.json, pointer) if pointer else f"status {read.status}"


def _is_in_turn(values: Sequence[Any]) -> bool:
    """Return whether two different values take turns, as far as the values go."""
    return all(value == values[index % 2] for index, value in enumerate(values)) and values[0] not in values[1:2]


PROBES = (Probe("read-with-version", VERSION_REQUIREMENTS, is_get, _needs, compare_versions, rank=2),)
