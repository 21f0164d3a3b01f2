"""ERR-08, WRT-05, WRT-06 and WRT-08: a wrong write is refused, and changes nothing.

Even a body that is not JSON is sent only where writes are allowed: a server that ignores the body may act
nevertheless, and some of these operations switch real loads.
"""

from typing import Any

import msgspec

from conformance.evidence.differences import ABSENT
from conformance.evidence.field_errors import GENERAL, blamed
from conformance.evidence.outcomes import observed, passed, quote, violated
from conformance.evidence.responses import Answer
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Profile, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Call, Missing, list_of, untested
from conformance.probes.toolkit.property_values import put_back
from conformance.probes.toolkit.write_requests import Write, clean, has_json_body, reader_for, writable, write_of
from conformance.probes.writes.body_defects import NAMED, UNREADABLE, Wrong, wrong_bodies

ALL = ("ERR-08", "WRT-05", "WRT-06", "WRT-08")
_FEW, _MANY = len(NAMED) + 1, 60  # wrong bodies of one operation, before and in the profile deep
_ALONE = 3  # members of one operation's body that are tried alone, because a refusal did not name them
_REFUSALS = {400, 409, 413, 415, 422}
_UNDECIDED = {401, 403, 404}  # answered before the body is looked at


def _applies(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a write with a JSON body."""
    return not operation.safe and has_json_body(operation)


def _needs(most: int) -> Any:
    """Return a function that gives the needs of `most` wrong bodies."""
    return lambda operation, model: (
        *plain_read(operation, model)[:-1],
        Need(f"refused {operation.key}", UNREADABLE + most + 2, shared=False),
    )


def _refusing(most: int) -> Any:
    """Return the run function of a probe that sends up to `most` wrong bodies."""

    def refusals(operation: Operation, subject: Subject) -> Steps[None]:
        """Bodies with faults of one sort each, bad references among them; the state before and after."""
        write = yield from write_of(operation, subject, "refused")
        if isinstance(write, Missing):
            yield from untested(ALL, operation, write)
            return
        reader = _seen_in(write, subject)
        before = (yield from ask(reader.operation, reader.request(fresh=True))) if reader else None
        sent: list[tuple[Answer, Any]] = []
        alone_left = _ALONE
        for wrong in wrong_bodies(write, subject, most):
            response = yield from _refused(write, wrong, subject)
            sent.append((response, wrong.body))
            unnamed = [part for name, part in wrong.alone.items() if name not in blamed(response)]
            for part in unnamed[:alone_left] if len(wrong.alone) > 1 and response.status in _REFUSALS else ():
                sent.append(((yield from _refused(write, part, subject)), part.body))
                alone_left -= 1
        # A body that was accepted has an effect in any case.
        refused = sent and all(response.status in _REFUSALS for response, _ in sent)
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
    """Return the properties that now have a value from one of the bodies."""
    state = after.json if isinstance(after.json, dict) else {}
    members = [(name, value) for body in bodies if isinstance(body, dict) for name, value in body.items()]
    return {name for name, value in members if name in state and state[name] == value}


def _nothing(requirement: str, operation: Operation, reason: str) -> Outcome:
    """Return an outcome for a requirement that could not be judged."""
    return Outcome(requirement, operation.key, Verdict.NOT_APPLICABLE, reason)


def _refused(write: Write, wrong: Wrong, subject: Subject) -> Steps[Answer]:
    """Send one wrong body and judge the response; delete what it created where it was accepted."""
    response = yield from ask(write.call.operation, wrong.request)
    blamed_fields = blamed(response)
    for requirement in wrong.requirements:
        if response.status in (_UNDECIDED | {409} if requirement == "ERR-08" else _UNDECIDED):
            reason = f"{wrong.what}: it answers {response.status} before it looks at the body"
            yield observed(response, requirement, Verdict.NOT_OBSERVABLE, reason)
        elif response.status not in _REFUSALS and not _wrong_indeed(wrong, write, subject):
            yield observed(response, requirement, Verdict.INCONCLUSIVE, f"{wrong.what}: openapi-core has no objection")
        elif response.status not in _REFUSALS:
            message = f"a body with a fault is not refused: {wrong.what.partition(' at ')[0]}"
            expected, actual = "400, 415 or 422", f"{response.status} to {wrong.what}"
            yield violated(response, requirement, message, expected=expected, actual=actual)
        elif wrong.alone and blamed_fields and not blamed_fields & (GENERAL | set(wrong.alone)):
            reason = f"{wrong.what}: it is refused, but for {', '.join(sorted(blamed_fields))}"
            yield observed(response, requirement, Verdict.INCONCLUSIVE, reason)
        else:
            yield passed(response, requirement)
    if response.ok and write.call.operation.role is Role.CREATE:
        yield from clean(response, subject)
    return response


def _wrong_indeed(wrong: Wrong, write: Write, subject: Subject) -> bool:
    """Return whether openapi-core calls this very body wrong too, where a schema can tell."""
    by_schema = wrong.body is not None and "WRT-06" in wrong.requirements
    return not by_schema or bool(subject.opinion.request(write.call.operation, wrong.request))


def _seen_in(write: Write, subject: Subject) -> Call | None:
    """Return the read in which an effect would show: the list for a creation, else the resource itself."""
    operation = write.call.operation
    resource = subject.model.by_name.get(operation.resource)
    if operation.role is Role.CREATE and resource is not None and (lister := list_of(resource, subject)) is not None:
        headers = write.call.headers if lister.user_header else ()
        return Call(lister, write.call.path, headers=headers, identity=write.call.identity)
    return reader_for(write.call, subject)


def _untouched(before: Answer, after: Answer, sent: list[tuple[Answer, Any]], reader: Call) -> Steps[None]:
    """Check that nothing of the refused bodies is in effect (WRT-05). Other changes in the meantime do not count.

    An effect must show twice, since another client may have created or changed a resource with the same values.
    """
    if not after.ok:
        return
    old = {_name(item): item for _, item in before.objects}
    for response, body in sent:
        for at, item in after.objects:
            old_item = old.get(_name(item))
            taken_values = _taken(old_item, item, body)
            if not taken_values or (old_item is not None and response.operation.role is Role.CREATE):
                continue
            lasting: bool | None
            if old_item is None:
                lasting = yield from _made_again(response, body, reader)
            else:
                lasting = yield from _taken_again(
                    response, body, {name: old_item.get(name) for name in taken_values}, reader
                )
            if lasting is None:
                reason = "a value of a refused body is there now, and was not put back: perhaps it is somebody else's"
                yield observed(response, "WRT-05", Verdict.INCONCLUSIVE, reason, pointer=at, also=(before, after))
                return
            if lasting:
                message = "a write that was refused took effect"
                yield violated(
                    response, "WRT-05", message,
                    expected="nothing changed", actual=quote(taken_values), pointer=at, also=(before, after),
                )  # fmt: skip
                return
    yield passed(sent[0][0], "WRT-05")


def _made_again(response: Answer, body: Any, reader: Call) -> Steps[bool]:
    """Return whether the refused body creates a resource each time."""
    before = yield from ask(reader.operation, reader.request(fresh=True))
    yield from ask(response.operation, response.exchange.request)
    after = yield from ask(reader.operation, reader.request(fresh=True))
    known = {_name(item) for _, item in before.objects}
    return any(_name(item) not in known and _taken(None, item, body) for _, item in after.objects)


def _taken_again(response: Answer, body: Any, old: dict[str, Any], reader: Call) -> Steps[bool | None]:
    """Return whether the refused body changes the resource again after it was restored; None where that is refused."""
    request = response.exchange.request
    back = yield from ask(response.operation, msgspec.structs.replace(request, body=msgspec.json.encode(old)))
    if not back.ok:
        return None
    before = yield from ask(reader.operation, reader.request(fresh=True))
    yield from ask(response.operation, request)
    after = yield from ask(reader.operation, reader.request(fresh=True))
    known = {_name(item): item for _, item in before.objects}
    pairs = ((known.get(_name(item)), item) for _, item in after.objects)
    return any(was is not None and _taken(was, item, body) for was, item in pairs)


def _name(item: dict[str, Any]) -> str:
    """Return the url of an item, else its id."""
    return str(item.get("url", item.get("id", "")))


def _taken(was: dict[str, Any] | None, item: dict[str, Any], body: Any) -> dict[str, Any]:
    """Return the values of a refused body that an item has now and had not before.

    A new item must have all of them, and several.
    """
    if not isinstance(body, dict):
        return {}
    plain_values = {n: v for n, v in body.items() if n in item and not isinstance(v, dict | list | None)}
    if was is None:
        return (
            plain_values
            if len(plain_values) > 1 and all(item[name] == value for name, value in plain_values.items())
            else {}
        )
    return {n: v for n, v in plain_values.items() if item[n] == v and was.get(n, ABSENT) != v}


PROBES = (
    Probe("all-refusals", ALL, _applies, _needs(_MANY), _refusing(_MANY), profile=Profile.DEEP, rank=2, writes=True),
    Probe("refusals", ALL, _applies, _needs(_FEW), _refusing(_FEW), rank=1, writes=True),
)
