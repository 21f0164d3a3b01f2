"""WRT-05, WRT-06 and WRT-08: a write that is wrong is refused, and changes nothing."""

from collections.abc import Iterator
from typing import Any

from conformance.answers import Answer
from conformance.comparing import ABSENT
from conformance.judging import observed, passed, quote, violated
from conformance.model import Operation, Outcome, Profile, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, list_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.harmless import stranger
from conformance.probes.reading import plain_read
from conformance.probes.writing import Write, clean, defects_of, has_json_body, reader_for, write_of
from conformance.subject import Subject

ALL = ("WRT-05", "WRT-06", "WRT-08")
_FEW, _MANY = 3, 60  # defects tried of one operation, before and in the profile deep
_REFUSALS = {400, 409, 413, 415, 422}


def _applies(operation: Operation, model: ResourceModel) -> bool:
    return not operation.safe and has_json_body(operation)


def _needs(most: int) -> Any:
    return lambda operation, model: (
        *plain_read(operation, model)[:-1],
        Need(f"refused {operation.key}", most + 4, shared=False),
    )


def _refusing(most: int) -> Any:
    def refusals(operation: Operation, subject: Subject) -> Steps[None]:
        """Bodies with one defect each, bad references among them; the state before and after."""
        write = yield from write_of(operation, subject, "refused")
        if isinstance(write, Missing):
            yield from untested(ALL, operation, write)
            return
        reader = _seen_in(write, subject)
        before = (yield from ask(reader.operation, reader.request(fresh=True))) if reader else None
        sent: list[tuple[Answer, Any]] = []
        for defect in defects_of(write, subject, most) if write.body is not None else ():
            what = f"{defect.name} at {defect.pointer or 'the top'}"
            sent.append((yield from _refused(write, defect.body, "WRT-06", what, subject)))
        for what, body in _bad_references(write, subject):
            sent.append((yield from _refused(write, body, "WRT-08", what, subject)))
        refused = sent and all(answer.status in _REFUSALS for answer, _ in sent)  # what was taken had an effect anyhow
        if reader and before and before.ok and refused:
            after = yield from ask(reader.operation, reader.request(fresh=True))
            yield from _untouched(before, after, sent, reader)
        for requirement in ALL:
            reason = "no body that is wrong in this way can be made, or no refusal was seen"
            yield _nothing(requirement, operation, reason)

    return refusals


def _nothing(requirement: str, operation: Operation, reason: str) -> Outcome:
    return Outcome(requirement, operation.key, Verdict.NOT_APPLICABLE, reason)


def _refused(write: Write, body: Any, requirement: str, what: str, subject: Subject) -> Steps[tuple[Answer, Any]]:
    """One wrong body; what it made is deleted where it was taken. The answer and the body."""
    answer = yield from ask(write.call.operation, write.request(body))
    if answer.status in _REFUSALS:
        yield passed(answer, requirement)
    elif answer.status in {401, 403, 404}:
        reason = f"it answers {answer.status} before it looks at the body"
        yield observed(answer, requirement, Verdict.NOT_OBSERVABLE, reason)
    else:
        message = f"a body that is wrong is not refused: {what}"
        yield violated(answer, requirement, message, expected="400 or 422", actual=str(answer.status))
        if write.call.operation.role is Role.CREATE:
            yield from clean(answer, subject)
    return answer, body


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
    """WRT-05: nothing of what was refused is there now. What else changed meanwhile is not ours to judge."""
    if not after.ok:
        return
    old = {_name(item): item for _, item in before.objects}
    for answer, body in sent:
        for at, item in after.objects:
            was = old.get(_name(item))
            taken = _taken(was, item, body)
            if taken and (was is not None or (yield from _once_more(answer, body, reader))):
                message = "a write that was refused took effect"
                yield violated(
                    answer, "WRT-05", message,
                    expected="nothing changed", actual=quote(taken), pointer=at, also=(before, after),
                )  # fmt: skip
                return
    yield passed(sent[0][0], "WRT-05")


def _once_more(answer: Answer, body: Any, reader: Call) -> Steps[bool]:
    """Whether the refused body makes a thing each time: what else is new may be anybody's, and be like it."""
    before = yield from ask(reader.operation, reader.request(fresh=True))
    yield from ask(answer.operation, answer.exchange.request)
    after = yield from ask(reader.operation, reader.request(fresh=True))
    known = {_name(item) for _, item in before.objects}
    return any(_name(item) not in known and _taken(None, item, body) for _, item in after.objects)


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
    Probe("refusals", ALL, _applies, _needs(_FEW), _refusing(_FEW), rank=2, writes=True),
)
