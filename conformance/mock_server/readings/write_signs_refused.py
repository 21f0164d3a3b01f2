"""Texts with markup, or beyond the Basic Multilingual Plane, are refused, as are numbers beyond 32 bits."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall

_LARGEST = 2**31 - 1


def _refuse_signs(_call: ServerCall, body: Any, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    refused = {name for name, value in body.items() if not _can_store(value)} if isinstance(body, dict) else set()
    return {**{name: ["Cannot be stored."] for name in refused}, **errors}


def _can_store(value: Any) -> bool:
    if isinstance(value, dict | list):
        return all(map(_can_store, value.values() if isinstance(value, dict) else value))
    if isinstance(value, str):
        return "<" not in value and all(ord(letter) < 0x10000 for letter in value)
    return not isinstance(value, int) or abs(value) <= _LARGEST


READING = AdmissibleReading(
    "writes", "a server refuses what it cannot store: RFC 9110, section 15.5.21", read_by_hooks(reject=_refuse_signs)
)
