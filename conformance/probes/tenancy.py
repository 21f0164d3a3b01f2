"""AUT-05: one person's things are nobody else's."""

from collections.abc import Iterator
from typing import Any

import msgspec

from conformance.answers import Answer, below
from conformance.filtering import last_segment, satisfies, values
from conformance.judging import observed, passed, quote, violated, without
from conformance.link_header import BLANK
from conformance.model import LinkKind, Operation, Outcome, Request, Resource, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, call_of, list_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.paging import page_of
from conformance.probes.reading import plain_read
from conformance.subject import Subject

A, B = "user_a", "user_b"


def _personal(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and operation.secured and (owned(operation, model) or bool(operation.user_header))


def owned(operation: Operation, model: ResourceModel) -> bool:
    """Whether it acts on things of which the description says whose they are."""
    return operation.resource in model.personal


def apart_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Who the two people are, what A has, and what B asks for of it."""
    if not owned(operation, model):
        return ()
    resource = model.by_name[model.principal]
    people = tuple(Need(f"read {resource.list_path}", identity=each) for each in (A, B))
    other = () if "{" in operation.path else plain_read(operation, model, B)
    foreign = (Need(f"read {operation.path} of another", _readings(operation), identity=B),)
    return (*people, *plain_read(operation, model, A), *_own_list(operation, model), *foreign, *other)


def _readings(operation: Operation) -> int:
    """How often B asks: for the thing of another plainly and with `expand`, or for the list with a filter."""
    if "{" in operation.path:
        return 1 + any(each.resolvable for each in operation.first_expansions)
    return int(any(each.field for each in operation.filters))


def _own_list(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """The list of whoever asks for what is not theirs: what it shows is shared, and proves nothing."""
    head = operation.path.partition("/{")[0]
    return (Need(f"read {head}", identity=B),) if "{" in operation.path else ()


def apart(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-05: what is A's is neither listed nor read by B."""
    if not owned(operation, subject.model):
        reason = "nothing in the description says whose a resource is"
        yield without("AUT-05", operation.key, Verdict.NOT_OBSERVABLE, reason)
        return
    people = yield from two_people(subject)
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
        theirs = yield from ask(operation, other.request())
        yield from _disjoint(mine, theirs, people, subject)
        yield from _sought(mine, theirs, other)
    else:
        yield observed(mine, "AUT-05", Verdict.NOT_APPLICABLE, "the path names nothing of one person's")


def two_people(subject: Subject) -> Steps[tuple[str, ...]]:
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
    if (yield from shared(call, subject)):
        yield observed(mine, "AUT-05", Verdict.NOT_APPLICABLE, "both users are shown it in their lists")
        return
    foreign = msgspec.structs.replace(call, identity=B, headers=without_user(call))
    answer = yield from ask(call.operation, foreign.request())
    empty = answer.ok and answer.operation.role is Role.LIST and not answer.items
    if answer.status in {403, 404} or (empty and mine.items):
        yield from _opened(foreign, answer)
    elif empty:
        yield observed(answer, "AUT-05", Verdict.NOT_APPLICABLE, "the collection is empty for both users")
    elif answer.ok:
        message = "one user reads what is another's"
        yield violated(answer, "AUT-05", message, expected="404 or 403", actual=str(answer.status), also=(mine,))
    else:
        reason = f"it answers {answer.status}, which shows nothing and refuses nothing"
        yield observed(answer, "AUT-05", Verdict.NOT_OBSERVABLE, reason, also=(mine,))


def _opened(call: Call, refusal: Answer) -> Steps[None]:
    """What is refused stays so with `expand`, which servers answer on a path of its own."""
    expansion = next((each for each in call.operation.first_expansions if each.resolvable), None)
    answer = (yield from ask(call.operation, call.request(("expand", expansion.path)))) if expansion else refusal
    if answer.items:
        message = "with expand one user reads what is another's"
        yield violated(answer, "AUT-05", message, expected="404 or 403", actual=str(answer.status), also=(refusal,))
    else:
        yield passed(refusal, "AUT-05")


def without_user(call: Call) -> tuple[tuple[str, str], ...]:
    """The headers of a call but for the one that names a user."""
    return tuple((name, value) for name, value in call.headers if name != call.operation.user_header)


def shared(call: Call, subject: Subject) -> Steps[bool]:
    """Whether B's own list shows the first thing that the path names."""
    head, _, rest = call.path.lstrip("/").partition("/")
    lister = subject.model.by_key.get(f"GET /{head}")
    if lister is None or lister.role is not Role.LIST:
        return False
    theirs = Call(lister, lister.path, identity=B)
    answer = yield from ask(lister, theirs.request())
    if lister.pagination and lister.pagination.size and page_of(answer).next not in {None, BLANK}:
        answer = yield from ask(lister, theirs.request((lister.pagination.size, str(lister.pagination.max_size))))
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
        owner = next(iter(owners(item, resource, subject)), None)
        both = item.get("url") in known and resource.name in subject.model.owned  # else things may be shared
        foreign = owner == people[0] if owner in people else both
        if foreign:
            judged = False
            message = "one user's list shows what is another's"
            yield violated(theirs, "AUT-05", message, actual=quote(item.get("url")), pointer=at, also=(mine,))
    if judged:
        yield passed(theirs, "AUT-05")


def _sought(mine: Answer, theirs: Answer, call: Call) -> Steps[None]:
    """B asks for the list in other ways, and is shown none of A's things that the plain list does not show."""
    known = {item.get("url") for _, item in mine.objects} - {item.get("url") for _, item in theirs.objects} - {None}
    for name, value in _ways(mine, known, call) if theirs.ok else ():
        answer = yield from ask(call.operation, call.request((name, value)))
        for at, item in answer.objects:
            if item.get("url") in known:
                message = f"with {name} one user's list shows what is another's"
                yield violated(
                    answer, "AUT-05", message, actual=quote(item.get("url")), pointer=at, also=(mine, theirs)
                )
                return


def _ways(mine: Answer, known: set[Any], call: Call) -> Iterator[tuple[str, str]]:
    """A page of one item, which is asked for anyhow, and a filter that things of A satisfy, by a link if it can be."""
    if call.operation.pagination and call.operation.pagination.size:
        yield call.operation.pagination.size, "1"
    foreign = [item for _, item in mine.objects if item.get("url") in known]
    filters = sorted(call.operation.filters, key=lambda each: not each.by_id_of)
    for each in filters if foreign else ():
        found = (
            [value for item in foreign for value in values(each, item) if isinstance(value, str)] if each.field else []
        )
        text = next((last_segment(value) if each.by_id_of else value for value in found if value), "")
        if text and any(satisfies(each, item, text) for item in foreign):
            yield each.parameter, text
            return


def owners(item: dict[str, Any], resource: Resource, subject: Subject) -> Iterator[str]:
    """The URLs of people that an item names as the one it belongs to; a person belongs to itself."""
    if resource.name == subject.model.principal:
        yield from (url for url in (item.get("url"),) if isinstance(url, str))
    for link in resource.links:
        if link.targets == (subject.model.principal,) and link.kind is LinkKind.ITEM and not (link.many or link.own):
            value = item.get(link.path)
            if isinstance(value, str):
                yield value


PROBES = (Probe("apart", ("AUT-05",), _personal, apart_needs, apart, identities=(A, B)),)
