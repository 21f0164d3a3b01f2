"""ERR-08, WRT-05, WRT-06 and WRT-08: a write that is wrong is refused, and changes nothing.

Even a body that is no JSON is sent only where writes are allowed: a server that does not look at it may act all the
same, and some of these operations move real load.
"""

from typing import Any

import msgspec

from conformance.answers import Answer
from conformance.blame import GENERAL, blamed
from conformance.comparing import ABSENT
from conformance.judging import observed, passed, quote, violated
from conformance.model import Operation, Outcome, Profile, ResourceModel, Role, Verdict
from conformance.probes.arguments import Call, Missing, list_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.changes import put_back
from conformance.probes.reading import plain_read
from conformance.probes.writing import Write, clean, has_json_body, reader_for, writable, write_of
from conformance.probes.wrong_bodies import NAMED, UNREADABLE, Wrong, wrong_bodies
from conformance.subject import Subject

ALL = ("ERR-08", "WRT-05", "WRT-06", "WRT-08")
_FEW, _MANY = len(NAMED) + 1, 60  # wrong bodies of one operation, before and in the profile deep
_ALONE = 3  # members of one operation's body that are tried alone, because a refusal did not name them
_REFUSALS = {400, 409, 413, 415, 422}
_UNDECIDED = {401, 403, 404}  # answered before the body is looked at


def _applies(operation: Operation, model: ResourceModel) -> bool:
    return not operation.safe and has_json_body(operation)


def _needs(most: int) -> Any:
    return lambda operation, model: (
        *plain_read(operation, model)[:-1],
        Need(f"refused {operation.key}", UNREADABLE + most + 2, shared=False),
    )


def _refusing(most: int) -> Any:
    def refusals(operation: Operation, subject: Subject) -> Steps[None]:
        """Bodies with faults of one sort each, bad references among them; the state before and after."""
        write = yield from write_of(operation, subject, "refused")
        if isinstance(write, Missing):
            yield from untested(ALL, operation, write)
            return
        reader = _seen_in(write, subject)
        before = (yield from ask(reader.operation, reader.request(fresh=True))) if reader else None
        sent: list[tuple[Answer, Any]] = []
        left = _ALONE
        for wrong in wrong_bodies(write, subject, most):
            answer = yield from _refused(write, wrong, subject)
            sent.append((answer, wrong.body))
            unnamed = [each for name, each in wrong.alone.items() if name not in blamed(answer)]
            for each in unnamed[:left] if len(wrong.alone) > 1 and answer.status in _REFUSALS else ():
                sent.append(((yield from _refused(write, each, subject)), each.body))
                left -= 1
        refused = sent and all(answer.status in _REFUSALS for answer, _ in sent)  # what was taken had an effect anyhow
        after = (yield from ask(reader.operation, reader.request(fresh=True))) if reader and before else None
        if reader and before and before.ok and after and refused:
            yield from _untouched(before, after, sent, reader)
        if before and after and operation.role is Role.UPDATE:
            bodies = [write.body if body is None else body for _, body in sent]
            yield from put_back(
                write, sorted(_there(bodies, after) & {*writable(operation, subject)}), before, after, subject
            )
        for requirement in ALL:
            reason = "no body that is wrong in this way can be made, or no refusal was seen"
            yield _nothing(requirement, operation, reason)

    return refusals


def _there(bodies: list[Any], after: Answer) -> set[str]:
    """The properties that have a value now which one of the bodies gave them."""
    state = after.json if isinstance(after.json, dict) else {}
    members = [(name, value) for body in bodies if isinstance(body, dict) for name, value in body.items()]
    return {name for name, value in members if name in state and state[name] == value}


def _nothing(requirement: str, operation: Operation, reason: str) -> Outcome:
    return Outcome(requirement, operation.key, Verdict.NOT_APPLICABLE, reason)


def _refused(write: Write, wrong: Wrong, subject: Subject) -> Steps[Answer]:
    """One wrong body; what it made is deleted where it was taken."""
    answer = yield from ask(write.call.operation, wrong.request)
    named = blamed(answer)
    for requirement in wrong.requirements:
        if answer.status in (_UNDECIDED | {409} if requirement == "ERR-08" else _UNDECIDED):
            reason = f"{wrong.what}: it answers {answer.status} before it looks at the body"
            yield observed(answer, requirement, Verdict.NOT_OBSERVABLE, reason)
        elif answer.status not in _REFUSALS and not _wrong_indeed(wrong, write, subject):
            yield observed(answer, requirement, Verdict.INCONCLUSIVE, f"{wrong.what}: openapi-core has no objection")
        elif answer.status not in _REFUSALS:
            message = f"a body with a fault is not refused: {wrong.what.partition(' at ')[0]}"
            expected, actual = "400, 415 or 422", f"{answer.status} to {wrong.what}"
            yield violated(answer, requirement, message, expected=expected, actual=actual)
        elif wrong.alone and named and not named & (GENERAL | set(wrong.alone)):
            reason = f"{wrong.what}: it is refused, but for {', '.join(sorted(named))}"
            yield observed(answer, requirement, Verdict.INCONCLUSIVE, reason)
        else:
            yield passed(answer, requirement)
    if answer.ok and write.call.operation.role is Role.CREATE:
        yield from clean(answer, subject)
    return answer


def _wrong_indeed(wrong: Wrong, write: Write, subject: Subject) -> bool:
    """Whether openapi-core calls this very body wrong too, where a schema can tell."""
    by_schema = wrong.body is not None and "WRT-06" in wrong.requirements
    return not by_schema or bool(subject.opinion.request(write.call.operation, wrong.request))


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
