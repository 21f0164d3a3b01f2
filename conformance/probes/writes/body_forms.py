"""VAL-08 to VAL-10: a PATCH without changes changes nothing, and a body may come in every documented form.

`{}` is sent with a spelling of the media type that HTTP admits, so that one request serves two requirements.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from conformance.applicability.selectors import is_json_write
from conformance.evidence.differences import find_differences
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, report_untested
from conformance.probes.toolkit.property_values import find_other_values, restore_values
from conformance.probes.toolkit.write_requests import JSON, Write, build_write, find_effect_reader, find_writable

REQUIREMENTS = ("VAL-08", "VAL-09", "VAL-10")
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_BOUNDARY = "evconform-4f1c"
# RFC 9110, section 8.3.1: type and subtype are without case; RFC 8259, section 11: a charset has no effect.
_SPELLINGS = ("Application/JSON; charset=utf-8", 'application/JSON;charset="UTF-8"')


def _has_other_forms(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is an update by JSON that documents another form too."""
    return operation.role is Role.UPDATE and is_json_write(operation, model) and bool(_list_forms(operation))


def _has_json_alone(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.UPDATE and is_json_write(operation, model) and not _list_forms(operation)


def _list_forms(operation: Operation) -> list[str]:
    """Return the documented media types of the body beside JSON that the suite can write."""
    documented = operation.body.media if operation.body else ()
    return [media.type for media in documented if media.type in {_FORM, _MULTIPART}]


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the resource, `{}` with two reads, and three requests a form."""
    count = 3 + 3 * len(_list_forms(operation))
    return (*plain_read_needs(operation, model)[:-1], Need(f"forms {operation.key}", count, shared=False))


def send_body_forms(operation: Operation, subject: Subject) -> Steps[None]:
    """Send `{}` with another spelling of JSON, and a change in each other documented form."""
    write = yield from build_write(operation, subject)
    reader = find_effect_reader(write.call, subject) if isinstance(write, Write) else None
    if isinstance(write, Missing) or reader is None:
        missing = (
            write if isinstance(write, Missing) else Missing("no operation reads the resource that this one changes")
        )
        yield from report_untested(REQUIREMENTS, operation, missing)
        return
    before = yield from _read(reader)
    if not before.is_success or not isinstance(before.json, dict):
        yield from report_untested(REQUIREMENTS, operation, Missing(f"the resource cannot be read: {before.status}"))
        return
    if subject.validators.validate_request_body(operation, JSON, {}):
        yield skip_case("VAL-09", operation.key, Verdict.NOT_APPLICABLE, "the body has required properties")
    else:
        yield from _send_nothing(write, reader, before, subject)
    for form in _list_forms(operation):
        yield from _send_form(form, write, reader, before, subject)
    for requirement in REQUIREMENTS:
        yield skip_case(requirement, operation.key, Verdict.NOT_APPLICABLE, "the body has no other form")


def _read(reader: OperationCall) -> Steps[OperationResponse]:
    return (yield from send(reader.operation, reader.build_request(fresh=True)))


def _send_nothing(write: Write, reader: OperationCall, before: OperationResponse, subject: Subject) -> Steps[None]:
    """Send `{}`, which changes nothing (VAL-09); the spelling of its type is no reason to refuse it (VAL-10)."""
    operation = write.call.operation
    spelling = subject.make_random("spelling", operation.key).choice(_SPELLINGS)
    response = yield from send(operation, _build_request(write, b"{}", spelling))
    after = yield from _read(reader)
    if not response.is_success:
        plain = yield from send(operation, _build_request(write, b"{}", JSON))
        if plain.is_success and response.status < 500:
            message = "a body is refused for the spelling of its media type"
            yield fail_case(
                response, "VAL-10", message, expected=f"2xx for {spelling}", actual=str(response.status), also=(plain,)
            )
        response, after = plain, (yield from _read(reader))
    else:
        yield pass_case(response, "VAL-10")
    changes = list(_find_changes(before, after, operation, subject))
    if changes and response.status < 500:
        again = yield from _read(reader)
        changes = [change for change in _find_changes(before, again, operation, subject) if change in changes]
    for pointer, old, new in changes[:1]:
        message = "a PATCH without properties changes a value"
        yield fail_case(
            response, "VAL-09", message, expected=quote_json(old), actual=quote_json(new), pointer=pointer,
            also=(before, after),
        )  # fmt: skip
    if response.is_success and not changes:
        yield pass_case(response, "VAL-09")
    elif not changes:
        yield judge_case(
            response, "VAL-09", Verdict.NOT_OBSERVABLE, f"a PATCH without properties returns {response.status}"
        )


def _find_changes(
    before: OperationResponse, after: OperationResponse, operation: Operation, subject: Subject
) -> Iterator[tuple[str, Any, Any]]:
    """Yield the differences of two reads in what the operation may change."""
    names = {*find_writable(operation, subject)}
    for difference in find_differences(before.json, after.json) if after.is_success else ():
        if difference.top_member in names:
            yield difference.pointer, difference.old, difference.new


def _send_form(
    form: str, write: Write, reader: OperationCall, before: OperationResponse, subject: Subject
) -> Steps[None]:
    """Change one property with a body of that form, and put it back (VAL-08)."""
    operation = write.call.operation
    changes = find_other_values(write, before.json, subject)
    texts = {name: value for name, value in changes.items() if isinstance(value, str)}
    if not texts:
        yield skip_case("VAL-08", operation.key, Verdict.NOT_APPLICABLE, f"no text is known to be sent as {form}")
        return
    name, value = next(iter(texts.items()))
    response = yield from send(operation, _build_form(write, form, {name: value}))
    after = yield from _read(reader)
    yield from _judge_form(form, name, value, response, after)
    yield from restore_values(write, [name], before, after, subject)


def _judge_form(
    form: str, name: str, value: str, response: OperationResponse, after: OperationResponse
) -> Iterator[Outcome]:
    shown = after.json.get(name) if isinstance(after.json, dict) else None
    if response.status in {0, 401, 403, 429, 503} or not after.is_success:
        yield judge_case(response, "VAL-08", Verdict.NOT_OBSERVABLE, f"answered {response.status}")
    elif not response.is_success:
        message = f"a body of the documented type {form} is refused"
        yield fail_case(response, "VAL-08", message, expected="2xx", actual=str(response.status))
    elif isinstance(shown, str) and shown.casefold() == value.casefold():
        yield pass_case(response, "VAL-08")
    else:
        message = f"a body of the documented type {form} does not change the properties that it names"
        yield fail_case(
            response, "VAL-08", message, expected=quote_json(value), actual=quote_json(shown), pointer=f"/{name}",
            also=(after,),
        )  # fmt: skip


def _build_form(write: Write, form: str, fields: Mapping[str, str]) -> Request:
    """Build a request with plain fields as a form (URL Living Standard, section 5; RFC 7578)."""
    if form == _FORM:
        return _build_request(write, urlencode(fields, quote_via=quote).encode(), form)
    parts = "".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return _build_request(write, f"{parts}--{_BOUNDARY}--\r\n".encode(), f"{form}; boundary={_BOUNDARY}")


def _build_request(write: Write, content: bytes, media_type: str) -> Request:
    plain = write.call.build_request()
    return msgspec.structs.replace(plain, body=content, headers=(*plain.headers, ("Content-Type", media_type)))


PROBES = (
    Probe("body-forms", REQUIREMENTS, _has_other_forms, _needs, send_body_forms, writes=True),
    Probe("empty-changes", REQUIREMENTS, _has_json_alone, _needs, send_body_forms, rank=2, writes=True),
)
