"""ERR-08, WRT-05, WRT-06, WRT-08 and VAL-11: a wrong write is refused, and changes nothing.

Even a body that is not JSON is sent only where writes are allowed: a server that ignores the body may act
nevertheless, and some of these operations switch real loads.
"""

from typing import Any

import msgspec

from conformance.applicability.selectors import is_json_write
from conformance.evidence.differences import ABSENT
from conformance.evidence.field_errors import GENERAL_ERROR_KEYS, find_reported_members
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Profile, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_list_operation, report_untested
from conformance.probes.toolkit.property_values import restore_values
from conformance.probes.toolkit.write_requests import (
    Write,
    build_write,
    delete_created,
    find_effect_reader,
    find_writable,
)
from conformance.probes.writes.body_defects import NAMED_DEFECTS, UNREADABLE_BODIES, WrongBody, build_wrong_bodies
from conformance.probes.writes.chunked_bodies import choose_for_chunks, send_in_chunks

REFUSAL_REQUIREMENTS = ("ERR-08", "WRT-05", "WRT-06", "WRT-08", "VAL-11")
_FEW, _MANY = len(NAMED_DEFECTS) + 1, 60  # wrong bodies of one operation, before and in the profile deep
_ALONE = 3  # members of one operation's body that are tried alone, because a refusal did not name them
_REFUSALS = {400, 409, 413, 415, 422}
_UNDECIDED = {401, 403, 404}  # returned before the body is looked at


def _needs(most: int) -> Any:
    """Return a function that gives the needs of `most` wrong bodies."""
    return lambda operation, model: (
        *plain_read_needs(operation, model)[:-1],
        Need(f"refused {operation.key}", UNREADABLE_BODIES + most + 2, shared=False),
    )


def _make_run(most: int) -> Any:
    """Return the run function of a probe that sends up to `most` wrong bodies."""

    def refusals(operation: Operation, subject: Subject) -> Steps[None]:
        """Bodies with faults of one sort each, bad references among them; the state before and after."""
        write = yield from build_write(operation, subject, "refused")
        if isinstance(write, Missing):
            yield from report_untested(REFUSAL_REQUIREMENTS, operation, write)
            return
        reader = _find_effect_read(write, subject)
        before = (yield from send(reader.operation, reader.build_request(fresh=True))) if reader else None
        sent: list[tuple[OperationResponse, Any]] = []
        alone_left = _ALONE
        wrong_bodies = tuple(build_wrong_bodies(write, subject, most))
        in_chunks = choose_for_chunks(wrong_bodies, write, subject)
        for wrong in wrong_bodies:
            response = yield from _send_wrong_body(write, wrong, subject, is_chunked=wrong is in_chunks)
            sent.append((response, wrong.body))
            unnamed = [part for name, part in wrong.alone.items() if name not in find_reported_members(response)]
            for part in unnamed[:alone_left] if len(wrong.alone) > 1 and response.status in _REFUSALS else ():
                sent.append(((yield from _send_wrong_body(write, part, subject)), part.body))
                alone_left -= 1
        # A body that was accepted has an effect in any case.
        refused = sent and all(response.status in _REFUSALS for response, _ in sent)
        after = (yield from send(reader.operation, reader.build_request(fresh=True))) if reader and before else None
        if reader and before and before.is_success and after and refused:
            yield from _check_unchanged(before, after, sent, reader)
        if before and after and operation.role is Role.UPDATE:
            bodies = [write.body if body is None else body for _, body in sent]
            yield from restore_values(
                write,
                sorted(_find_kept_names(bodies, after) & {*find_writable(operation, subject)}),
                before,
                after,
                subject,
            )
        for requirement in REFUSAL_REQUIREMENTS:
            reason = "no body with this kind of fault can be made, or no refusal was seen"
            yield _not_applicable(requirement, operation, reason)

    return refusals


def _find_kept_names(bodies: list[Any], after: OperationResponse) -> set[str]:
    """Return the properties that now have a value from one of the bodies."""
    state = after.json if isinstance(after.json, dict) else {}
    members = [(name, value) for body in bodies if isinstance(body, dict) for name, value in body.items()]
    return {name for name, value in members if name in state and state[name] == value}


def _not_applicable(requirement: str, operation: Operation, reason: str) -> Outcome:
    """Return an outcome for a requirement that could not be judged."""
    return Outcome(requirement, operation.key, Verdict.NOT_APPLICABLE, reason)


def _send_wrong_body(
    write: Write, wrong: WrongBody, subject: Subject, *, is_chunked: bool = False
) -> Steps[OperationResponse]:
    """Send one wrong body and judge the response; delete what it created where it was accepted."""
    if is_chunked:
        response = yield from send_in_chunks(wrong, write, subject)
    else:
        response = yield from send(write.call.operation, wrong.request)
    blamed_fields = find_reported_members(response)
    for requirement in wrong.requirements:
        if response.status in (_UNDECIDED | {409} if requirement == "ERR-08" else _UNDECIDED):
            reason = f"{wrong.label}: it returns {response.status} before it looks at the body"
            yield judge_case(response, requirement, Verdict.NOT_OBSERVABLE, reason)
        elif response.status not in _REFUSALS and not _is_surely_wrong(wrong, write, subject):
            yield judge_case(response, requirement, Verdict.INCONCLUSIVE, f"{wrong.label}: openapi-core accepts it")
        elif response.status not in _REFUSALS:
            message = f"a body with a fault is not refused: {wrong.label.partition(' at ')[0]}"
            expected, actual = "400, 415 or 422", f"{response.status} to {wrong.label}"
            yield fail_case(response, requirement, message, expected=expected, actual=actual)
        elif wrong.alone and blamed_fields and not blamed_fields & (GENERAL_ERROR_KEYS | set(wrong.alone)):
            reason = f"{wrong.label}: it is refused, but because of {', '.join(sorted(blamed_fields))}"
            yield judge_case(response, requirement, Verdict.INCONCLUSIVE, reason)
        else:
            yield pass_case(response, requirement)
    if response.is_success and write.call.operation.role is Role.CREATE:
        yield from delete_created(response, subject)
    return response


def _is_surely_wrong(wrong: WrongBody, write: Write, subject: Subject) -> bool:
    """Return whether openapi-core calls this very body wrong too, where a schema can tell."""
    by_schema = wrong.body is not None and "WRT-06" in wrong.requirements
    return not by_schema or bool(subject.second_opinion.validate_request(write.call.operation, wrong.request))


def _find_effect_read(write: Write, subject: Subject) -> OperationCall | None:
    """Return the read in which an effect would show: the list for a creation, else the resource itself."""
    operation = write.call.operation
    resource = subject.model.resources_by_name.get(operation.resource)
    if (
        operation.role is Role.CREATE
        and resource is not None
        and (lister := find_list_operation(resource, subject)) is not None
    ):
        headers = write.call.headers if lister.user_header else ()
        return OperationCall(lister, write.call.path, headers=headers, identity=write.call.identity)
    return find_effect_reader(write.call, subject)


def _check_unchanged(
    before: OperationResponse,
    after: OperationResponse,
    sent: list[tuple[OperationResponse, Any]],
    reader: OperationCall,
) -> Steps[None]:
    """Check that nothing of the refused bodies is in effect (WRT-05). Other changes in the meantime do not count.

    An effect must show twice, since another client may have created or changed a resource with the same values.
    """
    if not after.is_success:
        return
    old = {_item_name(item): item for _, item in before.objects}
    for response, body in sent:
        for at, item in after.objects:
            old_item = old.get(_item_name(item))
            taken_values = _taken_values(old_item, item, body)
            if not taken_values or (old_item is not None and response.operation.role is Role.CREATE):
                continue
            lasting: bool | None
            if old_item is None:
                lasting = yield from _is_created_again(response, body, reader)
            else:
                lasting = yield from _is_changed_again(
                    response, body, {name: old_item.get(name) for name in taken_values}, reader
                )
            if lasting is None:
                reason = "a value of a refused body is shown now, and was not restored: perhaps another client wrote it"
                yield judge_case(response, "WRT-05", Verdict.INCONCLUSIVE, reason, pointer=at, also=(before, after))
                return
            if lasting:
                message = "a write that was refused took effect"
                yield fail_case(
                    response, "WRT-05", message,
                    expected="nothing changed", actual=quote_json(taken_values), pointer=at, also=(before, after),
                )  # fmt: skip
                return
    yield pass_case(sent[0][0], "WRT-05")


def _is_created_again(response: OperationResponse, body: Any, reader: OperationCall) -> Steps[bool]:
    """Return whether the refused body creates a resource each time."""
    before = yield from send(reader.operation, reader.build_request(fresh=True))
    yield from send(response.operation, response.exchange.request)
    after = yield from send(reader.operation, reader.build_request(fresh=True))
    known = {_item_name(item) for _, item in before.objects}
    return any(_item_name(item) not in known and _taken_values(None, item, body) for _, item in after.objects)


def _is_changed_again(
    response: OperationResponse, body: Any, old: dict[str, Any], reader: OperationCall
) -> Steps[bool | None]:
    """Return whether the refused body changes the resource again after it was restored; None where that is refused."""
    request = response.exchange.request
    back = yield from send(response.operation, msgspec.structs.replace(request, body=msgspec.json.encode(old)))
    if not back.is_success:
        return None
    before = yield from send(reader.operation, reader.build_request(fresh=True))
    yield from send(response.operation, request)
    after = yield from send(reader.operation, reader.build_request(fresh=True))
    known = {_item_name(item): item for _, item in before.objects}
    pairs = ((known.get(_item_name(item)), item) for _, item in after.objects)
    return any(was is not None and _taken_values(was, item, body) for was, item in pairs)


def _item_name(item: dict[str, Any]) -> str:
    """Return the url of an item, else its id."""
    return str(item.get("url", item.get("id", "")))


def _taken_values(was: dict[str, Any] | None, item: dict[str, Any], body: Any) -> dict[str, Any]:
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
    Probe(
        "invalid-bodies-all",
        REFUSAL_REQUIREMENTS,
        is_json_write,
        _needs(_MANY),
        _make_run(_MANY),
        profile=Profile.DEEP,
        rank=2,
        writes=True,
    ),
    Probe("invalid-bodies", REFUSAL_REQUIREMENTS, is_json_write, _needs(_FEW), _make_run(_FEW), rank=1, writes=True),
)
