"""A change between two descriptions, and the rules that say which side it breaks."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec


class Severity(StrEnum):
    """The gravity of a change for one side, the gravest first."""

    BREAKING = "breaking"  # a caller or server that worked may fail
    RISKY = "risky"  # a person should look at it
    HARMLESS = "harmless"


class View(StrEnum):
    """The side from which a change is judged: those who call the API, or those who serve it."""

    CLIENT = "client"
    SERVER = "server"


class Direction(StrEnum):
    """The direction in which data travels: clients write requests, servers write responses and deliveries."""

    REQUEST = "request"
    RESPONSE = "response"


class ValidityEffect(StrEnum):
    """The effect of a change on the set of valid messages."""

    NARROWS = "narrows"
    WIDENS = "widens"
    REPLACES = "replaces"  # neither set holds the other
    UNCLEAR = "unclear"
    NONE = "none"


B, R, H = Severity.BREAKING, Severity.RISKY, Severity.HARMLESS

# Changes that do not alter a set of valid messages: rule -> (severity for clients, for servers, message).
FIXED_RULES: Mapping[str, tuple[Severity, Severity, str]] = MappingProxyType(
    {
        "operation-removed": (B, R, "the operation was removed"),
        "operation-added": (H, B, "the operation is new"),
        "operation-deprecated": (R, H, "the operation is deprecated"),
        "operation-reinstated": (H, H, "the operation is no longer deprecated"),
        "operation-id-changed": (R, H, "the operationId changed, and with it the names in generated code"),
        "webhook-removed": (B, R, "the webhook was removed"),
        "webhook-added": (H, B, "the webhook is new"),
        "server-removed": (B, H, "the server was removed"),
        "server-added": (H, H, "the server is new"),
        "security-tightened": (B, R, "some callers that were admitted may be refused"),
        "security-loosened": (H, B, "more callers are admitted"),
        "scope-removed": (R, R, "no flow defines the scope any more"),
        "scope-added": (H, H, "a flow defines a new scope"),
        "token-url-changed": (B, R, "the URL for tokens changed"),
        "parameter-removed": (B, H, "the parameter was removed: it will be refused or ignored"),
        "parameter-added-required": (B, R, "a new parameter must be sent"),
        "parameter-added": (H, R, "a new parameter may be sent"),
        "parameter-required": (B, R, "the parameter must be sent now"),
        "parameter-optional": (H, B, "the parameter may be left out now"),
        "parameter-deprecated": (R, H, "the parameter is deprecated"),
        "parameter-style-changed": (B, B, "the serialisation of the parameter changed"),
        "body-added-required": (B, R, "a body must be sent now"),
        "body-added": (H, R, "a body may be sent now"),
        "body-removed": (B, H, "a body is no longer accepted"),
        "body-required": (B, R, "the body must be sent now"),
        "body-optional": (H, B, "the body may be left out now"),
        "request-media-type-removed": (B, R, "the media type is no longer accepted"),
        "request-media-type-added": (H, B, "another media type is accepted"),
        "response-media-type-removed": (B, B, "the media type is no longer offered"),
        "response-media-type-added": (H, R, "another media type is offered"),
        "success-removed": (B, B, "the success status is no longer documented"),
        "success-added": (R, H, "another success status is documented"),
        "error-removed": (H, H, "the error is no longer documented"),
        "error-added": (H, H, "another error is documented"),
        "header-removed-required": (B, H, "the header, which was always sent, was removed"),
        "header-removed": (R, H, "the header was removed"),
        "header-added": (H, H, "the header is new"),
        "header-added-required": (H, B, "the header is new and always sent"),
        "header-optional": (B, H, "the header may be missing now"),
        "header-required": (H, B, "the header is always sent now"),
        "response-property-removed": (R, H, "the property was removed"),
        "response-property-added": (H, R, "the property is new"),
        "request-property-removed": (R, H, "the property was removed: it will be refused or ignored"),
        "request-property-added": (H, R, "the property may be sent now"),
        "property-deprecated": (R, H, "the property is deprecated"),
        "request-property-read-only": (R, H, "the property can no longer be sent"),
        "request-property-writable": (H, R, "the property can be sent now"),
        "response-property-write-only": (R, H, "the property is no longer shown"),
        "response-property-shown": (H, R, "the property is shown now"),
        "request-default-changed": (R, R, "the default, which applies when it is left out, changed"),
        "response-default-changed": (H, H, "the documented default changed"),
    }
)


# What a server must do from now on, where it is more than to serve what is new: it must refuse what it took before.
SERVER_DUTIES: Mapping[str, str] = MappingProxyType(
    {
        "operation-removed": "a server must now refuse it, with 404 or 405",
        "webhook-removed": "a server must no longer send it",
        "security-tightened": "a server must now refuse them",
        "scope-removed": "a server must no longer grant it",
        "parameter-added-required": "a server must now refuse requests without it",
        "parameter-required": "a server must now refuse requests without it",
        "body-added-required": "a server must now refuse requests without it",
        "body-required": "a server must now refuse requests without it",
        "request-media-type-removed": "a server must now refuse it, with 415",
        "response-media-type-removed": "a server must no longer send it",
        "success-removed": "a server must no longer answer with it",
    }
)
NARROWED_REQUEST_DUTY = "a server must now refuse the rest"  # what is no longer valid


class DescriptionChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change, with the operations that it affects.

    `place` is a parameter, a status, or a field such as `EVSE.tags[]`. `client` and `server` are its severity for each.
    `duty` is what a server must do from now on, empty where that is no more than to serve what is new.
    """

    rule: str
    client: Severity
    server: Severity
    place: str
    message: str
    old: Any = None
    new: Any = None
    direction: str = ""
    operations: tuple[str, ...] = ()
    duty: str = ""

    def find_severity(self, view: View) -> Severity:
        """Return the severity of the change for one side."""
        return self.client if view is View.CLIENT else self.server


def derive_severities(direction: Direction, effect: ValidityEffect) -> tuple[Severity, Severity]:
    """Return the severity for clients and for servers: narrowing breaks the writer, widening breaks the reader.

    An unclear effect is risky to both; a set replaced by another one breaks both. Requests that were narrowed are risky
    to servers: they must now refuse what they took before.
    """
    if effect is ValidityEffect.NONE:
        return H, H
    if effect is ValidityEffect.UNCLEAR:
        return R, R
    if effect is ValidityEffect.REPLACES:
        return B, B
    if direction is Direction.REQUEST and effect is ValidityEffect.NARROWS:
        return B, R
    client_writes = direction is Direction.REQUEST
    broken_client = (effect is ValidityEffect.NARROWS) is client_writes
    return (B, H) if broken_client else (H, B)


def build_fixed_change(
    rule: str, place: str, *, old: Any = None, new: Any = None, direction: str = ""
) -> DescriptionChange:
    """Return a change whose severity and message stand in `FIXED`."""
    client, server, message = FIXED_RULES[rule]
    return DescriptionChange(
        rule, client, server, place, message, old, new, direction, duty=SERVER_DUTIES.get(rule, "")
    )
