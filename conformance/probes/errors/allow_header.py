"""ERR-06: the Allow header of a 405 names the methods that the path has."""

from collections.abc import Iterator

from conformance.evidence.allowed_methods import find_missing_methods, find_surplus_methods, list_allowed_methods
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.model import Outcome, ResourceModel, Verdict

_WRITER = "full"  # the identity that may do everything
_POINTER = "header:Allow"
_MORE_MAY_BE_SERVED = (
    "Allow names a method that the description does not document (one reading: what is not documented, as after its "
    "removal, is not served. The other: there may be more than is documented)"
)
_CALLER_MAY_NOT = (
    "Allow leaves a documented method out (one reading: it names all methods of the path. The other: those that this "
    "caller may use)"
)


def check_allow_header(
    response: OperationResponse, undocumented_method: str, other_methods: set[str], model: ResourceModel
) -> Iterator[Outcome]:
    """Check the Allow header of a 405; `other_methods` are those of other path templates that match the path.

    It lists the methods that the resource supports at the time of the request (RFC 9110, section 10.2.1), which may
    depend on the caller. A method that the description lacks may be one that it no longer has, or does not show. Both
    are for review.
    """
    received = response.exchange.response
    allow = received.find_header("allow") if received else None
    allowed, method = list_allowed_methods(response), response.operation.method
    missing, surplus = find_missing_methods(response, model), find_surplus_methods(response, model)
    if allow is None:
        message = "a 405 does not say which methods are allowed"
        yield fail_case(response, "ERR-06", message, expected=method, pointer=_POINTER)
    elif undocumented_method in allowed or not allowed & {method, *other_methods}:
        message = "the Allow header of a 405 names other methods than are documented"
        actual = quote_json(allow)
        yield fail_case(response, "ERR-06", message, expected=method, actual=actual, pointer=_POINTER)
    elif missing and not allowed & other_methods:
        yield _report_missing(response, missing, allow)
    elif surplus:
        actual = ", ".join(surplus)
        yield judge_case(response, "ERR-06", Verdict.REVIEW, _MORE_MAY_BE_SERVED, actual=actual, pointer=_POINTER)
    else:
        yield pass_case(response, "ERR-06")


def _report_missing(response: OperationResponse, missing: tuple[str, ...], allow: str) -> Outcome:
    """Return the violation of an Allow header that leaves methods out; for review where the caller may lack scopes."""
    expected, actual = ", ".join(missing), quote_json(allow)
    if "GET" in missing or response.exchange.request.identity == _WRITER:
        message = "the Allow header of a 405 leaves a documented method out"
        return fail_case(response, "ERR-06", message, expected=expected, actual=actual, pointer=_POINTER)
    return judge_case(
        response, "ERR-06", Verdict.REVIEW, _CALLER_MAY_NOT, expected=expected, actual=actual, pointer=_POINTER
    )
