"""Compiled JSON Schemas of one description, for what clients send. The server shares no validator with the suite."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from conformance.description import Description
from conformance.mock_server import clock

_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")
_REQUESTS = "urn:evconform:requests"
_FORMATS = {
    "date-time": lambda text: clock.parse_time(text) is not None,
    "decimal": lambda text: bool(_DECIMAL.fullmatch(text)),
}


class RequestValidators:
    """Validators by schema, compiled on first use; worlds of one description share them."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._bodies: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._parameters: dict[int, tuple[Mapping[str, Any], jsonschema_rs.Draft202012Validator]] = {}

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        document = {key: self._description.document.get(key, {}) for key in ("components", "paths")}
        return jsonschema_rs.Registry([(_REQUESTS, relax_read_only(document))])

    def body_validator(self, pointer: str) -> jsonschema_rs.Draft202012Validator:
        """Return the validator of a request body's schema by its pointer."""
        if pointer not in self._bodies:
            self._bodies[pointer] = self._compile({"$ref": _REQUESTS + quote(pointer, safe="#/~:")})
        return self._bodies[pointer]

    def parameter_validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        """Return the validator of a parameter's schema."""
        known = self._parameters.get(id(schema))
        if known is None:  # the schema is kept too, so that its id is not used again
            known = self._parameters[id(schema)] = (schema, self._compile(_qualify_references(schema)))
        return known[1]

    def _compile(self, schema: Any) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(
            schema, registry=self._registry, validate_formats=True, formats=_FORMATS
        )


def relax_read_only(value: Any) -> Any:
    """Return a copy of a document in which read-only properties are not required (OpenAPI 3.0.3, section 4.7.24.1)."""
    if isinstance(value, list):
        return [relax_read_only(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: relax_read_only(item) for key, item in value.items()}
    required, properties = made.get("required"), made.get("properties")
    if isinstance(required, list) and isinstance(properties, dict):
        made["required"] = [name for name in required if not _is_read_only(properties.get(name))]
    return made


def _is_read_only(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("readOnly") is True


def _qualify_references(value: Any) -> Any:
    """Return a schema outside its document with its references led back into the document."""
    if isinstance(value, dict):
        return {
            k: _REQUESTS + v if k == "$ref" and str(v).startswith("#") else _qualify_references(v)
            for k, v in value.items()
        }
    return [_qualify_references(item) for item in value] if isinstance(value, list) else value


def list_field_errors(validator: jsonschema_rs.Draft202012Validator, body: Any) -> dict[str, list[str]]:
    """Return the errors of a body by the field of its first level; `` stands for the body as a whole."""
    errors: dict[str, list[str]] = {}
    for error in validator.iter_errors(body):
        name, text = _explain_error(error)
        texts = errors.setdefault(name, [])
        if text not in texts and len(texts) < 5:
            texts.append(text)
    return errors


def _explain_error(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    path = [str(part) for part in error.instance_path]
    keyword = str(error.schema_path[-1]) if error.schema_path else ""
    if keyword == "required" and not path:
        return str(getattr(error.kind, "property", "")), "This field is required."
    texts = {
        "type": "Has the wrong type.",
        "required": "A required part is missing.",
        "enum": "Not one of the allowed values.",
        "format": "Does not have the required format.",
        "pattern": "Does not have the required form.",
        "minimum": "Ensure this value is not less than the minimum.",
        "maximum": "Ensure this value is not greater than the maximum.",
        "maxLength": "Ensure this field is not too long.",
        "minLength": "Ensure this field is not too short.",
    }
    where = f" (at {'.'.join(path[1:])})" if len(path) > 1 else ""
    return path[0] if path else "", texts.get(keyword, "Not valid.") + where
