"""Generated requests: valid ones succeed, invalid ones are refused.

An accepted invalid request counts only where both oracles call it invalid as it is on the wire. Requests that they
dispute are listed, and violate nothing. Every profile but smoke sends those that add most; deep sends all.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from conformance.applicability.selectors import is_get, is_state_write
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import (
    Generated,
    Keyword,
    KeywordsListed,
    Location,
    Noticed,
    Operation,
    Outcome,
    Profile,
    Request,
    ResourceModel,
    Role,
    Verdict,
)
from conformance.probes.generated.places import (
    find_possible_requirements,
    find_requirements,
)
from conformance.probes.generated.response_judgements import judge_response
from conformance.probes.generated.substitution import build_case_request, has_body_with_embedded_object
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.property_values import restore_values
from conformance.probes.toolkit.samples import count_parts
from conformance.probes.toolkit.write_requests import (
    Write,
    build_write,
    delete_created,
    find_effect_reader,
    find_writable,
)

if TYPE_CHECKING:
    from strategies.case_pool import PooledCase

READS = ("RSP-12", "FLT-04", "PAG-06", "PAG-08", "EXP-10", "IDS-06", "VER-02", "AUT-06", "ERR-13")
WRITES = ("WRT-06", "ERR-08")
READ_SAMPLE, WRITE_SAMPLE = 3, 6  # cases that one plan item sends
_MAX_CASES = 48  # of an operation; see strategies.case_pool
_FEWEST_CASES, _CASES_A_PARAMETER = 8, 5  # of a read: of its path and headers, and of each query parameter
_READ_ITEMS = 8  # of a response whose keywords are noted


def count_read_cases(operation: Operation, model: ResourceModel) -> int:
    """Return about how many cases a read has, without generating them."""
    parameters = sum(parameter.location is Location.QUERY for parameter in operation.parameters)
    return min(_MAX_CASES, _FEWEST_CASES + _CASES_A_PARAMETER * parameters)


def count_write_cases(operation: Operation, model: ResourceModel) -> int:
    """Return how many cases a write has at most."""
    return _MAX_CASES


def _read_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    payer = choose_reader_kind(operation, model)
    return (
        *plain_read_needs(operation, model, payer)[:-1],
        Need(f"generated {operation.key}", READ_SAMPLE, payer, shared=False, sampled=True),
    )


def _write_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the parents, two that compare, and the cases with the requests that undo them."""
    return (
        *plain_read_needs(operation, model)[:-1],
        Need(f"generated and compared {operation.key}", 2, shared=False),
        Need(f"generated {operation.key}", 2 * WRITE_SAMPLE, shared=False, sampled=True),
    )


def send_reads(operation: Operation, subject: Subject) -> Steps[None]:
    """Send generated reads, with known ids."""
    call = yield from find_call(operation, subject, subject.choose_reader(operation))
    if isinstance(call, Missing):
        yield from report_untested(find_possible_requirements(operation, READS), operation, call)
        return
    yield from _send_all(call, {}, subject, count_read_cases(operation, subject.model), READ_SAMPLE)
    yield from _report_rest(READS, operation, subject)


def send_writes(operation: Operation, subject: Subject) -> Steps[None]:
    """Send generated bodies, with links to what exists; delete what they created, restore what they changed."""
    write = yield from build_write(operation, subject)
    if isinstance(write, Missing):
        yield from report_untested(WRITES, operation, write)
        return
    steps = _send_all(write.call, write.links, subject, count_write_cases(operation, subject.model), WRITE_SAMPLE)
    yield from _run_and_restore(write, steps, subject)
    yield from _report_rest(WRITES, operation, subject)


def _report_rest(requirements: tuple[str, ...], operation: Operation, subject: Subject) -> Iterator[Outcome]:
    """Report requirements that no case tested, if all cases were sent; otherwise the plan gives the reason."""
    for requirement in requirements if subject.profile is Profile.DEEP else ():
        yield Outcome(requirement, operation.key, Verdict.NOT_APPLICABLE, "no generated case tests this")


def repeat_read(request: Request, operation: Operation, subject: Subject) -> Steps[None]:
    """Send one read and judge it by itself."""
    response = yield from send(operation, request)
    yield from judge_response(response, subject)


def repeat_write(request: Request, operation: Operation, subject: Subject) -> Steps[None]:
    """Send one write, judge it by itself and undo it."""
    write = yield from build_write(operation, subject)
    if isinstance(write, Write):
        yield from _run_and_restore(write, _send_and_judge(request, write, subject), subject)


def _send_and_judge(request: Request, write: Write, subject: Subject) -> Steps[None]:
    response = yield from send(write.call.operation, request)
    yield from judge_response(response, subject)
    if write.call.operation.role is Role.CREATE:
        yield from delete_created(response, subject)


def _run_and_restore(write: Write, steps: Steps[None], subject: Subject) -> Steps[None]:
    """Run some writes and restore what they changed."""
    reader = find_effect_reader(write.call, subject) if write.call.operation.role is Role.UPDATE else None
    before = (yield from send(reader.operation, reader.build_request(fresh=True))) if reader else None
    yield from steps
    if reader and before is not None:
        after = yield from send(reader.operation, reader.build_request(fresh=True))
        yield from restore_values(write, find_writable(write.call.operation, subject), before, after, subject)


def _send_all(call: OperationCall, known: Mapping[str, Any], subject: Subject, ways: int, sample: int) -> Steps[None]:
    """Send the cases of a part, and again what failed in an earlier run; note the keywords that they use."""
    from strategies.keywords import OperationKeywords  # noqa: PLC0415 - Hypothesis is loaded only where it is needed

    operation = call.operation
    keywords = OperationKeywords(subject.description, operation)
    if not subject.part:
        sendable, showable = _drop_combinations(keywords.sendable), keywords.showable
        yield KeywordsListed(operation.key, tuple(sorted(sendable)), tuple(sorted(showable)))
    succeeded = valid = 0
    noted: set[Keyword] = set()
    for request, entry in _list_requests(call, known, subject, ways, sample):
        response = yield from send(operation, request)
        yield from judge_response(response, subject)
        if entry is not None:
            shown = keywords.find_shown(_list_items(response)) if response.is_success else frozenset()
            yield _describe_case(response, entry, shown, noted)
            valid += not entry.wrong
            succeeded += not entry.wrong and response.status // 100 in {2, 3}
        if operation.role is Role.CREATE and response.is_success:
            yield from delete_created(response, subject)
    if valid:
        yield Noticed("generated", f"{succeeded} of {valid} valid generated requests succeeded", operation.key)


def _drop_combinations(keywords: frozenset[Keyword]) -> frozenset[Keyword]:
    """Return the keywords without combinations of parameters: the reports see these in the requests."""
    return frozenset(keyword for keyword in keywords if keyword.name != "together")


def _list_items(response: OperationResponse) -> Sequence[Mapping[str, Any]]:
    return [item for _, item in response.objects][:_READ_ITEMS]


def _describe_case(
    response: OperationResponse, entry: "PooledCase", shown: frozenset[Keyword], noted: set[Keyword]
) -> Generated:
    """Return the note on a case that was sent, with the keywords that are not in `noted` yet, and add them there."""
    case, sent = entry.case, _drop_combinations(frozenset(entry.keywords))
    new_sent, new_shown = tuple(sorted(sent - noted)), tuple(sorted(shown - noted))
    noted.update(sent, shown)
    place = entry.wrong[0].partition("/")[0] if entry.wrong else ""
    return Generated(
        response.operation.key,
        response.exchange.id,
        case.mode.value,
        case.phase.value,
        response.status,
        place,
        new_sent,
        new_shown,
    )


def _choose_numbers(count: int, subject: Subject, ways: int, sample: int) -> list[int]:
    """Return the numbers of the cases of a part, of `count` in all; the seed chooses where the first part begins.

    The last part has all that are left, in case there are more than the plan knew; in the profile deep there is one.
    """
    end = subject.part + subject.parts
    is_last = subject.profile is Profile.DEEP or end >= count_parts(ways, sample)
    stop = count if is_last else min(count, end * sample)
    return [((subject.seed - 1) * sample + index) % count for index in range(subject.part * sample, stop)]


def _list_requests(
    call: OperationCall, known: Mapping[str, Any], subject: Subject, ways: int, sample: int
) -> "Iterator[tuple[Request, PooledCase | None]]":
    """Yield each request once, with its case; None for those that failed before, which begin the first part."""
    from strategies.case_pool import pool_cases  # noqa: PLC0415 - see _send_all

    operation = call.operation
    sent = dict.fromkeys(() if subject.part else subject.failed_requests.get(operation.key, ()))
    yield from ((request, None) for request in sent)
    is_deep = subject.profile is Profile.DEEP
    cases = pool_cases(operation, subject.validators, seed=subject.seed, deep=is_deep)
    for number in _choose_numbers(len(cases), subject, ways, sample):
        entry = cases[number]
        request = build_case_request(entry, call, known, number)
        if request not in sent and not has_body_with_embedded_object(request.body, subject.model, entry.wrong):
            sent[request] = None
            yield request, entry


PROBES = (
    Probe(
        "generated-reads",
        READS,
        is_get,
        _read_needs,
        send_reads,
        rank=3,
        ways=count_read_cases,
        sample=READ_SAMPLE,
        sends_generated=True,
        again=repeat_read,
        about=find_requirements,
    ),
    Probe(
        "generated-writes",
        WRITES,
        is_state_write,
        _write_needs,
        send_writes,
        rank=3,
        writes=True,
        ways=count_write_cases,
        sample=WRITE_SAMPLE,
        sends_generated=True,
        again=repeat_write,
        about=find_requirements,
    ),
)
