"""Fragments of a description, merged into one document."""

from collections.abc import Iterable
from typing import Any

from conformance.description import pointers
from conformance.errors import DescriptionError


def merge(fragments: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """One mapping out of several, each given with the name of its file; the inputs stay as they are.

    Mappings merge by key at every depth; anything else may stand in one file only. Raises DescriptionError that names
    both files and the pointer where two disagree.
    """
    merged: dict[str, Any] = {}
    owners: dict[str, str] = {}
    for name, data in fragments:
        if not isinstance(data, dict):
            raise DescriptionError(
                f"{name}: holds {kind(data)} where a mapping is expected.", hint="Start the file with `key: value`."
            )
        _into(merged, data, "#", name, owners)
    return merged


def kind(data: Any) -> str:
    """What sort of JSON value this is, in words."""
    words = {dict: "a mapping", list: "a list", str: "a string", bool: "a boolean", type(None): "nothing"}
    return words.get(type(data), "a number")


def _into(target: dict[str, Any], source: dict[str, Any], at: str, name: str, owners: dict[str, str]) -> None:
    """Merge `source` into `target`; `owners` tells by pointer which file brought what."""
    for key, value in source.items():
        pointer = pointers.join(at, key)
        if key not in target:
            target[key] = {} if isinstance(value, dict) else value
            owners[pointer] = name
        elif not (isinstance(target[key], dict) and isinstance(value, dict)):
            raise DescriptionError(
                f"{name}: {pointer} is in {owners[pointer]} already.", hint="Keep it in one of the two files."
            )
        if isinstance(value, dict):
            _into(target[key], value, pointer, name, owners)
