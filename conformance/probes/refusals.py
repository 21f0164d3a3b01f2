"""ERR-08, WRT-05, WRT-06 and WRT-08: a write that is wrong is refused, and changes nothing.

Even a body that is no JSON is sent only where writes are allowed: a server that does not look at it may act all the
same, and some of these operations move real load.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.answers import Answer
from conformance.comparing import ABSENT
from conformance.judging import observed, passed, quote, violated
from conformance.model import Operation, Outcome, Profile, Request, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, list_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.harmless import stranger
from conformance.probes.reading import plain_read
from conformance.probes.writing import JSON, Write, clean, defects_of, has_json_body, reader_for, write_of
from conformance.subject import Subject

if TYPE_CHECKING:
    from strategies.defects import Defect

ALL = ("ERR-08", "WRT-05", "WRT-06", "WRT-08")
_UNREADABLE = (
    ("malformed JSON", JSON, b'{"name": "left open'),
    ("another content type", "application/xml", b"<body/>"),
)
# The sorts of fault that ERR-08 names; WRT-06 binds every sort.
_NAMED = ("wrong-type", "missing-required", "below-minimum", "above-maximum", "too-long", "too-short")
_FEW, _MANY = len(_NAMED) + 3, 60  # defects tried of one operation, before and in the profile deep
_DRAWN = 200  # defects among which one of each sort is looked for
_REFERENCES = 2  # bad ones: a bare id, and a URL of nothing
_REFUSALS = {400, 409, 413, 415, 422}
_UNDECIDED = {401, 403, 404}  # answered before the body is looked at


def _applies(operation: Operation, model: ResourceModel) -> bool:
    return not operation.safe and has_json_body(operation)


def _needs(most: int) -> Any:
    return lambda operation, model: (
        *plain_read(operation, model)[:-1],
        Need(f"refused {operation.key}", len(_UNREADABLE) + most + 2, shared=False),
    )


def _refusing(most: int) -> Any:
    def refusals(operation: Operation, subject: Subject) -> Steps[None]:
        """Bodies with one fault each, bad references among them; the state before and after."""
        write = yield from write_of(operation, subject, "refused")
        if isinstance(write, Missing):
            yield from untested(ALL, operation, write)
            return
        reader = _seen_in(write, subject)
        before = (yield from ask(reader.operation, reader.request(fresh=True))) if reader else None
        sent: list[tuple[Answer, Any]] = []
        for what, request, body, requirements in _wrong(write, subject, most):
            sent.append(((yield from _refused(write, request, requirements, what, subject)), body))
        refused = sent and all(answer.status in _REFUSALS for answer, _ in sent)  # what was taken had an effect anyhow
        if reader and before and before.ok and refused:
            after = yield from ask(reader.operation, reader.request(fresh=True))
            yield from _untouched(before, after, sent, reader)
        for requirement in ALL:
            reason = "no body that is wrong in this way can be made, or no refusal was seen"
            yield _nothing(requirement, operation, reason)

    return refusals


def _wrong(write: Write, subject: Subject, most: int) -> Iterator[tuple[str, Request, Any, tuple[str, ...]]]:
    """What is wrong, the request, its body as JSON where it is some, and the requirements that want it refused."""
    plain = write.call.request()
    for what, media, content in _UNREADABLE:
        headers = (*plain.headers, ("Content-Type", media))
        yield what, msgspec.structs.replace(plain, body=content, headers=headers), None, ("ERR-08",)
    for defect in _of_each_sort(write, subject, most) if write.body is not None else ():
        what = f"{defect.name} at {defect.pointer or 'the top'}"
        requirements = ("ERR-08", "WRT-06") if defect.name in _NAMED else ("WRT-06",)
        yield what, write.request(defect.body), defect.body, requirements
    for what, body in _bad_references(write, subject):
        yield what, write.request(body), body, ("WRT-08",)


def _of_each_sort(write: Write, subject: Subject, most: int) -> "list[Defect]":
    """As many defects as asked for: one of each sort that ERR-08 names, then of other sorts, then others of a sort."""
    found = defects_of(write, subject, max(most, _DRAWN))
    first = {each.name: each for each in reversed(found)}
    named = [first[name] for name in _NAMED if name in first]
    return [*named, *(each for each in found if each not in named)][:most]


def _nothing(requirement: str, operation: Operation, reason: str) -> Outcome:
    return Outcome(requirement, operation.key, Verdict.NOT_APPLICABLE, reason)


def _refused(
    write: Write, request: Request, requirements: tuple[str, ...], what: str, subject: Subject
) -> Steps[Answer]:
    """One wrong body; what it made is deleted where it was taken."""
    answer = yield from ask(write.call.operation, request)
    for requirement in requirements:
        if answer.status in (_UNDECIDED | {409} if requirement == "ERR-08" else _UNDECIDED):
            reason = f"{what}: it answers {answer.status} before it looks at the body"
            yield observed(answer, requirement, Verdict.NOT_OBSERVABLE, reason)
        elif answer.status in _REFUSALS:
            yield passed(answer, requirement)
        else:
            message = f"a body with a fault is not refused: {what.partition(' at ')[0]}"
            expected, actual = "400, 415 or 422", f"{answer.status} to {what}"
            yield violated(answer, requirement, message, expected=expected, actual=actual)
    if answer.ok and write.call.operation.role is Role.CREATE:
        yield from clean(answer, subject)
    return answer


def _bad_references(write: Write, subject: Subject) -> Iterator[tuple[str, Any]]:
    """The valid body with one link as a bare id, and as the URL of something that does not exist."""
    if not isinstance(write.body, dict):
        return
    for name, known in write.links.items():
        many = isinstance(known[0], list)
        url = known[0][0] if many else known[0]
        if write.body.get(name) != known[0] or "://" not in url:
            continue
        head, _, key = url.rpartition("/")
        lost = f"{head}/{stranger(write.call.operation, subject, key[:4])}"
        yield f"{name} is a bare id", {**write.body, name: [key] if many else key}
        yield f"{name} leads to nothing", {**write.body, name: [lost] if many else lost}
        return


def _seen_in(write: Write, subject: Subject) -> Call | None:
    """Where an effect would show: the list for something new, else the resource itself."""
    operation = write.call.operation
    resource = subject.model.by_name.get(operation.resource)
    if operation.role is Role.CREATE and resource is not None and (lister := list_of(resource, subject)) is not None:
        headers = write.call.headers if lister.user_header else ()
        return Call(lister, write.call.path, headers=headers, identity=write.call.identity)
    return reader_for(write.call, subject)


def _untouched(before: Answer, after: Answer, sent: list[tuple[Answer, Any]], reader: Call) -> Steps[None]:
    """WRT-05: nothing of what was refused is there now. What else changed meanwhile is not ours to judge.

    What was taken once is taken again: somebody else may have made or changed a thing just so in between.
    """
    if not after.ok:
        return
    old = {_name(item): item for _, item in before.objects}
    for answer, body in sent:
        for at, item in after.objects:
            was = old.get(_name(item))
            taken = _taken(was, item, body)
            if not taken or (was is not None and answer.operation.role is Role.CREATE):
                continue
            lasting: bool | None
            if was is None:
                lasting = yield from _made_again(answer, body, reader)
            else:
                lasting = yield from _taken_again(answer, body, {name: was.get(name) for name in taken}, reader)
            if lasting is None:
                reason = "a value of a refused body is there now, and was not put back: perhaps it is somebody else's"
                yield observed(answer, "WRT-05", Verdict.INCONCLUSIVE, reason, pointer=at, also=(before, after))
                return
            if lasting:
                message = "a write that was refused took effect"
                yield violated(
                    answer, "WRT-05", message,
                    expected="nothing changed", actual=quote(taken), pointer=at, also=(before, after),
                )  # fmt: skip
                return
    yield passed(sent[0][0], "WRT-05")


def _made_again(answer: Answer, body: Any, reader: Call) -> Steps[bool]:
    """Whether the refused body makes a thing each time."""
    before = yield from ask(reader.operation, reader.request(fresh=True))
    yield from ask(answer.operation, answer.exchange.request)
    after = yield from ask(reader.operation, reader.request(fresh=True))
    known = {_name(item) for _, item in before.objects}
    return any(_name(item) not in known and _taken(None, item, body) for _, item in after.objects)


def _taken_again(answer: Answer, body: Any, old: dict[str, Any], reader: Call) -> Steps[bool | None]:
    """Whether the refused body changes the thing again, once it was put back; None where that is refused."""
    request = answer.exchange.request
    back = yield from ask(answer.operation, msgspec.structs.replace(request, body=msgspec.json.encode(old)))
    if not back.ok:
        return None
    before = yield from ask(reader.operation, reader.request(fresh=True))
    yield from ask(answer.operation, request)
    after = yield from ask(reader.operation, reader.request(fresh=True))
    known = {_name(item): item for _, item in before.objects}
    pairs = ((known.get(_name(item)), item) for _, item in after.objects)
    return any(was is not None and _taken(was, item, body) for was, item in pairs)


def _name(item: dict[str, Any]) -> str:
    return str(item.get("url", item.get("id", "")))


def _taken(was: dict[str, Any] | None, item: dict[str, Any], body: Any) -> dict[str, Any]:
    """The values of a refused body that an item has now and had not before; a new item must have all, and several."""
    if not isinstance(body, dict):
        return {}
    plain = {n: v for n, v in body.items() if n in item and not isinstance(v, dict | list | None)}
    if was is None:
        return plain if len(plain) > 1 and all(item[name] == value for name, value in plain.items()) else {}
    return {n: v for n, v in plain.items() if item[n] == v and was.get(n, ABSENT) != v}


PROBES = (
    Probe("all-refusals", ALL, _applies, _needs(_MANY), _refusing(_MANY), profile=Profile.DEEP, rank=2, writes=True),
    Probe("refusals", ALL, _applies, _needs(_FEW), _refusing(_FEW), rank=1, writes=True),
)
