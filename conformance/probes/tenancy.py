"""AUT-05 and AUT-06: one person's things are nobody else's, and a header narrows to one person."""

from collections.abc import Iterator
from typing import Any

import msgspec

from conformance.answers import Answer, below
from conformance.judging import observed, passed, quote, violated, without
from conformance.model import LinkKind, Operation, Outcome, Request, Resource, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, call_of, list_of, untested
from conformance.probes.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.reading import plain_read
from conformance.probes.writing import JSON, Write, reader_for, writable
from conformance.subject import Subject

A, B = "user_a", "user_b"
_NONSENSE = "nobody"


def _personal(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and operation.secured and (_owned(operation, model) or bool(operation.user_header))


def _owned(operation: Operation, model: ResourceModel) -> bool:
    return operation.resource in model.owned


def _apart_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    if not _owned(operation, model):
        return ()
    resource = model.by_name[model.principal]
    people = tuple(Need(f"read {resource.list_path}", identity=each) for each in (A, B))
    other = plain_read(operation, model, B)[-1:]
    foreign = (Need(f"read {operation.path} of another", identity=B),) if "{" in operation.path else ()
    return (*people, *plain_read(operation, model, A), *_own_list(operation, model), *(foreign or other))


def _own_list(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """The list of whoever asks for what is not theirs: what it shows is shared, and proves nothing."""
    head = operation.path.partition("/{")[0]
    return (Need(f"read {head}", identity=B),) if "{" in operation.path else ()


def apart(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-05: what is A's is neither listed nor read by B."""
    if not _owned(operation, subject.model):
        reason = "nothing in the description says whose a resource is"
        yield without("AUT-05", operation.key, Verdict.NOT_OBSERVABLE, reason)
        return
    people = yield from _two_people(subject)
    if not people:
        reason = "user_a and user_b are not seen to be two people"
        yield without("AUT-05", operation.key, Verdict.NOT_OBSERVABLE, reason)
        return
    call = yield from call_of(operation, subject, A)
    if isinstance(call, Missing):
        yield from untested(("AUT-05",), operation, call)
        return
    mine = yield from ask(operation, call.request())
    if "{" in operation.path:
        yield from _foreign(call, mine, people, subject)
    elif operation.role is Role.LIST:
        other = msgspec.structs.replace(call, identity=B)
        yield from _disjoint(mine, (yield from ask(operation, other.request())), people, subject)
    else:
        yield observed(mine, "AUT-05", Verdict.NOT_APPLICABLE, "the path names nothing of one person's")


def _two_people(subject: Subject) -> Steps[tuple[str, ...]]:
    """The URLs of A and B, as each sees itself; empty where that cannot be told."""
    resource = subject.model.by_name.get(subject.model.principal)
    operation = list_of(resource, subject) if resource else None
    if operation is None:
        return ()
    found = []
    for identity in (A, B):
        answer = yield from ask(operation, Request(operation.key, "GET", operation.path, identity=identity))
        found.append([item.get("url") for _, item in answer.objects])
    alone = [urls[0] for urls in found if len(urls) == 1 and isinstance(urls[0], str)]
    return tuple(alone) if len(set(alone)) == 2 else ()


def _foreign(call: Call, mine: Answer, people: tuple[str, ...], subject: Subject) -> Steps[None]:
    """B asks for the very thing that A just read."""
    if not mine.ok:
        yield observed(mine, "AUT-05", Verdict.NOT_OBSERVABLE, f"its owner gets {mine.status}")
        return
    if (yield from _shared(call, subject)):
        yield observed(mine, "AUT-05", Verdict.NOT_APPLICABLE, "both users are shown it in their lists")
        return
    foreign = msgspec.structs.replace(call, identity=B, headers=_without_user(call))
    answer = yield from ask(call.operation, foreign.request())
    empty = answer.ok and answer.operation.role is Role.LIST and not answer.items
    if answer.status in {403, 404} or (empty and mine.items):
        yield passed(answer, "AUT-05")
    elif empty:
        yield observed(answer, "AUT-05", Verdict.NOT_APPLICABLE, "the collection is empty for both users")
    elif answer.ok:
        message = "one user reads what is another's"
        yield violated(answer, "AUT-05", message, expected="404 or 403", actual=str(answer.status), also=(mine,))
    else:
        reason = f"it answers {answer.status}, which shows nothing and refuses nothing"
        yield observed(answer, "AUT-05", Verdict.NOT_OBSERVABLE, reason, also=(mine,))


def _without_user(call: Call) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in call.headers if name != call.operation.user_header)


def _shared(call: Call, subject: Subject) -> Steps[bool]:
    """Whether B's own list shows the first thing that the path names."""
    head, _, rest = call.path.lstrip("/").partition("/")
    lister = subject.model.by_key.get(f"GET /{head}")
    if lister is None or lister.role is not Role.LIST:
        return False
    answer = yield from ask(lister, Request(lister.key, "GET", lister.path, identity=B))
    first = f"/{head}/{rest.partition('/')[0]}"
    return any(_path(item.get("url"), subject) == first for _, item in answer.objects)


def _path(url: Any, subject: Subject) -> str:
    target = below(subject.target.base_url, url) if isinstance(url, str) else None
    return (target or "").partition("?")[0]


def _disjoint(mine: Answer, theirs: Answer, people: tuple[str, ...], subject: Subject) -> Iterator[Outcome]:
    """B's list holds nothing that says it is A's, and nothing that A's holds."""
    if not mine.ok or not theirs.ok:
        refused = theirs if mine.ok else mine
        yield observed(refused, "AUT-05", Verdict.NOT_OBSERVABLE, f"the list answers {refused.status}")
        return
    if not mine.objects or not theirs.objects:
        yield observed(theirs, "AUT-05", Verdict.NOT_APPLICABLE, "one of the two users has nothing in it", also=(mine,))
        return
    resource = subject.model.by_name[mine.operation.resource]
    known = {item.get("url") for _, item in mine.objects} - {None}
    judged = True
    for at, item in theirs.objects:
        owner = next(iter(_owners(item, resource, subject)), None)
        foreign = owner == people[0] if owner in people else item.get("url") in known
        if foreign:
            judged = False
            message = "one user's list shows what is another's"
            yield violated(theirs, "AUT-05", message, actual=quote(item.get("url")), pointer=at, also=(mine,))
    if judged:
        yield passed(theirs, "AUT-05")


def _owners(item: dict[str, Any], resource: Resource, subject: Subject) -> Iterator[str]:
    """The URLs of people that an item names as the one it belongs to; a person belongs to itself."""
    if resource.name == subject.model.principal:
        yield from (url for url in (item.get("url"),) if isinstance(url, str))
    for link in resource.links:
        if link.targets == (subject.model.principal,) and link.kind is LinkKind.ITEM and not (link.many or link.own):
            value = item.get(link.path)
            if isinstance(value, str):
                yield value


def _updates(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.UPDATE and operation.secured and _owned(operation, model)


def _foreign_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    learnt = _apart_needs(operation, model)
    return (*learnt, Need(f"write {operation.key} of another", identity=B, shared=False))


def foreign_write(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-05: B may not write what is A's; what is sent is what is there already."""
    people = yield from _two_people(subject)
    call = yield from call_of(operation, subject, A)
    if isinstance(call, Missing) or not people:
        missing = call if isinstance(call, Missing) else Missing("user_a and user_b are not seen to be two people")
        yield from untested(("AUT-05",), operation, missing)
        return
    reader = reader_for(call, subject)
    mine = (yield from ask(reader.operation, reader.request())) if reader else None
    known = writable(operation, subject)
    state = mine.json if mine and mine.ok and isinstance(mine.json, dict) else {}
    body = {name: value for name, value in state.items() if name in known and value is not None}
    valid = body and not subject.validators.request_body(operation, JSON, body)
    if not valid or (yield from _shared(call, subject)):
        yield without("AUT-05", operation.key, Verdict.NOT_APPLICABLE, "nothing of one person's alone can be sent back")
        return
    write = Write(msgspec.structs.replace(call, identity=B, headers=_without_user(call)), body)
    answer = yield from ask(operation, write.request(body))
    if answer.status in {403, 404}:
        yield passed(answer, "AUT-05")
    elif answer.ok:
        message = "one user writes what is another's"
        yield violated(answer, "AUT-05", message, expected="404 or 403", actual=str(answer.status))
    else:
        reason = f"it answers {answer.status}, which writes nothing and refuses nobody"
        yield observed(answer, "AUT-05", Verdict.NOT_OBSERVABLE, reason)


def _narrowed(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and bool(operation.user_header)


def _narrow_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    people = model.by_name.get(model.principal)
    learnt = (Need(f"read {people.list_path}", identity=SPARE),) if people else ()
    count = 2 + operation.user_required + 2 * _first(operation, model)  # nonsense, one user, nobody, both forms
    asked = Need(f"read {operation.path} as one user", count, SPARE)
    return (*learnt, *plain_read(operation, model, SPARE), asked)


def _first(operation: Operation, model: ResourceModel) -> bool:
    """The one operation on which both forms of the header are tried."""
    return operation == next((o for o in model.operations if _narrowed(o, model) and o.role is Role.LIST), None)


def narrowing(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-06, for a token that stands for an application: with one user, with nonsense, and without."""
    call = yield from call_of(operation, subject, subject.spare)
    if isinstance(call, Missing):
        yield from untested(("AUT-06",), operation, call)
        return
    plain = yield from ask(operation, call.request())
    if not plain.ok:
        yield observed(plain, "AUT-06", Verdict.NOT_OBSERVABLE, f"the plain read answers {plain.status}")
        return
    yield from _wants_400(call, _NONSENSE, "a malformed user")
    if operation.user_required:
        yield from _wants_400(call, "", "a missing user")
    people = yield from _people(subject)
    yield from _one_of(call, plain, people, subject)
    if _first(operation, subject.model) and people:
        yield from _both_forms(call, people[0])


def _as_user(call: Call, value: str) -> Request:
    kept = _without_user(call)
    own = ((call.operation.user_header, value),) if value else ()
    return msgspec.structs.replace(call.request(), headers=(*kept, *own))


def _wants_400(call: Call, value: str, what: str) -> Steps[None]:
    answer = yield from ask(call.operation, _as_user(call, value))
    if answer.status == 400:
        yield passed(answer, "AUT-06")
        return
    name = call.operation.user_header
    message = f"{what} in {name} is not refused with 400"
    yield violated(answer, "AUT-06", message, expected="400", actual=str(answer.status), pointer=f"header:{name}")


def _people(subject: Subject) -> Steps[tuple[str, ...]]:
    """URLs of people that the application sees."""
    resource = subject.model.by_name.get(subject.model.principal)
    operation = list_of(resource, subject) if resource else None
    if operation is None:
        return ()
    answer = yield from ask(operation, Request(operation.key, "GET", operation.path, identity=subject.spare))
    return tuple(url for _, item in answer.objects if isinstance(url := item.get("url"), str))


def _one_of(call: Call, plain: Answer, people: tuple[str, ...], subject: Subject) -> Steps[None]:
    """With one user in the header, nothing shows that says it is another's."""
    resource = subject.model.by_name.get(call.operation.resource)
    shown = [owner for _, item in plain.objects if resource for owner in _owners(item, resource, subject)]
    others = [each for each in people if each not in shown[:1]]
    if resource is None or not shown or not others:
        yield observed(plain, "AUT-06", Verdict.NOT_APPLICABLE, "nothing in the plain answer says whose it is")
        return
    chosen = shown[0] if plain.operation.role is Role.LIST else others[0]
    answer = yield from ask(call.operation, _as_user(call, chosen.rpartition("/")[2]))
    if answer.status in {403, 404} and plain.operation.role is not Role.LIST:
        yield passed(answer, "AUT-06")
        return
    if not answer.ok:
        message = "a user that exists is refused in the header"
        yield violated(answer, "AUT-06", message, expected="2xx", actual=str(answer.status), also=(plain,))
        return
    strange = [
        (at, owner) for at, item in answer.objects for owner in _owners(item, resource, subject) if owner != chosen
    ]
    for at, owner in strange[:3]:
        message = f"{call.operation.user_header} names one user, and another's is shown"
        yield violated(answer, "AUT-06", message, expected=chosen, actual=owner, pointer=at, also=(plain,))
    if not strange and answer.objects:
        yield passed(answer, "AUT-06")


def _both_forms(call: Call, url: str) -> Steps[None]:
    """The guide sets the header to the user's URL, the description to the id: say where only one is taken."""
    by_id = yield from ask(call.operation, _as_user(call, url.rpartition("/")[2]))
    by_url = yield from ask(call.operation, _as_user(call, url))
    if by_id.ok is by_url.ok:
        return
    message = "the sources contradict each other on the form of the header: the id here, the URL there"
    actual = f"id: {by_id.status}, URL: {by_url.status}"
    yield observed(by_url, "AUT-06", Verdict.REVIEW, message, expected="both or either", actual=actual, also=(by_id,))


PROBES = (
    Probe("apart", ("AUT-05",), _personal, _apart_needs, apart, identities=(A, B)),
    Probe("foreign-write", ("AUT-05",), _updates, _foreign_needs, foreign_write, writes=True, identities=(A, B)),
    Probe("narrowing", ("AUT-06",), _narrowed, _narrow_needs, narrowing),
)
