"""The effect of an operation in the world, which decides what safety asks for before it is sent."""

import re

from conformance.description import path_templates
from conformance.description.roles import ClassifiedOperation
from conformance.errors import DescriptionError
from conformance.model import Effect, Role

_STATED = ("x-evconform-effect", "x-effect")  # ours first: an overlay corrects what a description says
_READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ACTIONS = frozenset(
    {
        "accept", "activate", "boost", "cancel", "complete", "confirm", "connect", "deactivate", "delete", "disable",
        "disconnect", "dispatch", "enable", "execute", "join", "leave", "pause", "pay", "reboot", "reconnect", "refund",
        "remove", "reset", "restart", "resume", "revoke", "send", "start", "stop", "submit", "trigger", "unlock",
        "wake",
    }
)  # fmt: skip
"""Verbs that name an action where they begin or end the last segment of a path."""


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
            hint="Correct the overlay or the description.",
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
    """Return whether the last fixed segment of a path begins or ends with the verb of an action."""
    last = path_templates.split_path(path)[-1:]
    if not last or path_templates.is_parameter(last[0]):
        return False
    words = [word for word in re.split(r"[^a-z]+", last[0].rpartition(":")[2].lower()) if word]
    return bool(words) and bool({words[0], words[-1]} & _ACTIONS)
