"""Query parameters converted from text by their schemas."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.validators import RequestValidators
from conformance.model import Location, Operation, Parameter

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class UnreadableValue:
    """The reason why a text is not a value of its parameter."""

    reason: str


def find_value_kind(schema: Mapping[str, Any]) -> str:
    """Return how a text is converted: as `time`, `integer`, `number`, `boolean` or `text`."""
    declared = schema.get("type", "string")
    kinds = [declared] if isinstance(declared, str) else [name for name in declared if name != "null"]
    if "string" in kinds or not kinds:
        return "time" if schema.get("format") == "date-time" else "text"
    return kinds[0] if kinds[0] in {"integer", "number", "boolean"} else "text"


def convert_text(text: str, kind: str) -> Any:
    """Return the value of a text, or why it is unreadable; times become microseconds."""
    if kind == "time":
        moment = clock.parse_time(text)
        return UnreadableValue("not an RFC 3339 date-time with offset.") if moment is None else moment
    if kind == "boolean":
        return _BOOLEANS.get(text.lower(), UnreadableValue("neither true nor false."))
    if kind == "integer":
        return int(text) if _INTEGER.fullmatch(text) else UnreadableValue("not an integer.")
    if kind == "number":
        return float(text) if _NUMBER.fullmatch(text) else UnreadableValue("not a number.")
    return text


class QueryReader:
    """Reader of the query parameters of one operation."""

    def __init__(self, operation: Operation, validators: RequestValidators) -> None:
        self.parameters: dict[str, Parameter] = {
            parameter.name: parameter for parameter in operation.parameters if parameter.location is Location.QUERY
        }
        self._validators = validators

    def find_complaint(self, name: str, text: str) -> str:
        """Return why a text is not a value of a known parameter, empty where it is one."""
        schema = self.parameters[name].schema
        if find_value_kind(schema) == "text" and schema.get("type") == "array":
            schema = schema.get("items", {})
        value = convert_text(text, find_value_kind(schema))
        if isinstance(value, UnreadableValue):
            return value.reason
        if find_value_kind(schema) == "time":
            return ""
        validator = self._validators.parameter_validator(schema)
        return "" if validator.is_valid(_to_integer(value)) else "not one of the values it can have."


def _to_integer(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
