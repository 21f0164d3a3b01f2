"""OpenAPI Overlays (Overlay Specification 1.0 and 1.1): what people add to a description that it does not state.

An overlay applies to a description whose title matches its `x-applies-to`, or to every one where it has none. An action
may give its reason in `x-reason`, as each of the bundled ones does.
`x-evconform-kind` says what an action is: `addition` (the default) of what the description does not state, `spelling`
mended, after which it means the same, `either` where both of two readings are admitted, or `reading` chosen where it
has several. A chosen reading says in
`x-evconform-about` what it is about and in `x-evconform-published` how the description reads without it; both readings
stay in the document under `x-evconform-readings`, as no violation may rest on one of them alone.
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from conformance.description.overlay_actions import apply_action
from conformance.errors import DescriptionError

READINGS = "x-evconform-readings"
_VERSIONS = ((1, 0), (1, 1))
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
        if not _is_for_title(name, overlay, title):
            continue
        if result is document:
            # Much faster than deepcopy; parts that a YAML alias shared become separate copies.
            result = msgspec.msgpack.decode(msgspec.msgpack.encode(document))
        version = _read_version(overlay)
        for index, action in enumerate(actions):
            if not _apply_action(result, action, f"{name}: actions[{index}]", version):
                notes.append(f"overlay {name}: {action['target']} matches nothing")
    return result, tuple(notes)


def _read_actions(name: str, overlay: Any) -> list[Any]:
    actions = overlay.get("actions") if isinstance(overlay, dict) else None
    if not isinstance(actions, list) or _read_version(overlay) not in _VERSIONS:
        raise DescriptionError(
            f"{name}: not an OpenAPI overlay of version 1.0 or 1.1",
            hint="It needs `overlay: 1.1.0` and a list of `actions`",
        )
    return actions


def _is_for_title(name: str, overlay: dict[str, Any], title: str) -> bool:
    """Return whether the title is one that the overlay is for."""
    try:
        return re.search(str(overlay.get("x-applies-to", "")), title) is not None
    except re.error as error:
        raise DescriptionError(
            f"{name}: `x-applies-to` is not a regular expression: {error}", hint="Leave it out for every description"
        ) from None


def _read_version(overlay: dict[str, Any]) -> tuple[int, int]:
    """Return the version without its patch number, which makes no difference; (0, 0) for anything else."""
    parts = re.fullmatch(r"(\d{1,3})\.(\d{1,3})(\.\d{1,3})?", str(overlay.get("overlay", "")))
    return (int(parts[1]), int(parts[2])) if parts else (0, 0)


def _apply_action(document: dict[str, Any], action: Any, where: str, version: tuple[int, int]) -> int:
    """Carry out one action and return the number of places that its target matches."""
    if not isinstance(action, dict) or not isinstance(action.get("target"), str):
        raise DescriptionError(
            f"{where}: has no `target`", hint="Give it a JSONPath, for example `$.paths['/users'].post`"
        )
    if "update" in action and "copy" in action:
        raise DescriptionError(f"{where}: has both `update` and `copy`", hint="Write two actions")
    _check_kind(action, where)
    targets = apply_action(document, action, where, joins_lists=version >= (1, 1))
    for target in targets:
        _mark_reading(target, action)
    return len(targets)


def _check_kind(action: dict[str, Any], where: str) -> None:
    """Raise DescriptionError for an unknown kind, or a chosen reading that does not name the other one."""
    kind = action.get("x-evconform-kind", "addition")
    if kind not in _KINDS:
        raise DescriptionError(
            f"{where}: `x-evconform-kind` must be one of {', '.join(_KINDS)}, got {kind!r}",
            hint="A spelling that is mended keeps its meaning; a reading that is chosen does not",
        )
    about, published = action.get("x-evconform-about"), action.get("x-evconform-published")
    is_explained = about in _ABOUT and published and action.get("x-reason")
    if kind == "reading" and "update" in action and not is_explained:
        raise DescriptionError(
            f"{where}: a chosen reading needs `x-evconform-about` ({', '.join(_ABOUT)}), `x-evconform-published` and "
            "`x-reason`",
            hint="State what the description says without the overlay, and why the overlay changes it",
        )


def _mark_reading(target: Any, action: dict[str, Any]) -> None:
    """Leave both readings at the place where one was chosen."""
    if action.get("x-evconform-kind") == "reading" and isinstance(target, dict):
        texts = {"chosen": action["x-reason"], "published": action["x-evconform-published"]}
        target[READINGS] = {**target.get(READINGS, {}), action["x-evconform-about"]: texts}
