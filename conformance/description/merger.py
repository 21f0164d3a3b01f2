"""The merging of a description's fragments into one document."""

from collections.abc import Iterable
from typing import Any

from conformance.description import pointers
from conformance.errors import DescriptionError


def merge_fragments(fragments: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Merge several mappings, each given with the name of its file, into one; the inputs stay as they are.

    Mappings merge by key at every depth; anything else may stand in one file only. Raises DescriptionError with
    both files and the pointer if two disagree.
    """
    merged: dict[str, Any] = {}
    owners: dict[str, str] = {}
    for name, data in fragments:
        if not isinstance(data, dict):
            raise DescriptionError(
                f"{name}: holds {name_kind(data)} where a mapping is expected", hint="Start the file with `key: value`"
            )
        _merge_into(merged, data, "#", name, owners)
    return merged


def name_kind(data: Any) -> str:
    """Return the kind of a JSON value in words, such as "a mapping"."""
    words = {dict: "a mapping", list: "a list", str: "a string", bool: "a boolean", type(None): "nothing"}
    return words.get(type(data), "a number")


def _merge_into(target: dict[str, Any], source: dict[str, Any], parent: str, name: str, owners: dict[str, str]) -> None:
    """Merge `source` into `target`; `owners` maps each pointer to the file that brought it."""
    for key, value in source.items():
        pointer = pointers.join(parent, key)
        if key not in target:
            target[key] = {} if isinstance(value, dict) else value
            owners[pointer] = name
        elif not (isinstance(target[key], dict) and isinstance(value, dict)):
            raise DescriptionError(
                f"{name}: {pointer} is already in {owners[pointer]}", hint="Keep it in one of the two files"
            )
        if isinstance(value, dict):
            _merge_into(target[key], value, pointer, name, owners)
