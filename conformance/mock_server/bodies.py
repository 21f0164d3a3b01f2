"""Request bodies: bytes decoded by their media type, validated, and their links resolved to records."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from python_multipart import parse_form
from python_multipart.exceptions import FormParserError

from conformance.description.limits import measure_depth
from conformance.description.operations import is_json
from conformance.mock_server.call import ServerCall
from conformance.mock_server.hooks import Hooks, apply_hooks
from conformance.mock_server.parameters import UnreadableValue, convert_text, find_value_kind
from conformance.mock_server.problems import Problem, build_malformed, build_rejected, choose_documented_status
from conformance.mock_server.stated_rules import BODY_RULES
from conformance.mock_server.validators import RequestValidators, list_field_errors
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.model import LinkKind, Media, Operation

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_MAX_DEPTH = 64  # collections in each other that a body may hold
_MAX_FIELDS = 500
_decode = msgspec.json.Decoder().decode


def choose_media_type(call: ServerCall) -> Media | None:
    """Return the documented media type of the body that was sent; None where no body is documented.

    A body that may be left out, and is, has the first of the documented types.

    Raises: Problem with status 415, 400 or 422.
    """
    documented_body = call.operation.body
    sent = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if documented_body is None or not documented_body.media:
        return None
    if not call.body and documented_body.required:
        raise build_malformed(call.operation, "A request body is required.")
    if not call.body:
        return documented_body.media[0]
    for media in documented_body.media:
        if media.type == sent:
            return media
    known_types = ", ".join(media.type for media in documented_body.media)
    raise Problem(
        choose_documented_status(call.operation, (415, 400, 422)),
        "unsupported-media-type",
        f"Send the body as {known_types}.",
    )


def decode_body(call: ServerCall, media: Media, schema: Mapping[str, Any]) -> Any:
    """Return the data of a body, an empty object where it was left out.

    Raises: Problem where the body cannot be decoded, or nests too deep.
    """
    if not call.body:
        return {}
    try:
        if media.type == FORM:
            text = call.body.decode()
            return convert_form(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS), schema)
        if media.type == MULTIPART:
            return convert_form(_parse_multipart(call), schema)
        if not is_json(media.type):
            return {}  # a picture, a text: it has no fields
        body = _decode(call.body)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError, FormParserError):
        raise build_malformed(call.operation, f"The body is not valid {media.type}.") from None
    if measure_depth(body) > _MAX_DEPTH:
        raise build_malformed(call.operation, f"The body nests deeper than {_MAX_DEPTH} levels.")
    return body


def _parse_multipart(call: ServerCall) -> list[tuple[str, str]]:
    """Return the fields of multipart/form-data (RFC 7578) in order; a file counts as a field that holds its name."""
    pairs: list[tuple[str, str]] = []

    def on_field(field: Any) -> None:
        pairs.append((field.field_name.decode(), (field.value or b"").decode()))

    def on_file(file: Any) -> None:
        pairs.append((file.field_name.decode(), (file.file_name or b"").decode()))

    headers = {"Content-Type": call.headers["content-type"].encode("latin-1")}
    parse_form(headers, BytesIO(call.body), on_field, on_file)
    if len(pairs) > _MAX_FIELDS:
        raise ValueError(len(pairs))
    return pairs


def convert_form(pairs: list[tuple[str, str]], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the texts of a form to the types of a folded schema; an object or array may be sent as JSON."""
    properties = schema.get("properties", {})
    data: dict[str, Any] = {}
    for name, text in pairs:
        kind = find_value_kind(properties.get(name, {}))
        value: Any = text if kind == "time" else convert_text(text, kind)
        if text[:1] in {"{", "["}:
            value = _decode(text)
        data[name] = text if isinstance(value, UnreadableValue) else value
    return data


class BodyReader:
    """Decoder and validator of the request bodies of one world's operations."""

    def __init__(self, world: MockWorld, validators: RequestValidators, hooks: Hooks) -> None:
        self._world = world
        self._validators = validators
        self._hooks = hooks

    def read_body(self, call: ServerCall, visible: Callable[[ServerCall, StoredRecord], bool]) -> dict[str, Any]:
        """Return the validated body of a write, without read-only fields and with its links as references.

        `visible` returns whether the caller may see a record. Raises: Problem.
        """
        media, schema, body = self._decode_body(call)
        if media is None:
            return {}
        errors = list_field_errors(self._validators.body_validator(media.schema), body) if media.schema else {}
        fields = {
            name: value
            for name, value in body.items()
            if name in schema.get("properties", {}) and not self._is_read_only(schema["properties"][name])
        }
        fields, dangling = self._resolve_links(call, fields, visible)
        errors = {name: [*errors.get(name, ()), *dangling.get(name, ())] for name in (*errors, *dangling)}
        if not errors:
            errors = self._find_broken_rules(call, body)
        errors = apply_hooks(self._hooks.reject, call, body, errors)
        if set(errors) == {""}:
            raise build_malformed(call.operation, errors[""][0])
        if errors:
            raise build_rejected(call.operation, {name: texts for name, texts in errors.items() if name})
        return fields

    def _find_broken_rules(self, call: ServerCall, body: Mapping[str, Any]) -> dict[str, list[str]]:
        """Return the complaints of the rules that the description states in words."""
        record = self._world.store.by_path.get(call.path)
        errors: dict[str, list[str]] = {}
        for name, rule in BODY_RULES.get(call.operation.key, {}).items():
            if apply_hooks(self._hooks.rule, call, name, True):
                errors |= rule(self._world, call, body, record)
        return errors

    def _decode_body(self, call: ServerCall) -> tuple[Media | None, dict[str, Any], dict[str, Any]]:
        """Return the body as an object, with its media type and folded schema."""
        media: Media | None = None
        schema: dict[str, Any] = {}
        try:
            media = choose_media_type(call)
            if media is None:
                return None, schema, {}
            schema = (
                self._world.schema_compiler.fold_schema(self._world.description.resolve(media.schema))
                if media.schema
                else {}
            )
            body = decode_body(call, media, schema)
            if not isinstance(body, dict):
                if not self._is_valid(media, body):
                    raise build_malformed(call.operation, "The body must be an object.")
                return None, schema, {}  # a list or a text: it has no fields
        except Problem as problem:
            problem_to_raise = apply_hooks(self._hooks.unreadable, call, problem)
            if problem_to_raise is not None:
                raise problem_to_raise from None
            return None, schema, {}
        return media, schema, body

    def _is_valid(self, media: Media, body: Any) -> bool:
        return not media.schema or self._validators.body_validator(media.schema).is_valid(body)

    def _is_read_only(self, schema: Mapping[str, Any]) -> bool:
        return self._world.schema_compiler.fold_schema(schema).get("readOnly") is True

    def _resolve_links(
        self, call: ServerCall, body: dict[str, Any], visible: Callable[[ServerCall, StoredRecord], bool]
    ) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """Return the body with its links as references, and complaints about links that lead nowhere."""
        errors: dict[str, list[str]] = {}
        targets = self.find_link_targets(call.operation, body)

        def refer(value: Any, path: str) -> Any:
            resources = targets.get(path)
            if isinstance(value, dict):
                return {name: refer(item, f"{path}.{name}" if path else name) for name, item in value.items()}
            if isinstance(value, list):
                return [refer(item, path) for item in value]
            if resources is None or not isinstance(value, str):
                return value
            record = (
                self._world.store.by_path.get(value.removeprefix(call.base)) if value.startswith(call.base) else None
            )
            if record is None or record.resource not in resources or not visible(call, record):
                errors.setdefault(path.partition(".")[0], []).append(
                    "Not the URL of an existing resource of this kind."
                )
                return value
            return Ref(record.path)

        return refer(body, ""), errors

    def find_link_targets(self, operation: Operation, body: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        """Return the resources that each link of a body may lead to, by its path.

        A link is known from the resource itself, from a link of a linked resource, or by its name.
        """
        shape = self._world.shape
        own = shape.list_links(operation.resource) if operation.resource in shape.resources else ()
        resources_by_path = {link.path: link.targets for link in own if link.kind is LinkKind.ITEM}
        for name in body:
            if name not in resources_by_path and (resources := self._targets_by_name(operation, name)):
                resources_by_path[name] = resources
        return {
            path: resources
            for path, resources in resources_by_path.items()
            if "." in path or self._may_link(operation, path)
        }

    def _may_link(self, operation: Operation, name: str) -> bool:
        """Return whether a property of the body is a text or a list of texts, as a link is sent."""
        documented_body = operation.body
        flat, resolve = self._world.schema_compiler.fold_schema, self._world.description.resolve
        schema = (
            flat(resolve(documented_body.media[0].schema))
            if documented_body and documented_body.media and documented_body.media[0].schema
            else {}
        )
        property_schema = flat(schema.get("properties", {}).get(name, {}))
        property_schema = flat(property_schema["items"]) if "items" in property_schema else property_schema
        kinds = property_schema.get("type", ())
        return "enum" not in property_schema and (kinds == "string" or "string" in kinds)

    def _targets_by_name(self, operation: Operation, name: str) -> tuple[str, ...]:
        shape = self._world.shape
        for link in shape.list_links(operation.resource) if operation.resource in shape.resources else ():
            for target in link.targets if not link.many else ():
                for further in shape.list_links(target):
                    if further.path == name and further.kind is LinkKind.ITEM and target != operation.resource:
                        return further.targets
        plural = [n for n in shape.resources if n == f"{name}s" or n.endswith(f"_{name}s")]
        return (min(plural, key=len),) if plural and name not in self._unlinked_fields(operation) else ()

    def _unlinked_fields(self, operation: Operation) -> set[str]:
        resource = self._world.shape.resources.get(operation.resource)
        if resource is None:
            return set()
        return {
            name
            for name in self._world.get_schema(resource).get("properties", {})
            if name not in {link.path for link in resource.links}
        }
