"""The effect of an operation outside the API, which decides what the safety rules require before it is sent."""

import re

from conformance.description import path_templates
from conformance.description.roles import ClassifiedOperation
from conformance.errors import DescriptionError
from conformance.model import Effect, Role

_STATED = ("x-evconform-effect", "x-effect")  # ours first: an overlay corrects what a description says
_READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ACTIONS = frozenset(
    [
        "accept",
        "activate",
        "approve",
        "boost",
        "cancel",
        "complete",
        "confirm",
        "connect",
        "deactivate",
        "delete",
        "disable",
        "disconnect",
        "dispatch",
        "enable",
        "execute",
        "join",
        "leave",
        "pause",
        "pay",
        "reboot",
        "reconnect",
        "refund",
        "reject",
        "remove",
        "reset",
        "restart",
        "resume",
        "revoke",
        "send",
        "start",
        "stop",
        "submit",
        "terminate",
        "trigger",
        "unlink",
        "unlock",
    ]
)
"""Verbs that name an action where they begin or end a segment behind the last parameter of a path."""


def effect_of(placed: ClassifiedOperation) -> Effect:
    """Return the effect that the description states (`x-evconform-effect`, `x-effect`), or the default one.

    By default reads have none, deletes and unknown actions are irreversible, everything else writes. A GET that is
    named after an action, and is no list, is one: `GET /sessions/{id}/cancel` is not sent as a harmless read.

    Raises:
        DescriptionError: `x-evconform-effect` is no known effect.
    """
    stated = placed.stated.node.get(_STATED[0])
    known = {effect.value: effect for effect in Effect}
    if stated is not None and stated not in known:
        raise DescriptionError(
            f"{placed.stated.key}: x-evconform-effect must be one of {', '.join(known)}, got `{stated}`",
            hint="Correct the overlay or the description",
        )
    if stated is not None:
        return known[stated]
    foreign = placed.stated.node.get(_STATED[1])
    if foreign is not None:  # whatever another convention calls it, it is no harmless read
        return known.get(str(foreign).lower(), Effect.IRREVERSIBLE)
    if placed.stated.method in _READ_METHODS:
        acts = placed.role is not Role.LIST and _is_named_after_an_action(placed.stated.path)
        return Effect.IRREVERSIBLE if acts else Effect.NONE
    return Effect.IRREVERSIBLE if placed.role in {Role.DELETE, Role.ACTION} else Effect.WRITE


def _is_named_after_an_action(path: str) -> bool:
    """Return whether a segment behind the last parameter of a path begins or ends with the verb of an action."""
    for segment in reversed(path_templates.split_path(re.split(r"[?#;]", path)[0])):
        if path_templates.is_parameter(segment):
            return ":" in segment and _has_verb_at_an_end(segment.rpartition(":")[2])
        if _has_verb_at_an_end(segment.rpartition(":")[2]):
            return True
    return False


def _has_verb_at_an_end(segment: str) -> bool:
    """Return whether the first or the last word of a segment is a verb; `boostStart` has two words."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", segment)]
    return bool(words) and not _ACTIONS.isdisjoint({words[0], words[-1]})
