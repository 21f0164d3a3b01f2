"""Bodies and requests of writes: valid ones out of the description and the world, and what was made by them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from conformance.answers import Answer, below, match_path, reader_of
from conformance.model import Link, Noticed, Operation, Request, Resource, ResourceModel, Role
from conformance.probes.arguments import Call, Missing, call_of, list_of
from conformance.probes.base import Steps, UnsafeRequest, ask, own_request
from conformance.safety.gate import created_path
from conformance.subject import Subject

if TYPE_CHECKING:
    from strategies.defects import Defect

JSON = "application/json"
_DEEPEST = 4  # levels of a body in which links are looked for
_LARGEST = 16_384  # bytes of a wrong body: a larger one may be refused for its size, and takes seconds to judge
_PLAIN = 200  # letters of a text that has no limit
_KNOWN = 3  # members of a collection that a link may be drawn from


class Write(msgspec.Struct, frozen=True):
    """A write that ought to succeed: how it is called, its body, and the links in the body by property name."""

    call: Call
    body: Any
    links: dict[str, tuple[Any, ...]] = {}

    def request(self, body: Any) -> Request:
        """The call with a body; None sends none."""
        plain = self.call.request()
        if body is None:
            return plain
        content = msgspec.json.encode(body)
        return msgspec.structs.replace(plain, body=content, headers=(*plain.headers, ("Content-Type", JSON)))


def has_json_body(operation: Operation) -> bool:
    """Whether a JSON body is documented."""
    return operation.body is not None and any(each.type == JSON and each.schema for each in operation.body.media)


def write_of(operation: Operation, subject: Subject, mark: str = "", identity: str = "full") -> Steps[Write | Missing]:
    """A write with real ids in its path, and in its body links to things that exist; `mark` makes names differ."""
    from strategies.bodies import sample_body  # noqa: PLC0415 - Hypothesis is loaded only where something is written

    call = yield from call_of(operation, subject, identity)
    if isinstance(call, Missing):
        return call
    if not has_json_body(operation):
        return Write(call, None)
    links = yield from _links(operation, subject, identity)
    body = sample_body(subject.validators, operation, known={**_plausible(operation, subject, mark), **links})
    if body is None:
        return Missing("no valid body can be made from the description")
    return Write(call, body, links)


def least(write: Write, subject: Subject) -> Any:
    """The body with nothing but what is required, where that is valid; else the whole body."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - see write_of

    if not isinstance(write.body, dict):
        return write.body
    needed = _flat(subject, schema_of_body(write.call.operation)).get("required", ())
    small = {name: value for name, value in write.body.items() if name in needed}
    return write.body if subject.validators.request_body(write.call.operation, JSON, small) else small


def contrary(write: Write, subject: Subject) -> Any:
    """The body with what is easily taken for nothing, or lost on the way: false, 0, letters beyond ASCII."""
    if not isinstance(write.body, dict):
        return write.body
    body = write.body
    for name, schema in writable(write.call.operation, subject).items():
        value = body.get(name)
        if isinstance(value, bool):
            value = not value
        elif isinstance(value, int | float):
            value = max(0, schema.get("minimum", 0))
        elif isinstance(value, str) and not {"enum", "format", "pattern"} & {*schema} and "://" not in value:
            value = f"{value} \u017b\u00f3\u0142w"[: schema.get("maxLength", _PLAIN)]
        other = {**body, name: value}
        if name in body and not subject.validators.request_body(write.call.operation, JSON, other):
            body = other
    return body


def defects_of(write: Write, subject: Subject, most: int) -> "tuple[Defect, ...]":
    """Bodies that are wrong in one place each, as both validators agree; of as many classes as there is room for."""
    from strategies.bodies import agreed_defects  # noqa: PLC0415 - see write_of

    operation = write.call.operation
    found = list(agreed_defects(subject.validators, subject.opinion, operation, write.body))
    subject.random("defects", operation.key).shuffle(found)
    first: dict[str, Defect] = {}
    for each in found:
        first.setdefault(each.name, each)
    spread = [*first.values(), *(each for each in found if first[each.name] is not each)]
    return tuple(islice((each for each in spread if len(write.request(each.body).body) <= _LARGEST), most))


def writable(operation: Operation, subject: Subject) -> Mapping[str, Any]:
    """The properties of the body that are not read-only, by name, each flat."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - see write_of

    properties = _flat(subject, schema_of_body(operation)).get("properties", {})
    found = {name: _flat_schema(subject, schema) for name, schema in properties.items()}
    return {name: schema for name, schema in found.items() if not schema.get("readOnly")}


def read_only(operation: Operation, subject: Subject) -> frozenset[str]:
    """The properties that the description marks as read-only, in the body or in what is read."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - see write_of

    pointers = [operation.item_schema] if operation.item_schema else []
    pointers += [schema_of_body(operation)] if has_json_body(operation) else []
    return frozenset(
        name
        for pointer in pointers
        for name, schema in _flat(subject, pointer).get("properties", {}).items()
        if _flat_schema(subject, schema).get("readOnly")
    )


def reader_for(call: Call, subject: Subject) -> Call | None:
    """The read that shows what a write acts on: the same path, or for an action what stands before it."""
    path = call.path
    while path.count("/") > 0 and path != "/":
        operation = reader_of(path, subject.model)
        if operation is not None:
            headers = call.headers if operation.user_header == call.operation.user_header else ()
            return Call(operation, path, headers=headers, identity=call.identity)
        head, colon, _ = path.rpartition(":")
        path = head if colon and "/" not in _ else path.rpartition("/")[0]
    return None


def address(answer: Answer, subject: Subject) -> str:
    """The request target of what a write made: its `url`, else its `Location`; empty where it says neither."""
    body = answer.json if isinstance(answer.json, dict) else {}
    response = answer.exchange.response
    url = body.get("url") or (response.header("location") if response else None)
    target = below(subject.target.base_url, url) if isinstance(url, str) else None
    return urlsplit(target).path if target else ""


def deleter_of(path: str, subject: Subject) -> Operation | None:
    """The operation that deletes what lives at a path."""
    fitting = (o for o in subject.model.operations if o.role is Role.DELETE and match_path(o.path, path) is not None)
    return next(fitting, None)


def is_new(answer: Answer) -> bool:
    """Return whether an answer says that it made a new thing with an address of its own: such may be deleted again."""
    request, response = answer.exchange.request, answer.exchange.response
    return response is not None and bool(created_path(request.method, urlsplit(answer.exchange.url).path, response))


def created_and_deleted(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the request of a write, and that by which what it created is deleted again."""
    undone = (
        UnsafeRequest("DELETE", each.path, undo=True)
        for each in model.operations
        if each.role is Role.DELETE and each.path.rpartition("/")[0] == operation.path
    )
    return (*own_request(operation, model), *undone)


def clean(answer: Answer, subject: Subject) -> Steps[Answer | None]:
    """Delete what a write made, where the API allows; the answer, or a notice of what stays."""
    path = address(answer, subject)
    if not answer.ok:
        return None
    deleter = deleter_of(path, subject) if path and is_new(answer) else None
    if deleter is None:
        what = path or "something without an address"
        yield Noticed("cleanup", f"{what} was created and cannot be deleted", answer.operation.key)
        return None
    gone = yield from ask(deleter, Request(deleter.key, "DELETE", path, identity=answer.exchange.request.identity))
    if not gone.ok:
        yield Noticed("cleanup", f"{path} was created, and deleting it gives {gone.status}", answer.operation.key)
    return gone


def _plausible(operation: Operation, subject: Subject, mark: str) -> dict[str, tuple[Any, ...]]:
    """Values that a schema cannot ask for: names that nothing has yet, intervals of the future that end later."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - see write_of

    found: dict[str, tuple[Any, ...]] = {}
    tomorrow = subject.today + timedelta(days=1)
    for name, schema, _ in _leaves(subject, schema_of_body(operation)):
        words = {*name.split("_")}
        if schema.get("format") == "date-time" and words & {"start", "end"}:
            moment = tomorrow + timedelta(hours="end" in words)
            found[name] = (moment.isoformat().replace("+00:00", "Z"),)
        elif name == "name" and schema.get("type") == "string" and not {"enum", "pattern"} & {*schema}:
            number = subject.random("name", operation.key, str(subject.today), mark).randrange(10**6)
            found[name] = (f"Conformance {number:06}"[: schema.get("maxLength", 60)],)
    return found


def _links(operation: Operation, subject: Subject, identity: str) -> Steps[dict[str, tuple[Any, ...]]]:
    """By property name, URLs (or ids, where ids are taken) of things that exist."""
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - see write_of

    found: dict[str, tuple[Any, ...]] = {}
    for name, schema, many in _leaves(subject, schema_of_body(operation)):
        if name in found or schema.get("readOnly"):
            continue
        by_id = next((r for r in subject.model.resources if _prefixed(schema, r)), None)
        link = None if by_id else _link(name, schema, operation, subject)
        named = _collection(name, subject) if schema.get("format") == "uri" else None
        resource = by_id or (subject.model.by_name.get(link.targets[0]) if link else named)
        lister = list_of(resource, subject) if resource else None
        if lister is None or "{" in lister.path:
            continue
        answer = yield from ask(lister, Request(lister.key, "GET", lister.path, identity=identity))
        values = (item.get("id" if by_id else "url") for _, item in answer.objects)
        known = tuple(value for value in values if isinstance(value, str))[:_KNOWN]
        if known:
            found[name] = tuple([value] for value in known) if many else known
    return found


def _prefixed(schema: Mapping[str, Any], resource: Resource) -> bool:
    return bool(resource.prefix) and str(schema.get("pattern", "")).removeprefix("^").startswith(resource.prefix + "[")


def _link(name: str, schema: Mapping[str, Any], operation: Operation, subject: Subject) -> Link | None:
    """The link of that name: of the resource itself, else the one whose target is named most like the resource.

    A text that does not say that it is a URL is one where the resource itself shows a link under its name.
    """
    anybody, kinds = schema.get("format") == "uri", schema.get("type", ())
    if "string" not in ([kinds] if isinstance(kinds, str) else kinds) or (
        not anybody and {"format", "enum", "pattern"} & {*schema}
    ):
        return None
    named = [
        (resource.name == operation.resource, _alike(operation.resource, link.targets[0]), link)
        for resource in subject.model.resources
        for link in resource.links
        if (anybody or resource.name == operation.resource)
        and link.targets
        and link.path.rpartition(".")[2].removesuffix("[]") == name
    ]
    return max(named, key=lambda each: each[:2], default=(False, 0, None))[2]


def _collection(name: str, subject: Subject) -> Resource | None:
    """The collection that a property is named after, as `rebate_evidence_types` for `evidence_type`."""
    found = [each for each in subject.model.resources if f"_{each.name}".endswith(f"_{name}s")]
    return min(found, key=lambda each: len(each.name), default=None)


def _alike(one: str, other: str) -> int:
    """How many letters two names begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _leaves(subject: Subject, pointer: str) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Every property of a body at any level: its name, its schema or that of its members, and whether it has many."""
    yield from _below(subject, _flat(subject, pointer), 0)


def _below(subject: Subject, schema: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    from strategies.schemas import branches  # noqa: PLC0415 - see write_of

    for form in branches(subject.description, schema) if depth < _DEEPEST else ():
        for name, each in form.get("properties", {}).items():
            for inner in branches(subject.description, _flat_schema(subject, each)):
                member = _flat_schema(subject, inner["items"]) if "items" in inner else inner
                yield name, member, "items" in inner
                yield from _below(subject, member, depth + 1)


def _flat(subject: Subject, pointer: str) -> Mapping[str, Any]:
    return _flat_schema(subject, {"$ref": pointer})


def _flat_schema(subject: Subject, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    from strategies.schemas import flat  # noqa: PLC0415 - see write_of

    return flat(subject.description, schema)
