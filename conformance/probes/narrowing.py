"""AUT-06: a header narrows an application's view to one person."""

import msgspec

from conformance.answers import Answer
from conformance.judging import observed, passed, quote, violated
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, call_of, list_of, untested
from conformance.probes.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.reading import plain_read
from conformance.probes.tenancy import A, B, owners, two_people, without_user
from conformance.subject import Subject

_NONSENSE = "nobody"


def _narrowed(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and bool(operation.user_header)


def _narrow_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    people = model.by_name.get(model.principal)
    learnt = tuple(Need(f"read {people.list_path}", identity=each) for each in (SPARE, A, B)) if people else ()
    count = 2 + operation.user_required + 2 * _first(operation, model)  # nonsense, one user, nobody, both forms
    asked = Need(f"read {operation.path} as one user", count, SPARE)
    of_a = plain_read(operation, model, A)
    own = of_a if operation.role is Role.LIST else (*of_a[:-1], Need(f"read {operation.path} of another", identity=B))
    return (*learnt, *plain_read(operation, model, SPARE), asked, *own)


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
    kept = without_user(call)
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
    shown = [owner for _, item in plain.objects if resource for owner in owners(item, resource, subject)]
    others = [each for each in people if each not in shown[:1]]
    if resource is None or not shown or not others:
        yield from _as_its_token(call, plain, subject)
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
        (at, owner) for at, item in answer.objects for owner in owners(item, resource, subject) if owner != chosen
    ]
    for at, owner in strange[:3]:
        message = f"{call.operation.user_header} names one user, and another's is shown"
        yield violated(answer, "AUT-06", message, expected=chosen, actual=owner, pointer=at, also=(plain,))
    if not strange and answer.objects:
        yield passed(answer, "AUT-06")


def _as_its_token(call: Call, plain: Answer, subject: Subject) -> Steps[None]:
    """Where nothing says whose it is: with a user in the header, what that user's own token is shown."""
    people = (yield from two_people(subject)) if {A, B} <= {*subject.target.identities} else ()
    if not people or plain.operation.resource == subject.model.principal:
        yield observed(plain, "AUT-06", Verdict.NOT_APPLICABLE, "nothing in the plain answer says whose it is")
    elif plain.operation.role is Role.LIST:
        yield from _as_a(call, people, subject)
    else:
        yield from _as_b(call, plain, people, subject)


def _as_b(call: Call, plain: Answer, people: tuple[str, ...], subject: Subject) -> Steps[None]:
    """With B in the header, what A has and B's own token is refused is not shown."""
    own = yield from call_of(call.operation, subject, A)
    if isinstance(own, Missing):
        yield observed(plain, "AUT-06", Verdict.NOT_APPLICABLE, f"user_a has nothing to tell it by: {own.reason}")
        return
    of_b = msgspec.structs.replace(own, headers=without_user(own), identity=B)
    refused = yield from ask(call.operation, of_b.request())
    whole = msgspec.structs.replace(of_b, identity=call.identity)
    seen = yield from ask(call.operation, whole.request() if not call.operation.user_required else own.request())
    if refused.status != 404 or not seen.ok:
        reason = f"what user_a has is answered with {refused.status} to user_b and {seen.status} without a user"
        yield observed(refused, "AUT-06", Verdict.NOT_APPLICABLE, reason, also=(seen,))
        return
    answer = yield from ask(call.operation, _as_user(whole, people[1].rpartition("/")[2]))
    if answer.status in {403, 404}:
        yield passed(answer, "AUT-06")
    elif answer.items:
        message = f"{call.operation.user_header} names a user, and what that user's own token is refused is shown"
        yield violated(answer, "AUT-06", message, expected="404 or 403", actual=str(answer.status), also=(refused,))
    else:
        yield observed(answer, "AUT-06", Verdict.NOT_OBSERVABLE, f"it answers {answer.status}", also=(refused,))


def _as_a(call: Call, people: tuple[str, ...], subject: Subject) -> Steps[None]:
    """With A in the header, the list shows nothing that A's own token does not."""
    own = msgspec.structs.replace(call, identity=A, headers=without_user(call))
    mine = yield from ask(call.operation, own.request())
    answer = yield from ask(call.operation, _as_user(call, people[0].rpartition("/")[2]))
    pagination = call.operation.pagination
    whole = mine.ok and (pagination is None or len(mine.items) < pagination.default_size)
    known = {item.get("url") for _, item in mine.objects}
    strange = [(at, item.get("url")) for at, item in answer.objects if whole and item.get("url") not in known]
    if strange:  # it may be there since A's list was read
        mine = yield from ask(call.operation, own.request(fresh=True))
        known = {item.get("url") for _, item in mine.objects}
        strange = [(at, url) for at, url in strange if mine.ok and url not in known]
    for at, url in strange[:3]:
        message = f"{call.operation.user_header} names a user, and what that user's own list lacks is shown"
        yield violated(answer, "AUT-06", message, actual=quote(url), pointer=at, also=(mine,))
    if whole and answer.objects and not strange:
        yield passed(answer, "AUT-06")
    else:
        yield observed(answer, "AUT-06", Verdict.NOT_APPLICABLE, "the user has nothing here, or more than one page")


def _both_forms(call: Call, url: str) -> Steps[None]:
    """The guide sets the header to the user's URL, the description to the id: say where only one is taken."""
    by_id = yield from ask(call.operation, _as_user(call, url.rpartition("/")[2]))
    by_url = yield from ask(call.operation, _as_user(call, url))
    if by_id.ok is by_url.ok:
        return
    message = "the sources contradict each other on the form of the header: the id here, the URL there"
    actual = f"id: {by_id.status}, URL: {by_url.status}"
    yield observed(by_url, "AUT-06", Verdict.REVIEW, message, expected="both or either", actual=actual, also=(by_id,))


PROBES = (Probe("narrowing", ("AUT-06",), _narrowed, _narrow_needs, narrowing),)
