"""CON-01, CON-02, CON-05 and VER-03: the API agrees with itself, however it is asked."""

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
_SHOWN = 5  # differences reported of one pair; more of them teach nothing


def _reads(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET"


def _single(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.ITEM


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model, IDLE), Need(f"read {operation.path} in version 2", identity=IDLE))


def agreement(operation: Operation, subject: Subject) -> Steps[None]:
    """The plain read, and the same with the version asked for: they agree, and where they do not it is told why."""
    call = yield from call_by(subject.idle, operation, subject)
    if isinstance(call, Missing):
        yield from untested(AGREEMENT, operation, call)
        return
    plain = yield from ask(operation, call.request())
    if plain.status >= 400:
        for requirement in AGREEMENT:
            reason = f"the plain read answers {plain.status}"
            yield observed(plain, requirement, Verdict.NOT_OBSERVABLE, reason)
        return
    versioned = yield from ask(operation, _versioned(call, subject))
    if not list(_apart(plain, versioned)):
        yield passed(versioned, "CON-01")
        yield passed(versioned, "VER-03")
        return
    yield from _explained(call, plain, subject)


def _versioned(call: Call, subject: Subject, *, fresh: bool = False) -> Request:
    request = call.request(fresh=fresh)
    name = subject.version_header
    kept = tuple((key, value) for key, value in request.headers if key.lower() != name.lower())
    return msgspec.structs.replace(request, headers=(*kept, (name, "2")))


def _apart(one: Answer, other: Answer) -> Iterator[Difference]:
    """How two answers to one question differ: in status, in where they lead, in their JSON."""
    if one.status != other.status:
        yield Difference("", f"status {one.status}", f"status {other.status}")
    elif UNREADABLE in (one.json, other.json):
        there, here = _site(one), _site(other)
        if there != here:
            yield Difference("header:Location", there, here)
    else:
        yield from differences(one.json, other.json)


def _site(answer: Answer) -> str:
    """Where a redirect leads, without the path: that may hold a ticket, new each time."""
    response = answer.exchange.response
    location = (response.header("location") if response else None) or ""
    return location.partition("://")[0] + "://" + location.partition("://")[2].partition("/")[0] if location else ""


def _explained(call: Call, plain: Answer, subject: Subject) -> Steps[None]:
    """Ask twice more without the version and once more with it, one right after the other."""
    third = yield from ask(call.operation, call.request(fresh=True))
    fourth = yield from ask(call.operation, call.request(fresh=True))
    fifth = yield from ask(call.operation, _versioned(call, subject, fresh=True))
    restless = list(_apart(third, fourth))
    flapping = [each for each in restless if not _proceeds(each, fifth)]
    yield from differing(fourth, "CON-01", "two reads in a row disagree", flapping, (third,), shown=_SHOWN)
    moved = {each.pointer for each in (*restless, *_apart(plain, fourth))}
    for each in sorted(moved - {each.pointer for each in flapping}):
        message = f"{each} changes between two identical reads; left out"
        yield Noticed("volatile-field", message, call.operation.key)
    steady = [each for each in _apart(fourth, fifth) if each.pointer not in moved]
    yield from differing(fifth, "VER-03", "asking for version 2 changes the answer", steady, (fourth,), shown=_SHOWN)


def _proceeds(each: Difference, after: Answer) -> bool:
    """Whether a value that changed is one that tells the time, or one that moved once in three reads in a row.

    A number that is another one at each of them is no measurement: nothing measured changes within milliseconds twice.
    """
    values = [each.old, each.new, at(after.json, each.pointer)]
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


def _listed_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    another = Need(f"read {operation.path} of the list", identity=IDLE)
    lists = (*plain_read(operation, model, IDLE)[:-1], *plain_read(operation, model, SPARE)[:-1])
    return (*plain_read(operation, model), *lists, another, *ends_needs(operation))


def listed(operation: Operation, subject: Subject) -> Steps[None]:
    """CON-02: the items that a list shows are what is read by itself: the first, the second, the last, any other."""
    call = yield from call_of(operation, subject)
    if isinstance(call, Missing):
        yield from untested(("CON-02",), operation, call)
        return
    resource = subject.model.by_name.get(operation.resource)
    lister = list_of(resource, subject) if resource else None
    if lister is None:
        yield without("CON-02", operation.key, Verdict.NOT_APPLICABLE, "no list shows the resource")
        return
    yield from _as_listed(call, lister, subject)
    for other in (yield from _others(lister, operation, subject)):
        yield from _as_listed(other, lister, subject)


def _others(lister: Operation, operation: Operation, subject: Subject) -> Steps[list[Call]]:
    """Calls of the members at the edges of a list, and of one drawn from the list that another identity is shown."""
    found: list[Call] = []
    for identity in (subject.spare, subject.idle):
        call = yield from call_of(operation, subject, identity)
        if isinstance(call, Missing):
            continue
        shown = yield from ask(lister, _list_of(call, lister).request())
        paths = [_path(item, subject) for _, item in shown.objects]
        members = [each for each in paths if match_path(operation.path, each) is not None]
        chosen = ends_of(members) if identity == subject.spare else ()
        if identity == subject.idle and members[1:]:
            chosen = (*chosen, subject.random("member", operation.key).choice(members[1:]))
        found += [msgspec.structs.replace(call, path=path) for path in dict.fromkeys(chosen)]
        if subject.spare == subject.idle:
            break
    return found


def _list_of(call: Call, lister: Operation) -> Call:
    return Call(lister, call.path.rpartition("/")[0], headers=_same_user(call, lister), identity=call.identity)


def _as_listed(call: Call, lister: Operation, subject: Subject) -> Steps[None]:
    """Compare one item with what the first page of its list shows of it."""
    operation, lists = call.operation, _list_of(call, lister)
    single = yield from ask(operation, call.request())
    if not single.ok or not isinstance(single.json, dict):
        yield observed(single, "CON-02", Verdict.NOT_APPLICABLE, f"the plain read answers {single.status}")
        return
    found = _member((yield from ask(lister, lists.request())), call.path, subject)
    if found is None:
        yield observed(single, "CON-02", Verdict.NOT_APPLICABLE, "the first page of the list does not show the item")
        return
    places = [
        each for each in differences(found[1], single.json) if not _documented(each, found[1], single, lister, subject)
    ]
    if places:
        again = yield from ask(operation, call.request(fresh=True))
        fresh = _member((yield from ask(lister, lists.request(fresh=True))), call.path, subject)
        places = [
            each
            for each in places
            if fresh and at(fresh[1], each.pointer) == each.old and at(again.json, each.pointer) == each.new
        ]
    yield from differing(
        single, "CON-02", "the item differs from what its list shows", places, (found[0],), shown=_SHOWN
    )


def _path(item: dict[str, Any], subject: Subject) -> str:
    """Where an item says that it lives, below the base URL; empty where it says nothing usable."""
    url = item.get("url")
    return ((below(subject.target.base_url, url) if isinstance(url, str) else None) or "").partition("?")[0]


def _same_user(call: Call, lister: Operation) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in call.headers if name == lister.user_header)


def _member(answer: Answer, path: str, subject: Subject) -> tuple[Answer, dict[str, Any]] | None:
    """The item of a list that lives at a path."""
    for _, item in answer.objects:
        here = _path(item, subject)
        if here == path or (not here and item.get("id") == path.rpartition("/")[2]):
            return answer, item
    return None


def _documented(each: Difference, item: dict[str, Any], single: Answer, lister: Operation, subject: Subject) -> bool:
    """Whether the description gives list and single read different schemas, and that explains a difference."""
    there, here = lister.item_schema, single.operation.item_schema
    if there == here or not there or not here:
        return False
    judge = subject.validators
    if any(pointer == each.pointer for pointer in judge.unknown_fields(there, single.json)):
        return True
    if any(pointer == each.pointer for pointer in judge.unknown_fields(here, item)):
        return True
    name = each.first
    if name not in item or name not in single.json:
        return False
    lent, borrowed = {**item, name: single.json[name]}, {**single.json, name: item[name]}
    return (judge.matches(there, item) and not judge.matches(there, lent)) or (
        judge.matches(here, single.json) and not judge.matches(here, borrowed)
    )


def _head_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    identity = OTHER if loose(operation) else "full"
    return (*plain_read(operation, model, identity), Need(f"head {operation.path}", identity=identity))


def head(operation: Operation, subject: Subject) -> Steps[None]:
    """CON-05: HEAD, where it is served, has the status and the headers of GET and no body.

    Where nothing of the target is needed it is asked as who has reads to spare: writes are all paid by `full`.
    """
    call = yield from call_by(subject.other if loose(operation) else "full", operation, subject)
    if isinstance(call, Missing):
        yield from untested(("CON-05",), operation, call)
        return
    got = yield from ask(operation, call.request())
    if got.status in {401, 403} and call.identity != "full":
        call = msgspec.structs.replace(call, identity="full")
        got = yield from ask(operation, call.request())
    answer = yield from ask(operation, msgspec.structs.replace(call.request(), method="HEAD"))
    if answer.status in {405, 501}:
        yield observed(answer, "CON-05", Verdict.NOT_APPLICABLE, "HEAD is not served")
        return
    if got.status == 429 or not got.status:
        yield observed(answer, "CON-05", Verdict.NOT_OBSERVABLE, f"the plain read answers {got.status}")
        return
    found = list(_heads_apart(got, answer))
    yield from differing(answer, "CON-05", "HEAD and GET disagree", found, (got,), shown=_SHOWN)


def _heads_apart(got: Answer, answer: Answer) -> Iterator[Difference]:
    if got.status != answer.status:
        yield Difference("", f"status {got.status}", f"status {answer.status}")
        return
    one, other = got.exchange.response, answer.exchange.response
    if one is None or other is None:
        return
    if one.media_type != other.media_type:
        yield Difference("header:Content-Type", one.media_type, other.media_type)
    if other.body:
        yield Difference("", "no body", f"{len(other.body)} bytes")


PROBES = (
    Probe("agreement", AGREEMENT, _reads, _needs, agreement, rank=2),
    Probe("list-and-item", ("CON-02",), _single, _listed_needs, listed, rank=1),
    Probe("head", ("CON-05",), _reads, _head_needs, head, rank=3),
)
