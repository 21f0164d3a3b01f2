"""W02 to W11: messages that the signature does not cover."""

from typing import Any

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import (
    DeliveryStep,
    ExpectedResponse,
    Payload,
    SendMode,
    SigningKeyChoice,
    Stimulus,
)
from conformance.certify.webhook_receivers.messages import WRONG_MAC, Mutation
from conformance.certify.webhook_receivers.stimuli.families import cover_both_families, cover_ended
from conformance.certify.webhook_receivers.stimuli.payloads import change_type
from conformance.certify.webhook_receivers.stimuli.reasons import NOT_COVERED

_REFUSE = ExpectedResponse.REFUSE
_RAW = "The signature covers the raw bytes, not their meaning."
_ABSENT = ("None", "null", "undefined")  # what languages write for an absent header


def _forge(name: str, requirement: str, reason: str = NOT_COVERED, **fields: Any) -> Stimulus:
    """Return a stimulus that must be refused, without an effect."""
    return Stimulus(name, requirement, _REFUSE, reason, effects=0, **fields)


def _set(**fields: str) -> Mutation:
    """Set fields of the message before it is signed."""
    return lambda message: m.replace_fields(message, **fields)


def _under_known_id(name: str, requirement: str, **fields: Any) -> Stimulus:
    """Return a forgery with the id of a message that was accepted before."""
    steps = (DeliveryStep(), DeliveryStep(expected=_REFUSE, **fields))
    reason = "A known id is no signature."
    return Stimulus(name, requirement, _REFUSE, reason, mode=SendMode.STEPS, steps=steps)


_HEADERS = (
    _forge("no id", "W02", after=m.drop_headers("id")),
    _forge("empty id", "W02", after=m.empty_header("id")),
    _forge("empty id, signed so", "W02", before=m.empty_header("id")),
    _forge("no id, signed as empty", "W02", before=m.empty_header("id"), after=m.drop_headers("id")),
    *(_forge(f"no id, signed as {text}", "W02", before=_set(id=text), after=m.drop_headers("id")) for text in _ABSENT),
    _forge("no timestamp", "W03", after=m.drop_headers("timestamp")),
    _forge("empty timestamp", "W03", after=m.empty_header("timestamp")),
    _forge("empty timestamp, signed so", "W03", before=m.empty_header("timestamp")),
    _forge(
        "no timestamp, signed as empty", "W03", before=m.empty_header("timestamp"), after=m.drop_headers("timestamp")
    ),
    *(
        _forge(f"no timestamp, signed as {text}", "W03", before=_set(stamp=text), after=m.drop_headers("timestamp"))
        for text in _ABSENT
    ),
    _forge("no signature", "W04", after=m.drop_headers("signature")),
    _forge("empty signature", "W04", after=m.empty_header("signature")),
    _forge("none of the three", "W04", after=m.drop_headers()),
    _forge("none of the three, as text", "W04", before=m.set_media_type("text/plain"), after=m.drop_headers()),
    _forge(
        "none of the three, as a form",
        "W04",
        before=m.set_media_type("application/x-www-form-urlencoded"),
        after=m.drop_headers(),
    ),
    _forge("none of the three, ended", "W04", after=m.drop_headers(), payload=Payload.ENDED),
)
_KEYS = (
    _forge("wrong key", "W05", signer=SigningKeyChoice.OTHER),
    _forge("wrong key, unknown type", "W05", signer=SigningKeyChoice.OTHER, before=m.change_payload(change_type)),
    _forge("wrong key, no content type", "W05", signer=SigningKeyChoice.OTHER, before=m.set_media_type("")),
    _forge("empty key", "W05", "An empty secret is known to everybody.", signer=SigningKeyChoice.EMPTY),
    _forge(
        "key of the documentation",
        "W05",
        "The documentation publishes this secret.",
        signer=SigningKeyChoice.PUBLISHED,
    ),
    _forge(
        "previous secret",
        "W06",
        "The rotation has ended: a leaked key may have been its reason.",
        signer=SigningKeyChoice.PREVIOUS,
    ),
    _forge(
        "previous secret beside a bad signature",
        "W06",
        "The rotation has ended: a leaked key may have been its reason.",
        signer=SigningKeyChoice.PREVIOUS,
        after=m.change_signatures(lambda mac: f"v1,{WRONG_MAC} v1,{mac}"),
    ),
)
_BODIES = (
    _forge("flipped byte", "W07", after=m.change_sent_body(m.flip_byte)),
    _forge("flipped byte near the end", "W07", after=m.change_sent_body(m.flip_last_letter)),
    _forge(
        "flipped byte at the end of 20 KB",
        "W07",
        before=m.change_payload(m.pad_payload(20_000)),
        after=m.change_sent_body(m.flip_last_letter),
    ),
    _forge("empty body", "W07", after=m.change_sent_body(lambda _: b"")),
    _forge("inserted byte that is no UTF-8", "W07", _RAW, after=m.change_sent_body(m.insert_bytes(b"\xff"))),
    _forge("serialised again", "W08", _RAW, after=m.change_sent_body(m.reserialise)),
    _forge("members in another order", "W08", _RAW, after=m.change_sent_body(m.reverse_members)),
    _forge("a letter written as an escape", "W08", _RAW, after=m.change_sent_body(m.write_escaped)),
    _forge(
        "lines that end with CR LF",
        "W08",
        _RAW,
        before=m.change_body(m.reserialise),
        after=m.change_sent_body(lambda body: body.replace(b"\n", b"\r\n")),
    ),
    _forge(
        "another form of Unicode",
        "W08",
        _RAW,
        before=m.change_body(m.insert_bytes("\u00e9".encode())),
        after=m.change_sent_body(lambda body: body.replace("\u00e9".encode(), "e\u0301".encode(), 1)),
    ),
    _forge("newline at the end", "W09", _RAW, after=m.change_sent_body(lambda body: body + b"\n")),
    _forge("CR LF at the end", "W09", _RAW, after=m.change_sent_body(lambda body: body + b"\r\n")),
    _forge("space at the beginning", "W09", _RAW, after=m.change_sent_body(lambda body: b" " + body)),
    _forge("space at the end", "W09", _RAW, after=m.change_sent_body(lambda body: body + b" ")),
    _forge("NUL at the end", "W09", _RAW, after=m.change_sent_body(lambda body: body + b"\0")),
    _forge("byte order mark", "W09", _RAW, after=m.change_sent_body(lambda body: b"\xef\xbb\xbf" + body)),
)
_UNSIGNED_VALUES = (
    _forge("swapped id", "W10", after=m.forge_id, forged=True),
    _forge("id in capitals", "W10", after=lambda x: m.replace_fields(x, id=x.id.upper())),
    _forge("changed timestamp", "W11", after=m.shift_timestamp),
    _forge(
        "old message with a fresh timestamp",
        "W11",
        "The message is a replay.",
        before=m.make_older(3600),
        after=lambda x: m.replace_fields(x, stamp=str(int(x.now))),
    ),
)
_KNOWN_IDS = (
    _under_known_id("no signature under a known id", "W04", after=m.drop_headers("signature")),
    _under_known_id("wrong key under a known id", "W05", signer=SigningKeyChoice.OTHER),
    _under_known_id("flipped byte under a known id", "W07", after=m.change_sent_body(m.flip_last_letter), is_copy=True),
    _under_known_id("known signature under another id", "W10", after=m.forge_id, is_copy=True),
    _under_known_id("changed timestamp under a known id", "W11", after=m.shift_timestamp, is_copy=True),
)
_ALL = (*_HEADERS, *_KEYS, *_BODIES, *_UNSIGNED_VALUES)
FORGERIES = (*cover_both_families((*_ALL, *cover_ended(_ALL))), *_KNOWN_IDS)
