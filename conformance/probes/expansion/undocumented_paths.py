"""EXP-10: `expand` of an undocumented path is refused. The comma form is reported, and not judged."""

from conformance.applicability.selectors import is_expandable
from conformance.evidence.outcomes import judge_case
from conformance.evidence.responses import OperationResponse, find_expanded
from conformance.evidence.subject import Subject
from conformance.model import Noticed, Operation, ResourceModel, Verdict
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn
from conformance.probes.toolkit.calls import Missing, OperationCall, report_untested
from conformance.probes.toolkit.refusals import (
    check_refused,
    find_refusable_call,
    refusal_needs,
    send_for_refusal,
)
from conformance.probes.toolkit.samples import know_ways, try_ways


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the request with an undocumented expansion."""
    return refusal_needs(operation, model, "strange")


def send_undocumented_expansions(operation: Operation, subject: Subject) -> Steps[None]:
    """Send one kind of undocumented path; the last way is the comma form."""
    from strategies.expansions import bad_expansions  # noqa: PLC0415 - hypothesis takes as long as all other imports

    call = yield from find_refusable_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("EXP-10",), operation, call)
        return
    bad = [expansion.value for expansion in bad_expansions(operation)]

    def send_expansion(value: str | None) -> Steps[None]:
        if value is None:
            yield from _send_comma_form(call, subject)
            return
        response = yield from send_for_refusal(operation, call.build_request(("expand", value)), subject)
        if _is_trimmed(value, response):
            reason = "the path is read without its trailing blank, which is not specified"
            yield judge_case(response, "EXP-10", Verdict.NOT_APPLICABLE, reason)
            return
        refused = "an undocumented expand path"
        yield from check_refused(response, "EXP-10", refused, 400, sent=value[:60], pointer="query:expand")

    yield from try_ways((*bad, None), 1, subject, send_expansion, start=choose_turn(operation, len(bad)))


def _is_trimmed(value: str, response: OperationResponse) -> bool:
    """Return whether a documented path with a trailing blank is expanded, because a lenient server trims it."""
    expansion = next((e for e in response.operation.expansions if e.path == value.rstrip()), None)
    if expansion is None or value == expansion.path or not response.is_success:
        return False
    values = [shown for _, shown in find_expanded(response, expansion)]
    return not any(isinstance(shown, str) for shown in values)


def _send_comma_form(call: OperationCall, subject: Subject) -> Steps[None]:
    """Request two documented paths joined by a comma; the documentation uses that form once and does not specify it."""
    expansions = [expansion for expansion in call.operation.first_expansions if expansion.resolvable][:2]
    if len(expansions) < 2:
        return
    value = ",".join(expansion.path for expansion in expansions)
    response = yield from send_for_refusal(call.operation, call.build_request(("expand", value)), subject)
    shown = [
        any(isinstance(value, dict | list) for _, value in find_expanded(response, expansion))
        for expansion in expansions
    ]
    words = "expands both" if all(shown) else "is ignored" if response.is_success else f"gives {response.status}"
    yield Noticed("unspecified", f"expand={value}, with a comma, {words}", call.operation.key)
    if response.status >= 500:
        yield from check_refused(response, "EXP-10", "the comma form of expand", 400, pointer="query:expand")
    else:
        reason = f"the comma form is not specified; it {words}"
        yield judge_case(response, "EXP-10", Verdict.NOT_APPLICABLE, reason)


_EXPANSIONS = 10  # kinds of undocumented paths, and the comma form

PROBES = (
    Probe(
        "undocumented-expand", ("EXP-10",), is_expandable, _needs, send_undocumented_expansions, rank=3,
        ways=know_ways(_EXPANSIONS),
    ),
)  # fmt: skip
