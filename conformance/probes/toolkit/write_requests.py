"""Bodies and requests of writes: valid ones from the description and existing resources, and what they created."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from conformance.evidence.responses import OperationResponse, find_reader
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_parent_path, match_path, strip_base_url
from conformance.model import Noticed, Operation, Request, ResourceModel, Role
from conformance.probes.toolkit.base import Steps, UnsafeRequest, list_own_requests, send
from conformance.probes.toolkit.body_links import find_links, resolve_pointer, resolve_schema, walk_properties
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call
from conformance.safety.creations import find_created_path

if TYPE_CHECKING:
    from strategies.defects import Defect

JSON = "application/json"
_MAX_BODY_BYTES = 16_384  # of a wrong body: a larger one may be refused for its size, and takes seconds to judge
_MAX_TEXT = 200  # characters of a text that has no limit
_ODD_TEXT = "\u017bo\u0301\u0142w \U0001f697 a<b & c%41"  # beyond ASCII, decomposed, beyond the BMP; easily escaped


class Write(msgspec.Struct, frozen=True):
    """A write that should succeed: its call, its body, and the links in the body by property name."""

    call: OperationCall
    body: Any
    links: dict[str, tuple[Any, ...]] = {}

    def request(self, body: Any) -> Request:
        """Return the call with a body; None sends none."""
        plain = self.call.build_request()
        if body is None:
            return plain
        content = msgspec.json.encode(body)
        return msgspec.structs.replace(plain, body=content, headers=(*plain.headers, ("Content-Type", JSON)))


def has_json_body(operation: Operation) -> bool:
    """Return whether the operation documents a JSON body."""
    return operation.body is not None and any(media.type == JSON and media.schema for media in operation.body.media)


def build_write(
    operation: Operation, subject: Subject, mark: str = "", identity: str = "full"
) -> Steps[Write | Missing]:
    """Build a write with existing ids in its path and links to existing resources in its body.

    `mark` makes the names in the body differ from those of other writes.
    """
    from strategies.bodies import sample_body  # noqa: PLC0415 - Hypothesis is loaded only where something is written

    call = yield from find_call(operation, subject, identity)
    if isinstance(call, Missing):
        return call
    if not has_json_body(operation):
        return Write(call, None)
    links = yield from find_links(operation, subject, identity)
    body = sample_body(subject.validators, operation, known={**_plausible_values(operation, subject, mark), **links})
    if body is None:
        return Missing("no valid body can be made from the description")
    return Write(call, body, links)


def build_least_body(write: Write, subject: Subject) -> Any:
    """Return the body with only the required properties where that is valid, else the whole body."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - strategies is imported when it is needed

    if not isinstance(write.body, dict):
        return write.body
    needed = resolve_pointer(subject, schema_of_body(write.call.operation)).get("required", ())
    small = {name: value for name, value in write.body.items() if name in needed}
    return write.body if subject.validators.validate_request_body(write.call.operation, JSON, small) else small


def build_contrary_body(write: Write, subject: Subject) -> Any:
    """Return the body with values that are easily lost: false, 0, characters beyond ASCII or with another meaning."""
    if not isinstance(write.body, dict):
        return write.body
    body = write.body
    for name, schema in find_writable(write.call.operation, subject).items():
        value = body.get(name)
        if isinstance(value, bool):
            value = not value
        elif isinstance(value, int | float):
            value = max(0, schema.get("minimum", 0))
        elif isinstance(value, str) and not {"enum", "format", "pattern"} & {*schema} and "://" not in value:
            value = f"{value} {_ODD_TEXT}"[: schema.get("maxLength", _MAX_TEXT)]
        changed_body = {**body, name: value}
        if name in body and not subject.validators.validate_request_body(write.call.operation, JSON, changed_body):
            body = changed_body
    return body


def draw_defects(write: Write, subject: Subject, max_count: int) -> "tuple[Defect, ...]":
    """Return up to `max_count` bodies, of many classes, that are wrong in one place each, as both validators agree."""
    from strategies.bodies import list_agreed_defects  # noqa: PLC0415 - strategies is imported when it is needed

    operation = write.call.operation
    defects = list(list_agreed_defects(subject.validators, subject.second_opinion, operation, write.body))
    subject.make_random("defects", operation.key).shuffle(defects)
    first_of_class: dict[str, Defect] = {}
    for defect in defects:
        first_of_class.setdefault(defect.name, defect)
    spread = [*first_of_class.values(), *(defect for defect in defects if first_of_class[defect.name] is not defect)]
    return tuple(
        islice((defect for defect in spread if len(write.request(defect.body).body) <= _MAX_BODY_BYTES), max_count)
    )


def find_writable(operation: Operation, subject: Subject) -> Mapping[str, Any]:
    """Return the schemas of the body's properties that are not read-only, by name, with references resolved."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - strategies is imported when it is needed

    properties = resolve_pointer(subject, schema_of_body(operation)).get("properties", {})
    schemas = {name: resolve_schema(subject, schema) for name, schema in properties.items()}
    return {name: schema for name, schema in schemas.items() if not schema.get("readOnly")}


def find_read_only(operation: Operation, subject: Subject) -> frozenset[str]:
    """Return the properties that the description marks as read-only, in the body or in the resource that is read."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - strategies is imported when it is needed

    pointers = [operation.item_schema] if operation.item_schema else []
    pointers += [schema_of_body(operation)] if has_json_body(operation) else []
    return frozenset(
        name
        for pointer in pointers
        for name, schema in resolve_pointer(subject, pointer).get("properties", {}).items()
        if resolve_schema(subject, schema).get("readOnly")
    )


def find_effect_reader(call: OperationCall, subject: Subject) -> OperationCall | None:
    """Return the read that shows the effect of a write: of the same path, or for an action of the path before it."""
    path = call.path
    while path.count("/") > 0 and path != "/":
        operation = find_reader(path, subject.model)
        if operation is not None:
            headers = call.headers if operation.user_header == call.operation.user_header else ()
            return OperationCall(operation, path, headers=headers, identity=call.identity)
        head, colon, action = path.rpartition(":")
        path = head if colon and "/" not in action else extract_parent_path(path)
    return None


def find_address(response: OperationResponse, subject: Subject) -> str:
    """Return the request target of the resource that a write created: its `url`, else its `Location`.

    It is empty where the response has neither.
    """
    body = response.json if isinstance(response.json, dict) else {}
    http_response = response.exchange.response
    url = body.get("url") or (http_response.find_header("location") if http_response else None)
    target = strip_base_url(subject.target.base_url, url) if isinstance(url, str) else None
    return urlsplit(target).path if target else ""


def find_deleter(path: str, subject: Subject) -> Operation | None:
    """Return the operation that deletes the resource at a path."""
    fitting = (o for o in subject.model.operations if o.role is Role.DELETE and match_path(o.path, path) is not None)
    return next(fitting, None)


def is_new(response: OperationResponse) -> bool:
    """Return whether a response says that it created a resource with an address of its own, which may be deleted."""
    request, http_response = response.exchange.request, response.exchange.response
    path = urlsplit(response.exchange.url).path
    return http_response is not None and bool(find_created_path(request.method, path, http_response))


def creation_and_deletion(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the request of a write, and the requests that delete the resource it creates."""
    deletions = (
        UnsafeRequest("DELETE", deleter.path, undo=True)
        for deleter in model.operations
        if deleter.role is Role.DELETE and deleter.path.rpartition("/")[0] == operation.path
    )
    return (*list_own_requests(operation, model), *deletions)


def delete_created(response: OperationResponse, subject: Subject) -> Steps[OperationResponse | None]:
    """Delete the resource that a write created, where the API allows; return the response, or report what stays."""
    path = find_address(response, subject)
    if not response.is_success:
        return None
    deleter = find_deleter(path, subject) if path and is_new(response) else None
    if deleter is None:
        description = path or "a resource without an address"
        yield Noticed("cleanup", f"{description} was created and cannot be deleted", response.operation.key)
        return None
    deletion = yield from send(
        deleter, Request(deleter.key, "DELETE", path, identity=response.exchange.request.identity)
    )
    if not deletion.is_success:
        yield Noticed(
            "cleanup", f"{path} was created, and its deletion gives {deletion.status}", response.operation.key
        )
    return deletion


def _plausible_values(operation: Operation, subject: Subject, mark: str) -> dict[str, tuple[Any, ...]]:
    """Return values that no schema can require: names that nothing has yet, and future intervals in order."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - strategies is imported when it is needed

    values: dict[str, tuple[Any, ...]] = {}
    tomorrow = subject.today + timedelta(days=1)
    for name, schema, _ in walk_properties(subject, schema_of_body(operation)):
        words = {*name.split("_")}
        if schema.get("format") == "date-time" and words & {"start", "end"}:
            moment = tomorrow + timedelta(hours="end" in words)
            values[name] = (moment.isoformat().replace("+00:00", "Z"),)
        elif name == "name" and schema.get("type") == "string" and not {"enum", "pattern"} & {*schema}:
            number = subject.make_random("name", operation.key, str(subject.today), mark).randrange(10**6)
            values[name] = (f"Conformance {number:06}"[: schema.get("maxLength", 60)],)
    return values
