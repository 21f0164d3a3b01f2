"""CON-09: the same read, sent several times while other clients read, returns the same response.

Two identities read in turn, first what the run has read before, then afresh: an answer that comes from a cold cache,
from one server of several, or from somebody else's request, differs from those before and after it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from conformance.applicability.selectors import is_json_read
from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Role, Verdict
from conformance.model.resource import ResourceModel
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.pages import parse_page

_REQUIREMENT = "CON-09"
_READERS = ("user_a", "user_b")
_TRIES = 3  # fresh reads of each identity; the plain one, which other probes share, comes first
_SHARE = 12  # one in so many operations is tried with each seed
_UNDECIDED = frozenset({0, 401, 429, 503})  # said of the way or of the moment, not of the resource


class Answer(NamedTuple):
    """The content of a response that is compared: its status and, for a list, the keys of its items, else its URL."""

    status: int
    keys: tuple[str, ...]


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain reads of both identities, and the fresh ones."""
    plain = (need for reader in _READERS for need in plain_read_needs(operation, model, reader))
    fresh = (Need(f"repeated {operation.key}", _TRIES, reader, sampled=True) for reader in _READERS)
    return (*plain, *fresh)


def repeat_reads(operation: Operation, subject: Subject) -> Steps[None]:
    """Read as two users alternately, several times, and compare the responses to each of them."""
    calls: list[OperationCall] = []
    for reader in _READERS:
        call = yield from find_call(operation, subject, reader)
        if isinstance(call, Missing):
            continue
        calls.append(call)
    if not calls:
        yield from report_untested((_REQUIREMENT,), operation, Missing("no user has a resource to read"))
        return
    reads: list[list[OperationResponse]] = [[] for _ in calls]
    for number in range(1 + _TRIES):
        for call, responses in zip(calls, reads, strict=True):
            responses.append((yield from send(operation, call.build_request(fresh=number > 0))))
    for responses in reads:
        yield from judge_repetitions(responses)


def judge_repetitions(responses: list[OperationResponse]) -> Iterator[Outcome]:
    """Judge the responses to one identity: a response that differs from two equal ones before and after it is flaky.

    Two equal responses are enough for a PASS; a violation takes three.
    """
    decided = [response for response in responses if response.status not in _UNDECIDED]
    answers = [read_answer(response) for response in decided]
    odd = next((index for index in range(1, len(answers) - 1) if _is_odd(answers, index)), None)
    if len(decided) < len(responses) and len(decided) < 3:
        reason = f"{len(decided)} of {len(responses)} reads got a response"
        yield judge_case(responses[0], _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)
    elif odd is None:
        yield msgspec.structs.replace(pass_case(decided[-1], _REQUIREMENT), tried=len(decided), known=len(responses))
    else:
        differing = sum(answer != answers[0] for answer in answers)
        message = f"flaky: {differing} of {len(answers)} identical reads get another response than the rest"
        also = (decided[odd - 1], decided[odd + 1])
        expected, actual = describe_answer(answers[0]), describe_answer(answers[odd])
        yield judge_case(decided[odd], _REQUIREMENT, Verdict.FAIL, message, expected=expected, actual=actual, also=also)


def _is_odd(answers: list[Answer], index: int) -> bool:
    """Return whether an answer differs from one before it that comes again after it."""
    return any(earlier != answers[index] and earlier in answers[index + 1 :] for earlier in answers[:index])


def read_answer(response: OperationResponse) -> Answer:
    """Return the content of a response that is compared."""
    if not response.is_success:
        return Answer(response.status, ())
    if response.operation.role is Role.LIST:
        return Answer(response.status, tuple(map(str, parse_page(response).keys)))
    url = response.json.get("url") if isinstance(response.json, dict) else None
    return Answer(response.status, (str(url),))


def describe_answer(answer: Answer) -> str:
    """Describe the content of a response."""
    shown = f" with {len(answer.keys)} items, {', '.join(answer.keys[:2])}" if answer.keys else ""
    return f"{answer.status}{shown}"


PROBES = (
    Probe(
        "repeated-read", (_REQUIREMENT,), is_json_read, _needs, repeat_reads, rank=1, identities=_READERS,
        share=_SHARE,
    ),
)  # fmt: skip
