"""PAG-10: a well-formed cursor of an item that does not exist is refused, or the list continues from there."""

from collections.abc import Sequence

from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import ANY_READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, ResourceModel, Scheme, Verdict
from conformance.probes.pagination.bounds import has_known_cursor_form
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_populated_list, report_untested
from conformance.probes.toolkit.pages import parse_page

_REQUIREMENT = "PAG-10"
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # of ULIDs, in their order


def _has_ids_as_cursors(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the cursors of a list are documented to be ids."""
    is_by_id = operation.pagination is not None and operation.pagination.scheme is Scheme.CURSOR
    return is_by_id and has_known_cursor_form(operation, model)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain list, and the page after the cursor."""
    return (
        *plain_read_needs(operation, model, ANY_READER),
        Need(f"unknown cursor {operation.key}", identity=ANY_READER),
    )


def send_unknown_cursor(operation: Operation, subject: Subject) -> Steps[None]:
    """Request the page after an id between those of two items, as if its item had been deleted."""
    populated_list = yield from find_populated_list(operation, subject, subject.any_reader)
    if isinstance(populated_list, Missing) or operation.pagination is None:
        missing = populated_list if isinstance(populated_list, Missing) else Missing("the list has no pages")
        yield from report_untested((_REQUIREMENT,), operation, missing)
        return
    call, plain = populated_list
    keys = tuple(map(str, parse_page(plain).keys))
    cursor = find_unknown_id(keys)
    if not cursor:
        reason = "the items show no ids that a cursor could be made of"
        yield judge_case(plain, _REQUIREMENT, Verdict.NOT_APPLICABLE, reason)
        return
    response = yield from send(operation, call.build_request((operation.pagination.after, cursor)))
    yield _judge(response, plain, keys, operation.pagination.after)


def find_unknown_id(keys: Sequence[str]) -> str:
    """Return an id that is in the order just behind one in the middle and is none of them; empty without an id.

    >>> find_unknown_id(("evse01A", "evse01B", "evse01E"))
    'evse01C'
    """
    for key in keys[len(keys) // 2 :]:
        at = _SIGNS.find(key[-1:])
        for sign in _SIGNS[at + 1 :] if at >= 0 and key[-1:] else "":
            if key[:-1] + sign not in keys:
                return key[:-1] + sign
    return ""


def _judge(response: OperationResponse, plain: OperationResponse, keys: tuple[str, ...], name: str) -> Outcome:
    """Judge the answer to the cursor; what a server makes of one that no link gave is its own, but no 5xx."""
    shown = tuple(map(str, parse_page(response).keys)) if response.is_success else ()
    if response.status >= 500:
        message = "a cursor of an item that does not exist makes the server fail"
        return fail_case(
            response, _REQUIREMENT, message, expected="4xx, or the items after it", actual=str(response.status),
            pointer=f"query:{name}",
        )  # fmt: skip
    if shown and len(keys) > 1 and shown[: len(keys)] == keys[: len(shown)]:
        message = "after a cursor of an item that does not exist, the list begins again with its first page"
        return judge_case(
            response, _REQUIREMENT, Verdict.REVIEW, message, expected="4xx, or the items after it",
            actual=f"the first page, from {shown[0]}", pointer=f"query:{name}", also=(plain,),
        )  # fmt: skip
    return pass_case(response, _REQUIREMENT)


PROBES = (Probe("unknown-cursors", (_REQUIREMENT,), _has_ids_as_cursors, _needs, send_unknown_cursor, rank=2),)
