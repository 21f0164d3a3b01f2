"""The actions of an overlay, applied to the places that their targets select (Overlay 1.1.0, Action Object). Pure."""

import copy
from collections.abc import Mapping
from typing import Any

from jsonpath import JSONPathEnvironment, JSONPathError
from jsonpath.match import JSONPathMatch

from conformance.description.merger import name_kind
from conformance.errors import DescriptionError

_PATHS = JSONPathEnvironment(strict=True)


def apply_action(document: dict[str, Any], action: Mapping[str, Any], where: str, *, joins_lists: bool) -> list[Any]:
    """Carry out one action in place, and return the values that its target selects.

    With `joins_lists` a list that meets a list is joined to it, as from Overlay 1.1.0 on; before, it became one
    element. `where` names the action in errors. Raises DescriptionError for a target that is no JSONPath, and for an
    update that does not fit what it meets.
    """
    matches = _select(document, action["target"], where)
    if action.get("remove") is True:
        for match in reversed(matches):  # the last first, so that removals from a list do not shift later matches
            if match.parent is not None:
                del match.parent.obj[match.parts[-1]]  # type: ignore[attr-defined]
    elif "update" in action or "copy" in action:
        update = action["update"] if "update" in action else _find_original(document, action["copy"], where)
        _check_alike(matches, where)
        for match in matches:
            _update(match, copy.deepcopy(update), where, joins_lists=joins_lists)
    return [match.obj for match in matches]


def _select(document: dict[str, Any], path: Any, where: str) -> list[JSONPathMatch]:
    try:
        return list(_PATHS.finditer(path, document))
    except (JSONPathError, TypeError) as error:
        raise DescriptionError(
            f"{where}: `{path}` is not a JSONPath: {error}", hint="See RFC 9535 for the syntax"
        ) from None


def _check_alike(matches: list[JSONPathMatch], where: str) -> None:
    """Raise DescriptionError unless all places are objects, all are lists, or none is either."""
    kinds = {next((kind for kind in (dict, list) if isinstance(match.obj, kind)), None) for match in matches}
    if len(kinds) > 1:
        raise DescriptionError(
            f"{where}: the target selects places of different kinds", hint="Write one action for each kind"
        )


def _find_original(document: dict[str, Any], path: Any, where: str) -> Any:
    """Return the one value that `copy` names."""
    matches = _select(document, path, where)
    if len(matches) != 1:
        raise DescriptionError(
            f"{where}: `copy` must select one place, `{path}` selects {len(matches)}", hint="Name the place exactly"
        )
    return matches[0].obj


def _update(match: JSONPathMatch, update: Any, where: str, *, joins_lists: bool) -> None:
    target = match.obj
    if isinstance(target, dict) and isinstance(update, dict):
        _merge(target, update, where)
    elif isinstance(target, list):
        target.extend(update if joins_lists and isinstance(update, list) else [update])
    elif isinstance(target, dict) or isinstance(update, dict | list) or match.parent is None:
        raise DescriptionError(
            f"{where}: {name_kind(update)} cannot update {name_kind(target)}",
            hint="Objects are merged with objects, lists take elements, and other values replace each other",
        )
    else:
        match.parent.obj[match.parts[-1]] = update  # type: ignore[index]


def _merge(target: dict[str, Any], update: Mapping[str, Any], where: str) -> None:
    """Merge objects by key; lists are joined, and anything else is replaced."""
    for key, value in update.items():
        if isinstance(target.get(key), dict) and isinstance(value, dict):
            _merge(target[key], value, where)
        elif isinstance(target.get(key), list) and isinstance(value, list):
            target[key] = [*target[key], *value]
        else:
            target[key] = value
