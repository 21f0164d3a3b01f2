"""Request bodies: from bytes by their media type to data that is valid, with links led back to records."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from python_multipart import parse_form
from python_multipart.exceptions import FormParserError

from conformance.description.guards import depth
from conformance.mock_server.call import Call
from conformance.mock_server.parameters import Unreadable, convert, kind_of
from conformance.mock_server.problems import Problem, documented, malformed, rejected
from conformance.mock_server.seams import Seams, through
from conformance.mock_server.validators import Validators, field_errors
from conformance.mock_server.world.build import World
from conformance.mock_server.world.store import Record, Ref
from conformance.model import LinkKind, Media, Operation

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_DEPTH = 64  # collections in each other that a body may hold
_FIELDS = 500
_decode = msgspec.json.Decoder().decode


def media_of(call: Call) -> Media | None:
    """The documented media type of what was sent, None where no body is documented; raises 415 (or 400).

    A body that may be left out, and is, has the first of the documented types.
    """
    wanted = call.operation.body
    sent = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if wanted is None or not wanted.media:
        return None
    if not call.body and wanted.required:
        raise malformed(call.operation, "A request body is required.")
    if not call.body:
        return wanted.media[0]
    for media in wanted.media:
        if media.type == sent:
            return media
    known = ", ".join(each.type for each in wanted.media)
    raise Problem(documented(call.operation, (415, 400, 422)), "unsupported-media-type", f"Send the body as {known}.")


def read(call: Call, media: Media, schema: Mapping[str, Any]) -> Any:
    """The data of a body, that of an empty object where it was left out; raises a problem where it cannot be read."""
    if not call.body:
        return {}
    try:
        if media.type == FORM:
            text = call.body.decode()
            return typed(parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS), schema)
        if media.type == MULTIPART:
            return typed(_multipart(call), schema)
        body = _decode(call.body)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError, FormParserError):
        raise malformed(call.operation, f"The body is not valid {media.type}.") from None
    if depth(body) > _DEPTH:
        raise malformed(call.operation, f"The body nests deeper than {_DEPTH} levels.")
    return body


def _multipart(call: Call) -> list[tuple[str, str]]:
    """The fields of multipart/form-data (RFC 7578), in order; files are taken by their name."""
    pairs: list[tuple[str, str]] = []

    def on_field(field: Any) -> None:
        pairs.append((field.field_name.decode(), (field.value or b"").decode()))

    def on_file(file: Any) -> None:
        pairs.append((file.field_name.decode(), (file.file_name or b"").decode()))

    headers = {"Content-Type": call.headers["content-type"].encode("latin-1")}
    parse_form(headers, BytesIO(call.body), on_field, on_file)
    if len(pairs) > _FIELDS:
        raise ValueError(len(pairs))
    return pairs


def typed(pairs: list[tuple[str, str]], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Texts of a form as the types of a folded schema; an object or array may be sent as JSON."""
    properties = schema.get("properties", {})
    made: dict[str, Any] = {}
    for name, text in pairs:
        kind = kind_of(properties.get(name, {}))
        value: Any = text if kind == "time" else convert(text, kind)
        if text[:1] in {"{", "["}:
            value = _decode(text)
        made[name] = text if isinstance(value, Unreadable) else value
    return made


class Bodies:
    """Reads and checks the bodies of one world's operations."""

    def __init__(self, world: World, validators: Validators, seams: Seams) -> None:
        self._world = world
        self._validators = validators
        self._seams = seams

    def of(self, call: Call, visible: Callable[[Call, Record], bool]) -> dict[str, Any]:
        """What a write asks for, read-only fields left out and links as references; raises problems."""
        media, schema, body = self._data(call)
        if media is None:
            return {}
        errors = field_errors(self._validators.at(media.schema), body) if media.schema else {}
        kept = {
            name: value
            for name, value in body.items()
            if name in schema.get("properties", {}) and not self._read_only(schema["properties"][name])
        }
        kept, dangling = self._referred(call, kept, visible)
        errors = {name: [*errors.get(name, ()), *dangling.get(name, ())] for name in (*errors, *dangling)}
        errors = through(self._seams.reject, call, body, errors)
        if set(errors) == {""}:
            raise malformed(call.operation, errors[""][0])
        if errors:
            raise rejected(call.operation, {name: texts for name, texts in errors.items() if name})
        return kept

    def _data(self, call: Call) -> tuple[Media | None, dict[str, Any], dict[str, Any]]:
        """The body as an object, with its media type and folded schema."""
        media: Media | None = None
        schema: dict[str, Any] = {}
        try:
            media = media_of(call)
            if media is None:
                return None, schema, {}
            schema = self._world.nursery.flat(self._world.description.resolve(media.schema)) if media.schema else {}
            body = read(call, media, schema)
            if not isinstance(body, dict):
                raise malformed(call.operation, "The body must be an object.")
        except Problem as problem:
            told = through(self._seams.unreadable, call, problem)
            if told is not None:
                raise told from None
            return None, schema, {}
        return media, schema, body

    def _read_only(self, schema: Mapping[str, Any]) -> bool:
        return self._world.nursery.flat(schema).get("readOnly") is True

    def _referred(
        self, call: Call, body: dict[str, Any], visible: Callable[[Call, Record], bool]
    ) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """The body with its links as references, and complaints about those that lead nowhere."""
        errors: dict[str, list[str]] = {}
        targets = self.targets(call.operation, body)

        def refer(value: Any, path: str) -> Any:
            wanted = targets.get(path)
            if isinstance(value, dict):
                return {name: refer(each, f"{path}.{name}" if path else name) for name, each in value.items()}
            if isinstance(value, list):
                return [refer(each, path) for each in value]
            if wanted is None or not isinstance(value, str):
                return value
            record = (
                self._world.store.by_path.get(value.removeprefix(call.base)) if value.startswith(call.base) else None
            )
            if record is None or record.resource not in wanted or not visible(call, record):
                errors.setdefault(path.partition(".")[0], []).append(
                    "Not the URL of an existing resource of this kind."
                )
                return value
            return Ref(record.path)

        return refer(body, ""), errors

    def targets(self, operation: Operation, body: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        """What the links of a body lead to: as in the resource, as one link further on, or by their name."""
        shape = self._world.shape
        own = shape.links(operation.resource) if operation.resource in shape.resources else ()
        found = {link.path: link.targets for link in own if link.kind is LinkKind.ITEM}
        for name in body:
            if name not in found and (kind := self._named(operation, name)):
                found[name] = kind
        return {path: kind for path, kind in found.items() if "." in path or self._may_link(operation, path)}

    def _may_link(self, operation: Operation, name: str) -> bool:
        """Whether a property of the body is a text of any form, or several: what a link can be sent as."""
        wanted = operation.body
        flat, resolve = self._world.nursery.flat, self._world.description.resolve
        schema = flat(resolve(wanted.media[0].schema)) if wanted and wanted.media and wanted.media[0].schema else {}
        own = flat(schema.get("properties", {}).get(name, {}))
        own = flat(own["items"]) if "items" in own else own
        kinds = own.get("type", ())
        return "enum" not in own and (kinds == "string" or "string" in kinds)

    def _named(self, operation: Operation, name: str) -> tuple[str, ...]:
        shape = self._world.shape
        for link in shape.links(operation.resource) if operation.resource in shape.resources else ():
            for target in link.targets if not link.many else ():
                for further in shape.links(target):
                    if further.path == name and further.kind is LinkKind.ITEM and target != operation.resource:
                        return further.targets
        plural = [n for n in shape.resources if re.fullmatch(rf"(.*_)?{re.escape(name)}s", n)]
        return (min(plural, key=len),) if plural and name not in self._fields(operation) else ()

    def _fields(self, operation: Operation) -> set[str]:
        resource = self._world.shape.resources.get(operation.resource)
        if resource is None:
            return set()
        return {
            name
            for name in self._world.schema_of(resource).get("properties", {})
            if name not in {link.path for link in resource.links}
        }
