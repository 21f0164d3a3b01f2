"""Compiled validators of one description: every body, header and parameter, judged in microseconds."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import jsonschema_rs
import msgspec

from conformance.description import Description
from conformance.model import Media, Operation, Parameter
from conformance.validation import fragments, strings
from conformance.validation.errors import SchemaError, explain
from conformance.validation.formats import FORMATS
from conformance.validation.unknown import Fields
from conformance.validation.writing import for_writing

_ParameterJudge = tuple[Parameter, jsonschema_rs.Draft202012Validator, strings.Reader]

_ROOT = "urn:description"
_EMAIL = jsonschema_rs.EmailOptions(allow_display_text=False)


class Validators:
    """Judges JSON by the schemas of a description (JSON Schema 2020-12, formats asserted).

    Schemas are named by JSON pointers with a leading `#`, as in `Media.schema`. Each is compiled when first used, about
    half a millisecond, and kept. An unknown pointer raises KeyError.
    """

    def __init__(self, description: Description) -> None:
        self.description = description
        self._registry = jsonschema_rs.Registry([(_ROOT, dict(description.document))], draft=jsonschema_rs.Draft202012)
        self._compiled: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._readers: dict[str, strings.Reader] = {}
        self._parameters: dict[int, _ParameterJudge] = {}
        self._fields = Fields(description.resolve, self.matches)

    @cached_property
    def written(self) -> "Validators":
        """The validators of the same description for what clients write: nothing read-only is required of them."""
        read = self.description
        document = for_writing(read.document, read.deref)
        return Validators(Description(document, read.model, read.digest, read.source))

    def matches(self, pointer: str, instance: Any) -> bool:
        """Whether an instance is valid against the schema at a pointer."""
        return _is_valid(self._at(pointer), instance)

    def schema(self, pointer: str, instance: Any) -> tuple[SchemaError, ...]:
        """What is wrong with an instance by the schema at a pointer; empty where it is valid."""
        return _judge(self._at(pointer), instance)

    def body(self, operation: Operation, status: int, media_type: str, instance: Any) -> tuple[SchemaError, ...] | None:
        """What is wrong with a response body, None where no schema is documented for the status and media type."""
        response = operation.response(status)
        pointer = schema_of(response.media, media_type) if response else ""
        return self.schema(pointer, instance) if pointer else None

    def request_body(self, operation: Operation, media_type: str, instance: Any) -> tuple[SchemaError, ...] | None:
        """What is wrong with a request body, None where no schema is documented; see `written`."""
        pointer = schema_of(operation.body.media, media_type) if operation.body else ""
        return self.written.schema(pointer, instance) if pointer else None

    def header(self, operation: Operation, status: int, name: str, value: str) -> tuple[SchemaError, ...] | None:
        """What is wrong with the string of a response header, None where no schema is documented for it."""
        response = operation.response(status)
        headers = response.headers if response else ()
        pointer = next((each.schema for each in headers if each.name.lower() == name.lower()), "")
        if not pointer:
            return None
        members = tuple(each.strip() for each in value.split(",")) if value else ()
        return _best(self._at(pointer), self._reader(pointer).readings((value,), members))

    def parameter(self, parameter: Parameter, values: Sequence[str]) -> tuple[SchemaError, ...]:
        """What is wrong with the decoded values of a parameter; several belong to an exploded array.

        `SchemaError.schema` is relative to the parameter's schema unless the fault is behind a reference.
        """
        _, validator, reader = self._parameters.get(id(parameter)) or self._judge_of(parameter)
        return _best(validator, reader.readings(values, strings.members(parameter, values)))

    def unknown_fields(self, pointer: str, instance: Any) -> tuple[str, ...]:
        """JSON pointers of the fields that no applicable part of the schema at a pointer declares.

        A schema with `additionalProperties` other than false, or without any declared property, welcomes all.
        """
        return self._fields.use(pointer, instance).unknown

    def seen_fields(self, pointer: str, instance: Any) -> frozenset[str]:
        """Pointers of the property schemas, of all that judge the instance, that it has a field for."""
        return self._fields.use(pointer, instance).seen

    def _reader(self, pointer: str) -> strings.Reader:
        if pointer not in self._readers:
            self._readers[pointer] = strings.Reader.of(self.description.resolve(pointer), self.description.deref)
        return self._readers[pointer]

    def _judge_of(self, parameter: Parameter) -> _ParameterJudge:
        """What judges a parameter, kept by the parameter's identity, and the parameter with it: ids come back."""
        reader = strings.Reader.of(parameter.schema, self.description.deref)
        return self._parameters.setdefault(id(parameter), (parameter, self._inline(parameter.schema), reader))

    def _at(self, pointer: str) -> jsonschema_rs.Draft202012Validator:
        known = self._compiled.get(pointer)
        if known is None:
            schema = self.description.resolve(pointer)
            reference = schema.get("$ref") if isinstance(schema, Mapping) and len(schema) == 1 else None
            known = self._at(reference) if isinstance(reference, str) else self._compile(pointer)
            self._compiled[pointer] = known
        return known

    def _compile(self, pointer: str) -> jsonschema_rs.Draft202012Validator:
        return self._built({"$ref": _ROOT + fragments.encoded(pointer)})

    def _inline(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        key = msgspec.json.encode(schema, order="sorted").decode()
        if key not in self._compiled:
            self._compiled[key] = self._built(_absolute(schema))
        return self._compiled[key]

    def _built(self, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(
            schema,
            registry=self._registry,
            formats=dict(FORMATS),
            validate_formats=True,
            email_options=_EMAIL,
            offline=True,
        )


def schema_of(documented: Sequence[Media], media_type: str) -> str:
    """The pointer of the schema for a media type, by name or range (`application/*`); empty where there is none."""
    wanted = media_type.partition(";")[0].strip().lower()
    by_type = {each.type.lower(): each.schema for each in documented}
    ranges = (wanted, wanted.partition("/")[0] + "/*", "*/*")
    return next((by_type[each] for each in ranges if each in by_type), "")


def _judge(validator: jsonschema_rs.Draft202012Validator, instance: Any) -> tuple[SchemaError, ...]:
    try:
        return () if _is_valid(validator, instance) else explain(validator.iter_errors(_encodable(instance)))
    except (ValueError, RecursionError):  # "Recursion limit reached"
        return (SchemaError("", "nests deeper than any schema reaches", "depth", "less depth", "more", ""),)


def _best(validator: jsonschema_rs.Draft202012Validator, readings: Sequence[Any]) -> tuple[SchemaError, ...]:
    """The errors of the first reading, none where any reading is valid."""
    valid = any(_is_valid(validator, each) for each in readings)
    return () if valid else _judge(validator, readings[0])


def _is_valid(validator: jsonschema_rs.Draft202012Validator, instance: Any) -> bool:
    try:
        return validator.is_valid(instance)
    except UnicodeEncodeError:
        return validator.is_valid(_encodable(instance))


def _encodable(instance: Any) -> Any:
    """The instance with `?` for each lone surrogate, which the validators cannot take; lengths stay as they are."""
    return json.loads(json.dumps(instance, ensure_ascii=False).encode("utf-8", "replace"))


def _absolute(schema: Any) -> Any:
    """A copy whose references lead into the description wherever the copy stands."""
    if isinstance(schema, Mapping):
        return {
            key: _ROOT + fragments.encoded(fragments.decoded(value))
            if key == "$ref" and isinstance(value, str)
            else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema
