"""W15 to W17: several signatures, other labels, and headers that are malformed."""

import base64
from collections.abc import Callable

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, Stimulus
from conformance.certify.webhook_receivers.messages import WRONG_MAC
from conformance.certify.webhook_receivers.stimuli.families import cover_both_families, cover_ended

_BAD = f"v1,{WRONG_MAC}"
_ROTATION = "During a rotation both keys sign."
_BASE64 = "The base64 of a MAC has its padding and the standard alphabet (RFC 4648, section 3)."


def _accept(name: str, requirement: str, reason: str, make: Callable[[str], str]) -> Stimulus:
    return Stimulus(name, requirement, ExpectedResponse.ACCEPT, reason, after=m.change_signatures(make))


def _refuse(
    name: str, requirement: str, reason: str, make: Callable[[str], str], suits: Callable[[str], bool] = lambda _: True
) -> Stimulus:
    return Stimulus(
        name,
        requirement,
        ExpectedResponse.REFUSE,
        reason,
        after=m.change_signatures(make),
        effects=0,
        is_suitable=lambda message: suits(message.mac),
    )


def _has_special_character(mac: str) -> bool:
    return "+" in mac or "/" in mac


def _has_letter(mac: str) -> bool:
    return mac != mac.swapcase()


_REFUSED = (
    _refuse(
        "v1a only", "W16", "v1a is another scheme, and this is not a valid signature of it.", lambda mac: f"v1a,{mac}"
    ),
    _refuse("v2 only", "W16", "v2 is not a known scheme.", lambda mac: f"v2,{mac}"),
    _refuse("v11 only", "W16", "v11 is not a known scheme.", lambda mac: f"v11,{mac}"),
    _refuse("v2 beside a bad v1", "W16", "v2 is not a known scheme.", lambda mac: f"{_BAD} v2,{mac}"),
    _refuse("bad base64", "W17", "The value is not a MAC.", lambda _: "v1,not*base64!"),
    _refuse("no comma", "W17", "The signature names no scheme.", lambda mac: f"v1{mac}"),
    _refuse("no label", "W17", "The signature names no scheme.", lambda mac: mac),
    _refuse("empty label", "W17", "The signature names no scheme.", lambda mac: f",{mac}"),
    _refuse("equals sign", "W17", "The label ends with a comma.", lambda mac: f"v1={mac}"),
    _refuse("comma-separated", "W17", "Signatures are separated by spaces.", lambda mac: f"{_BAD},v1,{mac}"),
    _refuse("truncated", "W17", "A shorter MAC is much easier to guess.", lambda mac: f"v1,{mac[:20]}"),
    _refuse("one character", "W17", "A shorter MAC is much easier to guess.", lambda mac: f"v1,{mac[:1]}"),
    _refuse("empty MAC", "W17", "There is no MAC.", lambda _: "v1,"),
    _refuse("last byte missing", "W17", "The MAC has 32 bytes.", lambda mac: f"v1,{_shorten(mac)}"),
    _refuse("other case", "W17", "Base64 is case-sensitive.", lambda mac: f"v1,{mac.swapcase()}", _has_letter),
    _refuse("no padding", "W17", _BASE64, lambda mac: f"v1,{mac.rstrip('=')}"),
    _refuse(
        "base64url",
        "W17",
        _BASE64,
        lambda mac: f"v1,{mac.translate(str.maketrans('+/', '-_'))}",
        _has_special_character,
    ),
    _refuse("double space", "W17", "The header holds no valid signature.", lambda _: f"{_BAD}  {_BAD}"),
)


def _shorten(mac: str) -> str:
    """Return the base64 of a MAC without its last byte."""
    return base64.b64encode(base64.b64decode(mac)[:-1]).decode()


SIGNATURE_LISTS = (
    _accept("bad, good", "W15", _ROTATION, lambda mac: f"{_BAD} v1,{mac}"),
    _accept("good, bad", "W15", _ROTATION, lambda mac: f"v1,{mac} {_BAD}"),
    _accept("bad, good, bad", "W15", _ROTATION, lambda mac: f"{_BAD} v1,{mac} {_BAD}"),
    _accept("the last of ten", "W15", _ROTATION, lambda mac: f"{_BAD} " * 9 + f"v1,{mac}"),
    _accept("the first of ten", "W15", _ROTATION, lambda mac: f"v1,{mac}" + f" {_BAD}" * 9),
    *(
        _accept(name, "W16", "A header may hold signatures of several schemes.", make)
        for name, make in (
            ("v1a after v1", lambda mac: f"v1,{mac} v1a,{WRONG_MAC}"),
            ("v1a before v1", lambda mac: f"v1a,{WRONG_MAC} v1,{mac}"),
            ("v2 before v1", lambda mac: f"v2,{WRONG_MAC} v1,{mac}"),
        )
    ),
    *cover_both_families(_REFUSED),
    *cover_ended(_REFUSED),
)
