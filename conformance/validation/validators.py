"""Compiled validators of one description, for every body, header and parameter; each call takes microseconds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import Any

import jsonschema_rs
import msgspec

from conformance.description import Description
from conformance.model import Media, Operation, Parameter
from conformance.validation import fragments, strings
from conformance.validation.errors import SchemaError, explain_errors
from conformance.validation.field_walk import FieldWalker
from conformance.validation.formats import FORMATS
from conformance.validation.read_only import relax_read_only

_ParameterEntry = tuple[Parameter, jsonschema_rs.Draft202012Validator, strings.StringReader]

_LIST_LENGTHS = (500, 4_000, 32_000)  # lists are cut to, one after the other, while errors of a long one are sought
_MAX_PARAMETER_VALUES = 1024  # of which the errors are kept: generated requests differ in one parameter alone
_MAX_HEADER_VALUES = 4096  # of which the same: most headers of a run repeat
_ROOT = "urn:description"
_EMAIL = jsonschema_rs.EmailOptions(allow_display_text=False)


class SchemaValidators:
    """Validates JSON by the schemas of a description (JSON Schema 2020-12, formats asserted).

    Schemas are named by JSON pointers with a leading `#`, as in `Media.schema`. Those of all bodies are compiled as one
    validator, which holds what they refer to once: 8 MB, where 172 of their own take 40. It decides whether an
    instance is valid. One that finds errors, and those of other schemas, are compiled at first use, in about half a
    millisecond, and kept. An unknown pointer raises KeyError. With `for_requests` the bodies are those of requests.
    """

    def __init__(self, description: Description, *, for_requests: bool = False) -> None:
        self.description = description
        self._bodies = frozenset(_list_body_schemas(description.model.operations, for_requests=for_requests))
        self._registry = jsonschema_rs.Registry([(_ROOT, dict(description.document))], draft=jsonschema_rs.Draft202012)
        self._compiled: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._readers: dict[str, strings.StringReader] = {}
        self._parameters: dict[int, _ParameterEntry] = {}
        self._parameter_errors: dict[tuple[int, tuple[str, ...]], tuple[SchemaError, ...]] = {}
        self._validate_header = lru_cache(maxsize=_MAX_HEADER_VALUES)(self._find_header_errors)
        self._fields = FieldWalker(description.resolve, self.is_valid)

    @cached_property
    def request_validators(self) -> "SchemaValidators":
        """Return the validators of the same description for what clients write: no read-only property is required."""
        read = self.description
        document = relax_read_only(read.document, read.dereference)
        return SchemaValidators(Description(document, read.model, read.digest, read.source), for_requests=True)

    @cached_property
    def _body_validator(self) -> jsonschema_rs.Draft202012Validator:
        """Return the validator of objects that hold an instance under the pointer of the schema of a body."""
        return self._build_validator({"properties": {pointer: _refer(pointer) for pointer in sorted(self._bodies)}})

    def is_valid(self, pointer: str, instance: Any) -> bool:
        """Return whether an instance is valid by the schema at a pointer."""
        if pointer in self._bodies:
            return _is_valid(self._body_validator, {pointer: instance})
        return _is_valid(self._get_validator(pointer), instance)

    def validate_instance(self, pointer: str, instance: Any) -> tuple[SchemaError, ...]:
        """Return the errors of an instance by the schema at a pointer; empty if it is valid."""
        with suppress(ValueError, RecursionError):  # nested too deeply, as the errors say
            if pointer in self._bodies and self.is_valid(pointer, instance):
                return ()
        return _validate(self._get_validator(pointer), instance)

    def validate_response_body(
        self, operation: Operation, status: int, media_type: str, instance: Any
    ) -> tuple[SchemaError, ...] | None:
        """Return the errors of a response body; None if no schema is documented for the status and media type."""
        response = operation.find_response(status)
        pointer = find_media_schema(response.media, media_type) if response else ""
        return self.validate_instance(pointer, instance) if pointer else None

    def validate_request_body(
        self, operation: Operation, media_type: str, instance: Any
    ) -> tuple[SchemaError, ...] | None:
        """Return the errors of a request body; None if no schema is documented. See `written`."""
        pointer = find_media_schema(operation.body.media, media_type) if operation.body else ""
        return self.request_validators.validate_instance(pointer, instance) if pointer else None

    def validate_response_header(
        self, operation: Operation, status: int, name: str, value: str
    ) -> tuple[SchemaError, ...] | None:
        """Return the errors in the string of a response header; None if no schema is documented for it."""
        response = operation.find_response(status)
        headers = response.headers if response else ()
        pointer = next((header_spec.schema for header_spec in headers if header_spec.name.lower() == name.lower()), "")
        return self._validate_header(pointer, value) if pointer else None

    def _find_header_errors(self, pointer: str, value: str) -> tuple[SchemaError, ...]:
        members = tuple(member.strip() for member in value.split(",")) if value else ()
        return _validate_readings(
            self._get_validator(pointer), self._get_reader(pointer).read_values((value,), members)
        )

    def validate_parameter(self, parameter: Parameter, values: Sequence[str]) -> tuple[SchemaError, ...]:
        """Return the errors in the decoded values of a parameter; several values belong to an exploded array.

        `SchemaError.schema` is relative to the parameter's schema unless the error is behind a reference.
        """
        _, validator, reader = self._parameters.get(id(parameter)) or self._build_parameter_entry(parameter)
        key = id(parameter), tuple(values)
        errors = self._parameter_errors.get(key)
        if errors is None:
            if len(self._parameter_errors) >= _MAX_PARAMETER_VALUES:
                self._parameter_errors.clear()
            errors = _validate_readings(validator, reader.read_values(values, strings.split_members(parameter, values)))
            self._parameter_errors[key] = errors
        return errors

    def find_unknown_fields(self, pointer: str, instance: Any) -> tuple[str, ...]:
        """Return JSON pointers of the fields that no applicable part of the schema at a pointer declares.

        A schema with `additionalProperties` other than false, or without any declared property, accepts all fields.
        """
        return self._fields.find_field_use(pointer, instance).unknown

    def find_seen_fields(self, pointer: str, instance: Any) -> frozenset[str]:
        """Return pointers of the property schemas, of all that apply to the instance, for which it has a field."""
        return self._fields.find_field_use(pointer, instance).seen

    def _get_reader(self, pointer: str) -> strings.StringReader:
        if pointer not in self._readers:
            self._readers[pointer] = strings.StringReader.from_schema(
                self.description.resolve(pointer), self.description.dereference
            )
        return self._readers[pointer]

    def _build_parameter_entry(self, parameter: Parameter) -> _ParameterEntry:
        """Build the validator and reader of a parameter, kept by the parameter's identity.

        The entry holds the parameter itself, so that its id cannot be reused.
        """
        reader = strings.StringReader.from_schema(parameter.schema, self.description.dereference)
        return self._parameters.setdefault(id(parameter), (parameter, self._compile_schema(parameter.schema), reader))

    def _get_validator(self, pointer: str) -> jsonschema_rs.Draft202012Validator:
        known = self._compiled.get(pointer)
        if known is None:
            schema = self.description.resolve(pointer)
            reference = schema.get("$ref") if isinstance(schema, Mapping) and len(schema) == 1 else None
            known = self._get_validator(reference) if isinstance(reference, str) else self._compile_pointer(pointer)
            self._compiled[pointer] = known
        return known

    def _compile_pointer(self, pointer: str) -> jsonschema_rs.Draft202012Validator:
        return self._build_validator(_refer(pointer))

    def _compile_schema(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        key = msgspec.json.encode(schema, order="sorted").decode()
        if key not in self._compiled:
            self._compiled[key] = self._build_validator(_absolutise(schema))
        return self._compiled[key]

    def _build_validator(self, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(
            schema,
            registry=self._registry,
            formats=dict(FORMATS),
            validate_formats=True,
            email_options=_EMAIL,
            offline=True,
        )


def _list_body_schemas(operations: Sequence[Operation], *, for_requests: bool) -> Iterator[str]:
    """Yield the pointers of the schemas of the bodies of requests or responses."""
    for operation in operations:
        bodies = (operation.body,) if for_requests else operation.responses
        yield from (media.schema for body in bodies if body for media in body.media if media.schema)


def _refer(pointer: str) -> dict[str, str]:
    """Return a schema that refers to the one at a pointer of the description."""
    return {"$ref": _ROOT + fragments.encode_pointer(pointer)}


def find_media_schema(documented: Sequence[Media], media_type: str) -> str:
    """Return the pointer of the schema for a media type, by name or range (`application/*`); empty if there is none."""
    plain_type = media_type.partition(";")[0].strip().lower()
    by_type = {media.type.lower(): media.schema for media in documented}
    names = (plain_type, plain_type.partition("/")[0] + "/*", "*/*")
    return next((by_type[name] for name in names if name in by_type), "")


def _validate(validator: jsonschema_rs.Draft202012Validator, instance: Any) -> tuple[SchemaError, ...]:
    try:
        if _is_valid(validator, instance):
            return ()
        shown = _find_invalid_part(validator, _replace_surrogates(instance))
        return explain_errors(validator.iter_errors(shown))
    except (ValueError, RecursionError):  # "Recursion limit reached"
        return (SchemaError("", "nested more deeply than the validator supports", "depth", "less depth", "more", ""),)


def _find_invalid_part(validator: jsonschema_rs.Draft202012Validator, instance: Any) -> Any:
    """Return the instance with lists as short as possible while it is invalid.

    All errors of an instance are found at once, and a hostile list can have millions.
    """
    for most in _LIST_LENGTHS:
        part = _shorten_lists(instance, most)
        if part is instance or not _is_valid(validator, part):
            return part
    return instance


def _shorten_lists(instance: Any, most: int) -> Any:
    """Return a JSON value with the first `most` members of each list; the same object where none is longer."""
    if isinstance(instance, dict):
        members = {name: _shorten_lists(value, most) for name, value in instance.items()}
        return members if any(members[name] is not value for name, value in instance.items()) else instance
    if not isinstance(instance, list):
        return instance
    kept = [_shorten_lists(value, most) for value in instance[:most]]
    is_same = len(instance) <= most and all(one is other for one, other in zip(kept, instance, strict=True))
    return instance if is_same else kept


def _validate_readings(
    validator: jsonschema_rs.Draft202012Validator, readings: Sequence[Any]
) -> tuple[SchemaError, ...]:
    """Return the errors of the first reading, or none if any reading is valid."""
    valid = any(_is_valid(validator, reading) for reading in readings)
    return () if valid else _validate(validator, readings[0])


def _is_valid(validator: jsonschema_rs.Draft202012Validator, instance: Any) -> bool:
    try:
        return validator.is_valid(instance)
    except UnicodeEncodeError:
        return validator.is_valid(_replace_surrogates(instance))


def _replace_surrogates(instance: Any) -> Any:
    """Replace each lone surrogate, which the validators cannot take, by `?`; lengths stay as they are."""
    return json.loads(json.dumps(instance, ensure_ascii=False).encode("utf-8", "replace"))


def _absolutise(schema: Any) -> Any:
    """Return a copy whose references lead into the description wherever the copy stands."""
    if isinstance(schema, Mapping):
        return {
            key: _ROOT + fragments.encode_pointer(fragments.decode_pointer(value))
            if key == "$ref" and isinstance(value, str)
            else _absolutise(value)
            for key, value in schema.items()
        }
    return [_absolutise(item) for item in schema] if isinstance(schema, list) else schema
