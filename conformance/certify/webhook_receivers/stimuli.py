"""The table of everything that is sent: each stimulus with its name, expected response, level and reason."""

from enum import StrEnum
from typing import Any

import msgspec

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.messages import WRONG_MAC, Mutation, keep_unchanged
from conformance.model import Level, Profile

MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY


class ExpectedResponse(StrEnum):
    """The expected response."""

    ACCEPT = "2xx"
    REFUSE = "4xx"
    NEVER_ACCEPT = "not 2xx, preferably 4xx"
    IGNORE = "unsigned values take no effect"
    FOLLOW = "the receiver follows the signed body, or 4xx"
    SURVIVE = "2xx or 4xx"
    NOT_BREAK = "no 5xx"
    ACCEPT_OR_415 = "2xx or 415"
    EARLY = "refused before the whole body is read"


class SendMode(StrEnum):
    """The way in which a message is sent: once or repeatedly, alone or with others."""

    ONCE = "once"
    REPLAY = "twice, byte by byte the same"
    RETRY = "twice, signed anew"
    BURST = "20 times at once"
    CROWD = "50 different messages at once"
    REVERSED = "ended, then created"
    STREAM = "chunked, 50 MB"
    PLAIN = "over plain http"
    OLD_TLS = "over TLS 1.1"


class SigningKeyChoice(StrEnum):
    """The key that signs."""

    CURRENT = "the secret"
    OTHER = "an unknown secret"
    PREVIOUS = "the previous secret"


class Payload(StrEnum):
    """The payload of the message before any change."""

    CREATED = "a resource has begun"
    ENDED = "a resource has ended"
    DRAWN = "drawn from the description, begun"
    DRAWN_ENDED = "drawn from the description, ended"
    NULLS = "null wherever the description allows it"


class Stimulus(msgspec.Struct, frozen=True):
    """One thing to send. `before` changes the message before it is signed, `after` changes it afterwards.

    `effects` is how often the event must take effect, None if it does not matter; with `forged`, the effect of the
    forged id counts. `near_limit` marks a timestamp so near a limit that both clocks must agree, `delay_sensitive` one
    that a slow delivery carries across the limit. `wait_s` is the wait before a retry, in seconds.
    """

    name: str
    requirement: str
    expected: ExpectedResponse
    reason: str
    level: Level = MUST
    before: Mutation = keep_unchanged
    after: Mutation = keep_unchanged
    signer: SigningKeyChoice = SigningKeyChoice.CURRENT
    mode: SendMode = SendMode.ONCE
    effects: int | None = None
    forged: bool = False
    near_limit: bool = False
    delay_sensitive: bool = False
    payload: Payload = Payload.CREATED
    wait_s: int = 0
    profile: Profile = Profile.STANDARD


def _add_unknown_enum_values(payload: dict[str, Any]) -> dict[str, Any]:
    """Give an unknown value to each property that is an enum by its name."""
    data = payload["data"]
    enum_names = {name for name in data if name == "mode" or name.endswith(("_type", "classification"))}
    return {**payload, "data": {**data, **dict.fromkeys(enum_names, "A_VALUE_OF_TOMORROW")}}


def _add_unknown_fields(payload: dict[str, Any]) -> dict[str, Any]:
    """Add unknown fields to the data and to the envelope."""
    data = {**payload["data"], "field_of_tomorrow": {"deep": [1, None, "ä"]}}
    return {**payload, "data": data, "envelope_of_tomorrow": True}


def _rename_envelope(payload: dict[str, Any]) -> dict[str, Any]:
    """Rename the fields of the envelope."""
    return {"event": payload["type"], "payload": payload["data"]}


def _change_type(payload: dict[str, Any]) -> dict[str, Any]:
    """Replace the event by one that does not exist yet."""
    return {**payload, "type": "tariff_of_tomorrow.published", "data": {"id": "tomo01", "url": "https://example.com/1"}}


NAN, MILLISECONDS = m.change_timestamp(lambda _: "nan"), m.change_timestamp(lambda s: s + "000")
DIGITS, LETTERS = m.change_timestamp(lambda s: s.ljust(400, "9")), m.change_timestamp(lambda s: s + "abc")
NOT_COVERED = "The signature does not cover this message: anybody could have sent it."
RETRIES = "After 5xx the provider retries for a day, and then disables the endpoint."
AT_LEAST_ONCE = "Delivery is at least once: a repeated event must not take effect again."
LENIENT = "The provider extends its API without a new version."

STIMULI: tuple[Stimulus, ...] = (
    Stimulus("valid", "W01", ExpectedResponse.ACCEPT, "The provider sends such messages.", effects=1),
    Stimulus("valid ended", "W01", ExpectedResponse.ACCEPT, "The provider sends such messages.", payload=Payload.ENDED),
    Stimulus("drawn", "W01", ExpectedResponse.ACCEPT, "The description allows this payload.", payload=Payload.DRAWN),
    Stimulus(
        "drawn ended",
        "W01",
        ExpectedResponse.ACCEPT,
        "The description allows this payload.",
        payload=Payload.DRAWN_ENDED,
    ),
    Stimulus(
        "webhook-* headers",
        "W01",
        ExpectedResponse.ACCEPT,
        "Standard Webhooks names the headers so.",
        level=MAY,
        before=m.set_family("webhook"),
    ),
    Stimulus("no id", "W02", ExpectedResponse.REFUSE, NOT_COVERED, after=m.drop_headers("id"), effects=0),
    Stimulus("empty id", "W02", ExpectedResponse.REFUSE, NOT_COVERED, after=m.empty_header("id"), effects=0),
    Stimulus("no timestamp", "W03", ExpectedResponse.REFUSE, NOT_COVERED, after=m.drop_headers("timestamp"), effects=0),
    Stimulus(
        "empty timestamp", "W03", ExpectedResponse.REFUSE, NOT_COVERED, after=m.empty_header("timestamp"), effects=0
    ),
    Stimulus("no signature", "W04", ExpectedResponse.REFUSE, NOT_COVERED, after=m.drop_headers("signature"), effects=0),
    Stimulus(
        "empty signature", "W04", ExpectedResponse.REFUSE, NOT_COVERED, after=m.empty_header("signature"), effects=0
    ),
    Stimulus("none of the three", "W04", ExpectedResponse.REFUSE, NOT_COVERED, after=m.drop_headers(), effects=0),
    Stimulus("wrong key", "W05", ExpectedResponse.REFUSE, NOT_COVERED, signer=SigningKeyChoice.OTHER, effects=0),
    Stimulus(
        "previous secret",
        "W06",
        ExpectedResponse.REFUSE,
        "The rotation has ended: a leaked key may have been its reason.",
        signer=SigningKeyChoice.PREVIOUS,
        effects=0,
    ),
    Stimulus(
        "flipped byte",
        "W07",
        ExpectedResponse.REFUSE,
        NOT_COVERED,
        after=lambda x: m.replace_fields(x, body=m.flip_byte(x.body)),
        effects=0,
    ),
    Stimulus(
        "serialised again",
        "W08",
        ExpectedResponse.REFUSE,
        "The signature covers the raw bytes, not their meaning.",
        after=lambda x: m.replace_fields(x, body=m.reserialise(x.body)),
        effects=0,
    ),
    Stimulus(
        "newline at the end",
        "W09",
        ExpectedResponse.REFUSE,
        "The signature covers all raw bytes.",
        after=lambda x: m.replace_fields(x, body=x.body + b"\n"),
        effects=0,
    ),
    Stimulus("swapped id", "W10", ExpectedResponse.REFUSE, NOT_COVERED, after=m.forge_id, effects=0, forged=True),
    Stimulus("changed timestamp", "W11", ExpectedResponse.REFUSE, NOT_COVERED, after=m.shift_timestamp, effects=0),
    Stimulus(
        "301 s old",
        "W12",
        ExpectedResponse.REFUSE,
        "The message may be a replay.",
        before=m.make_older(301),
        effects=0,
        near_limit=True,
    ),
    Stimulus(
        "299 s old",
        "W12",
        ExpectedResponse.ACCEPT,
        "The tolerance is 300 s.",
        SHOULD,
        before=m.make_younger(299),
        near_limit=True,
        delay_sensitive=True,
    ),
    Stimulus(
        "302 s ahead",
        "W13",
        ExpectedResponse.REFUSE,
        "The message may be a replay.",
        before=m.make_future(302),
        effects=0,
        near_limit=True,
        delay_sensitive=True,
    ),
    Stimulus(
        "299 s ahead",
        "W13",
        ExpectedResponse.ACCEPT,
        "The tolerance is 300 s.",
        SHOULD,
        before=m.make_future(299),
        near_limit=True,
    ),
    Stimulus("nan", "W14", ExpectedResponse.NEVER_ACCEPT, "NaN compares false with every number.", before=NAN),
    Stimulus(
        "milliseconds", "W14", ExpectedResponse.NEVER_ACCEPT, "The timestamp is far in the future.", before=MILLISECONDS
    ),
    Stimulus("400 digits", "W14", ExpectedResponse.NEVER_ACCEPT, "The timestamp is not a valid time.", before=DIGITS),
    Stimulus(
        "trailing letters", "W14", ExpectedResponse.NEVER_ACCEPT, "The timestamp is not a number.", before=LETTERS
    ),
    Stimulus(
        "bad, good",
        "W15",
        ExpectedResponse.ACCEPT,
        "During a rotation both keys sign.",
        after=m.change_signatures(lambda mac: f"v1,{WRONG_MAC} v1,{mac}"),
    ),
    Stimulus(
        "the last of ten",
        "W15",
        ExpectedResponse.ACCEPT,
        "During a rotation all keys sign.",
        after=m.change_signatures(lambda mac: f"v1,{WRONG_MAC} " * 9 + f"v1,{mac}"),
    ),
    Stimulus(
        "v1a only",
        "W16",
        ExpectedResponse.REFUSE,
        "v1a is another scheme, and this is not a valid signature of it.",
        after=m.change_signatures(lambda mac: f"v1a,{mac}"),
    ),
    Stimulus(
        "v2 only",
        "W16",
        ExpectedResponse.REFUSE,
        "v2 is not a known scheme.",
        after=m.change_signatures(lambda mac: f"v2,{mac}"),
    ),
    Stimulus(
        "v1a beside v1",
        "W16",
        ExpectedResponse.ACCEPT,
        "A header may hold signatures of several schemes.",
        after=m.change_signatures(lambda mac: f"v1,{mac} v1a,{WRONG_MAC}"),
    ),
    Stimulus(
        "bad base64",
        "W17",
        ExpectedResponse.NEVER_ACCEPT,
        "The value is not a MAC.",
        after=m.change_signatures(lambda _: "v1,not*base64!"),
    ),
    Stimulus(
        "no comma",
        "W17",
        ExpectedResponse.NEVER_ACCEPT,
        "The signature names no scheme.",
        after=m.change_signatures(lambda mac: f"v1{mac}"),
    ),
    Stimulus(
        "comma-separated",
        "W17",
        ExpectedResponse.NEVER_ACCEPT,
        "Signatures are separated by spaces.",
        after=m.change_signatures(lambda mac: f"v1,{WRONG_MAC},v1,{mac}"),
    ),
    Stimulus(
        "truncated",
        "W17",
        ExpectedResponse.NEVER_ACCEPT,
        "A shorter MAC is much easier to guess.",
        after=m.change_signatures(lambda mac: f"v1,{mac[:20]}"),
    ),
    Stimulus(
        "double space",
        "W17",
        ExpectedResponse.NEVER_ACCEPT,
        "The header holds no valid signature.",
        after=m.change_signatures(lambda _: f"v1,{WRONG_MAC}  v1,{WRONG_MAC}"),
    ),
    Stimulus(
        "forged svix-* beside webhook-*",
        "W18",
        ExpectedResponse.IGNORE,
        NOT_COVERED,
        after=m.add_forged_family("svix"),
        effects=0,
        forged=True,
    ),
    Stimulus(
        "forged webhook-* beside svix-*",
        "W18",
        ExpectedResponse.IGNORE,
        NOT_COVERED,
        after=m.add_forged_family("webhook"),
        effects=0,
        forged=True,
    ),
    *(
        Stimulus(
            f"two ids, the forged one {'first' if first else 'last'}",
            "W18",
            ExpectedResponse.IGNORE,
            NOT_COVERED,
            after=m.double_header("id", lambda x: m.make_forged_id(x.id), first=first),
            effects=0,
            forged=True,
        )
        for first in (True, False)
    ),
    *(
        Stimulus(
            f"two timestamps, the fresh one {'first' if first else 'last'}",
            "W18",
            ExpectedResponse.NEVER_ACCEPT,
            "The signed timestamp is too old, and the fresh one is not signed.",
            before=m.make_older(3600),
            after=m.double_header("timestamp", lambda x: str(int(x.now)), first=first),
        )
        for first in (True, False)
    ),
    Stimulus(
        "header says ended",
        "W19",
        ExpectedResponse.FOLLOW,
        "The signature does not cover svix-event-type.",
        after=m.contradict_event_header,
    ),
    Stimulus(
        "no JSON",
        "W20",
        ExpectedResponse.SURVIVE,
        RETRIES,
        SHOULD,
        before=m.change_body(lambda b: b[:-1]),
        mode=SendMode.RETRY,
    ),
    Stimulus(
        "no UTF-8",
        "W20",
        ExpectedResponse.SURVIVE,
        RETRIES,
        SHOULD,
        before=m.change_body(lambda _: b'{"type":"\xff"}'),
        mode=SendMode.RETRY,
    ),
    Stimulus(
        "wrong envelope",
        "W20",
        ExpectedResponse.SURVIVE,
        RETRIES,
        SHOULD,
        before=m.change_payload(_rename_envelope),
        mode=SendMode.RETRY,
    ),
    Stimulus("unknown type", "W21", ExpectedResponse.ACCEPT, LENIENT, before=m.change_payload(_change_type)),
    Stimulus("unknown fields", "W22", ExpectedResponse.ACCEPT, LENIENT, before=m.change_payload(_add_unknown_fields)),
    Stimulus(
        "unknown enum values",
        "W22",
        ExpectedResponse.ACCEPT,
        LENIENT,
        before=m.change_payload(_add_unknown_enum_values),
    ),
    Stimulus("nulls", "W22", ExpectedResponse.ACCEPT, "The description allows null here.", payload=Payload.NULLS),
    Stimulus("replay", "W23", ExpectedResponse.ACCEPT, AT_LEAST_ONCE, mode=SendMode.REPLAY, effects=1),
    Stimulus("retry", "W24", ExpectedResponse.ACCEPT, AT_LEAST_ONCE, mode=SendMode.RETRY, effects=1),
    Stimulus(
        "retry after 5 min",
        "W24",
        ExpectedResponse.ACCEPT,
        AT_LEAST_ONCE,
        mode=SendMode.RETRY,
        effects=1,
        wait_s=305,
        profile=Profile.DEEP,
    ),
    Stimulus(
        "retry after 27 h 35 min",
        "W24",
        ExpectedResponse.ACCEPT,
        AT_LEAST_ONCE,
        SHOULD,
        mode=SendMode.RETRY,
        effects=1,
        wait_s=99_300,
        profile=Profile.DEEP,
    ),
    Stimulus("at once", "W25", ExpectedResponse.ACCEPT, AT_LEAST_ONCE, mode=SendMode.BURST, effects=1),
    Stimulus(
        "out of order",
        "W26",
        ExpectedResponse.ACCEPT,
        "The order of deliveries is not guaranteed.",
        mode=SendMode.REVERSED,
    ),
    Stimulus(
        "a crowd",
        "W27",
        ExpectedResponse.ACCEPT,
        "A delivery without a 2xx within 15 s has failed.",
        mode=SendMode.CROWD,
    ),
    Stimulus(
        "20 KB",
        "W28",
        ExpectedResponse.ACCEPT,
        "Payloads of the provider are smaller.",
        before=m.change_payload(m.pad_payload(20_000)),
    ),
    Stimulus("1 MB", "W28", ExpectedResponse.NOT_BREAK, RETRIES, before=m.change_payload(m.pad_payload(1_000_000))),
    Stimulus(
        "50 MB",
        "W28",
        ExpectedResponse.EARLY,
        "Anybody can send an unsigned body.",
        SHOULD,
        after=m.drop_headers(),
        mode=SendMode.STREAM,
    ),
    Stimulus(
        "text/plain",
        "W29",
        ExpectedResponse.ACCEPT_OR_415,
        "Both responses are clear.",
        MAY,
        before=m.set_media_type("text/plain; charset=utf-8"),
    ),
    Stimulus("GET", "W30", ExpectedResponse.REFUSE, "Only POST is a delivery.", SHOULD, before=m.set_method("GET")),
    Stimulus("PUT", "W30", ExpectedResponse.REFUSE, "Only POST is a delivery.", SHOULD, before=m.set_method("PUT")),
    Stimulus("plain http", "W30", ExpectedResponse.REFUSE, "Plain http can be read on the way.", mode=SendMode.PLAIN),
    Stimulus("old TLS", "W30", ExpectedResponse.REFUSE, "RFC 8996 deprecates TLS 1.0 and 1.1.", mode=SendMode.OLD_TLS),
    Stimulus(
        "valid at the end", "W01", ExpectedResponse.ACCEPT, "The earlier refusals must not come from a rate limit."
    ),
)
