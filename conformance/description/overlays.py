"""OpenAPI Overlays (OpenAPI Overlay Specification 1.0.0): what people add to a description that it does not state.

An overlay applies to a description whose title matches its `x-applies-to`; each action gives its reason in `x-reason`.
`x-evconform-kind` says what an action is: `addition` (the default) of what the description does not state, `spelling`
mended, after which it means the same, `either` where both of two readings are admitted, or `reading` chosen where it
has several. A chosen reading says in
`x-evconform-about` what it is about and in `x-evconform-published` how the description reads without it; both readings
stay in the document under `x-evconform-readings`, as no violation may rest on one of them alone.
"""

import copy
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from jsonpath import JSONPathEnvironment, JSONPathError

from conformance.errors import DescriptionError

_PATHS = JSONPathEnvironment(strict=True)
READINGS = "x-evconform-readings"
_KINDS = ("addition", "spelling", "either", "reading")
_ABOUT = ("security", "scope", "expand")


def apply_overlays(
    document: dict[str, Any], overlays: Iterable[tuple[str, Any]]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the document with every matching overlay applied in order, and notes on targets that matched nothing.

    Overlays are given with the name of their file; the document itself stays as it is. Raises DescriptionError for
    something that is not an overlay.
    """
    notes: list[str] = []
    title = str(document.get("info", {}).get("title", ""))
    result = document
    for name, overlay in overlays:
        actions = _read_actions(name, overlay)
        if not re.search(str(overlay.get("x-applies-to", "")), title):
            continue
        if result is document:
            # Much faster than deepcopy; parts that a YAML alias shared become separate copies.
            result = msgspec.msgpack.decode(msgspec.msgpack.encode(document))
        for index, action in enumerate(actions):
            if not _apply_action(result, action, f"{name}: actions[{index}]"):
                notes.append(f"overlay {name}: {action['target']} matches nothing")
    return result, tuple(notes)


def _read_actions(name: str, overlay: Any) -> list[Any]:
    actions = overlay.get("actions") if isinstance(overlay, dict) else None
    if not isinstance(actions, list) or not str(overlay.get("overlay", "")).startswith("1."):
        raise DescriptionError(
            f"{name}: not an OpenAPI overlay", hint="It needs `overlay: 1.0.0` and a list of `actions`."
        )
    return actions


def _apply_action(document: dict[str, Any], action: Any, where: str) -> int:
    """Carry out one action and return the number of places that its target matches."""
    if not isinstance(action, dict) or not isinstance(action.get("target"), str):
        raise DescriptionError(
            f"{where}: has no `target`", hint="Give it a JSONPath, for example `$.paths['/users'].post`."
        )
    if not action.get("x-reason"):
        raise DescriptionError(f"{where}: has no `x-reason`", hint="State in a sentence why the description needs it.")
    _check_kind(action, where)
    try:
        matches = list(_PATHS.finditer(action["target"], document))
    except JSONPathError as error:
        raise DescriptionError(
            f"{where}: `{action['target']}` is not a JSONPath: {error}", hint="See RFC 9535 for the syntax."
        ) from None
    # Last first, so that removals from a list do not shift later matches.
    for match in reversed(matches):
        if action.get("remove") is True and match.parent is not None:
            del match.parent.obj[match.parts[-1]]  # type: ignore[attr-defined]
        elif "update" in action:
            _merge_update(match.obj, action["update"], where)
            _mark_reading(match.obj, action)
    return len(matches)


def _check_kind(action: dict[str, Any], where: str) -> None:
    """Raise DescriptionError for an unknown kind, or a chosen reading that does not name the other one."""
    kind = action.get("x-evconform-kind", "addition")
    if kind not in _KINDS:
        raise DescriptionError(
            f"{where}: `x-evconform-kind` must be one of {', '.join(_KINDS)}, got {kind!r}",
            hint="A spelling mended means the same as before; a reading chosen does not.",
        )
    about, published = action.get("x-evconform-about"), action.get("x-evconform-published")
    if kind == "reading" and "update" in action and (about not in _ABOUT or not published):
        raise DescriptionError(
            f"{where}: a chosen reading needs `x-evconform-about` ({', '.join(_ABOUT)}) and `x-evconform-published`",
            hint="State in a sentence how the description reads without the overlay.",
        )


def _mark_reading(target: Any, action: dict[str, Any]) -> None:
    """Leave both readings at the place where one was chosen."""
    if action.get("x-evconform-kind") == "reading" and isinstance(target, dict):
        texts = {"chosen": action["x-reason"], "published": action["x-evconform-published"]}
        target[READINGS] = {**target.get(READINGS, {}), action["x-evconform-about"]: texts}


def _merge_update(target: Any, update: Any, where: str) -> None:
    """Merge an update into its target (Overlay 1.0.0, section 4.4.3): objects by key, lists by appending."""
    if isinstance(target, dict) and isinstance(update, dict):
        for key, value in update.items():
            if isinstance(target.get(key), dict) and isinstance(value, dict):
                _merge_update(target[key], value, where)
            elif isinstance(target.get(key), list) and isinstance(value, list):
                target[key] = [*target[key], *copy.deepcopy(value)]
            else:
                target[key] = copy.deepcopy(value)
    elif isinstance(target, list):
        target.append(copy.deepcopy(update))
    else:
        raise DescriptionError(f"{where}: only objects and lists can be updated", hint="Target the object around it.")
