"""CON-01, CON-02, CON-05 and VER-03: the API gives the same content in every way that it is read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from conformance.answers import UNREADABLE, Answer, below, match_path
from conformance.comparing import Difference, at, differences
from conformance.judging import observed, passed, without
from conformance.model import Noticed, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, call_of, list_of, untested
from conformance.probes.base import IDLE, OTHER, SPARE, Need, Probe, Steps, ask
from conformance.probes.differing import differing
from conformance.probes.ends import ends_needs, ends_of
from conformance.probes.reading import plain_read
from conformance.probes.unwelcome import call_by, loose
from conformance.subject import Subject

AGREEMENT = ("CON-01", "VER-03")
_SHOWN = 5  # differences reported of one pair, as more of them add nothing


def _is_get(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET"


def _is_item_read(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.ITEM


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model, IDLE), Need(f"read {operation.path} in version 2", identity=IDLE))


def agreement(operation: Operation, subject: Subject) -> Steps[None]:
    """Compare the plain read with the same read in version 2; where they differ, find out why (CON-01, VER-03)."""
    call = yield from call_by(subject.idle, operation, subject)
    if isinstance(call, Missing):
        yield from untested(AGREEMENT, operation, call)
        return
    plain = yield from ask(operation, call.request())
    if plain.status >= 400:
        for requirement in AGREEMENT:
            reason = f"the plain read returns {plain.status}"
            yield observed(plain, requirement, Verdict.NOT_OBSERVABLE, reason)
        return
    versioned = yield from ask(operation, _build_versioned_request(call, subject))
    if not list(_compare_responses(plain, versioned)):
        yield passed(versioned, "CON-01")
        yield passed(versioned, "VER-03")
        return
    yield from _explain_difference(call, plain, subject)


def _build_versioned_request(call: Call, subject: Subject, *, fresh: bool = False) -> Request:
    request = call.request(fresh=fresh)
    name = subject.version_header
    kept = tuple((key, value) for key, value in request.headers if key.lower() != name.lower())
    return msgspec.structs.replace(request, headers=(*kept, (name, "2")))


def _compare_responses(first: Answer, second: Answer) -> Iterator[Difference]:
    """Yield how two responses to one request differ: in status, in redirect target, or in their JSON."""
    if first.status != second.status:
        yield Difference("", f"status {first.status}", f"status {second.status}")
    elif UNREADABLE in (first.json, second.json):
        first_site, second_site = _redirect_site(first), _redirect_site(second)
        if first_site != second_site:
            yield Difference("header:Location", first_site, second_site)
    else:
        yield from differences(first.json, second.json)


def _redirect_site(answer: Answer) -> str:
    """Return scheme and host of a redirect target; its path may hold a ticket, which is new each time."""
    response = answer.exchange.response
    location = (response.header("location") if response else None) or ""
    return location.partition("://")[0] + "://" + location.partition("://")[2].partition("/")[0] if location else ""


def _explain_difference(call: Call, plain: Answer, subject: Subject) -> Steps[None]:
    """Read twice more without the version and once more with it, directly one after the other."""
    third = yield from ask(call.operation, call.request(fresh=True))
    fourth = yield from ask(call.operation, call.request(fresh=True))
    fifth = yield from ask(call.operation, _build_versioned_request(call, subject, fresh=True))
    restless = list(_compare_responses(third, fourth))
    flapping = [difference for difference in restless if not _is_progress(difference, fifth)]
    yield from differing(fourth, "CON-01", "two reads in a row differ", flapping, (third,), shown=_SHOWN)
    moved = {difference.pointer for difference in (*restless, *_compare_responses(plain, fourth))}
    for pointer in sorted(moved - {difference.pointer for difference in flapping}):
        message = f"{pointer} changes between two identical reads; left out"
        yield Noticed("volatile-field", message, call.operation.key)
    steady = [difference for difference in _compare_responses(fourth, fifth) if difference.pointer not in moved]
    yield from differing(fifth, "VER-03", "requesting version 2 changes the response", steady, (fourth,), shown=_SHOWN)


def _is_progress(difference: Difference, after: Answer) -> bool:
    """Return whether a changed value is a time that moves on, or a number that changed once in three reads.

    A number that changes at every read is no measurement: nothing measured changes twice within milliseconds.
    """
    values = [difference.old, difference.new, at(after.json, difference.pointer)]
    if all(isinstance(value, str) and _is_time(value) for value in values):
        return values == sorted(values)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return numbers and values[1] == values[2]


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _list_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    another = Need(f"read {operation.path} of the list", identity=IDLE)
    list_reads = (*plain_read(operation, model, IDLE)[:-1], *plain_read(operation, model, SPARE)[:-1])
    return (*plain_read(operation, model), *list_reads, another, *ends_needs(operation))


def listed(operation: Operation, subject: Subject) -> Steps[None]:
    """Compare items of a list with their single reads: the first, second, last and a random one (CON-02)."""
    call = yield from call_of(operation, subject)
    if isinstance(call, Missing):
        yield from untested(("CON-02",), operation, call)
        return
    resource = subject.model.by_name.get(operation.resource)
    lister = list_of(resource, subject) if resource else None
    if lister is None:
        yield without("CON-02", operation.key, Verdict.NOT_APPLICABLE, "no list shows the resource")
        return
    yield from _compare_with_list(call, lister, subject)
    for edge_call in (yield from _edge_calls(lister, operation, subject)):
        yield from _compare_with_list(edge_call, lister, subject)


def _edge_calls(lister: Operation, operation: Operation, subject: Subject) -> Steps[list[Call]]:
    """Return calls of the members at the ends of a list, and of one drawn from the list of another identity."""
    calls: list[Call] = []
    for identity in (subject.spare, subject.idle):
        call = yield from call_of(operation, subject, identity)
        if isinstance(call, Missing):
            continue
        shown = yield from ask(lister, _list_call(call, lister).request())
        paths = [_path_of_item(item, subject) for _, item in shown.objects]
        members = [path for path in paths if match_path(operation.path, path) is not None]
        chosen = ends_of(members) if identity == subject.spare else ()
        if identity == subject.idle and members[1:]:
            chosen = (*chosen, subject.random("member", operation.key).choice(members[1:]))
        calls += [msgspec.structs.replace(call, path=path) for path in dict.fromkeys(chosen)]
        if subject.spare == subject.idle:
            break
    return calls


def _list_call(call: Call, lister: Operation) -> Call:
    return Call(lister, call.path.rpartition("/")[0], headers=_user_headers(call, lister), identity=call.identity)


def _compare_with_list(call: Call, lister: Operation, subject: Subject) -> Steps[None]:
    """Compare one item with what the first page of its list shows of it."""
    operation, lists = call.operation, _list_call(call, lister)
    single = yield from ask(operation, call.request())
    if not single.ok or not isinstance(single.json, dict):
        yield observed(single, "CON-02", Verdict.NOT_APPLICABLE, f"the plain read returns {single.status}")
        return
    member = _find_member((yield from ask(lister, lists.request())), call.path, subject)
    if member is None:
        yield observed(single, "CON-02", Verdict.NOT_APPLICABLE, "the first page of the list does not show the item")
        return
    places = [
        difference
        for difference in differences(member[1], single.json)
        if not _is_documented(difference, member[1], single, lister, subject)
    ]
    if places:
        again = yield from ask(operation, call.request(fresh=True))
        fresh = _find_member((yield from ask(lister, lists.request(fresh=True))), call.path, subject)
        places = [
            difference
            for difference in places
            if fresh
            and at(fresh[1], difference.pointer) == difference.old
            and at(again.json, difference.pointer) == difference.new
        ]
    yield from differing(
        single, "CON-02", "the item differs from what its list shows", places, (member[0],), shown=_SHOWN
    )


def _path_of_item(item: dict[str, Any], subject: Subject) -> str:
    """Return the path of an item below the base URL, from its `url`; empty where that is unusable."""
    url = item.get("url")
    return ((below(subject.target.base_url, url) if isinstance(url, str) else None) or "").partition("?")[0]


def _user_headers(call: Call, lister: Operation) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in call.headers if name == lister.user_header)


def _find_member(response: Answer, path: str, subject: Subject) -> tuple[Answer, dict[str, Any]] | None:
    """Return the item of a list that has this path, with the response that shows it."""
    for _, item in response.objects:
        item_path = _path_of_item(item, subject)
        if item_path == path or (not item_path and item.get("id") == path.rpartition("/")[2]):
            return response, item
    return None


def _is_documented(
    difference: Difference, item: dict[str, Any], single: Answer, lister: Operation, subject: Subject
) -> bool:
    """Return whether list and single read have different schemas that explain a difference."""
    list_schema, item_schema = lister.item_schema, single.operation.item_schema
    if list_schema == item_schema or not list_schema or not item_schema:
        return False
    judge = subject.validators
    if any(pointer == difference.pointer for pointer in judge.unknown_fields(list_schema, single.json)):
        return True
    if any(pointer == difference.pointer for pointer in judge.unknown_fields(item_schema, item)):
        return True
    name = difference.first
    if name not in item or name not in single.json:
        return False
    changed_item, changed_single = {**item, name: single.json[name]}, {**single.json, name: item[name]}
    return (judge.matches(list_schema, item) and not judge.matches(list_schema, changed_item)) or (
        judge.matches(item_schema, single.json) and not judge.matches(item_schema, changed_single)
    )


def _head_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
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


PROBES = (
    Probe("agreement", AGREEMENT, _is_get, _needs, agreement, rank=2),
    Probe("list-and-item", ("CON-02",), _is_item_read, _list_needs, listed, rank=1),
    Probe("head", ("CON-05",), _is_get, _head_needs, head, rank=3),
)
