"""Deliveries to send: what is signed, what is sent, and the ways to be wrong. Pure."""

import math
from collections.abc import Callable
from typing import Any

import msgspec

from conformance.model import Headers
from conformance.webhooks.signatures import WebhookKey, build_signature_headers

USER_AGENT = "Svix-Webhooks/1.0 (evconform)"
_PARTS = ("id", "timestamp", "signature")


class DeliveryDraft(msgspec.Struct, frozen=True):
    """A delivery before it is sent.

    `now` is the time of sending in seconds since 1970; `stamp` is the text of the timestamp. `event` is the event type
    in the header, empty if there is none, `other_event` the other type of the pair. `signatures` is the value of the
    header, empty until it is signed. `dropped` names the parts of the signature headers that are left out, `extra`
    headers come after the others. `path` is the path of the resource of the event, empty if it has none. `spell` writes
    the names of the headers. `drafted_id` and `signed_event` are the id and the event type before any change that the
    signature does not cover.
    """

    id: str
    now: float
    stamp: str
    event: str
    other_event: str
    body: bytes
    signatures: str = ""
    family: str = "svix"
    dropped: tuple[str, ...] = ()
    extra: Headers = ()
    method: str = "POST"
    media_type: str = "application/json"
    path: str = ""
    drafted_id: str = ""
    signed_event: str = ""
    spell: Callable[[str], str] = str

    @property
    def mac(self) -> str:
        """Return the base64 of the first signature."""
        return self.signatures.partition(",")[2]

    @property
    def headers(self) -> Headers:
        """Return the headers to send."""
        signature_headers = build_signature_headers(self.id, self.stamp, self.signatures, family=self.family)
        remaining = tuple(
            pair for pair in signature_headers if pair[0].removeprefix(f"{self.family}-") not in self.dropped
        )
        event_header = (("svix-event-type", self.event),) if self.event and self.family == "svix" else ()
        media_type = (("Content-Type", self.media_type),) if self.media_type else ()
        whole = (*media_type, ("User-Agent", USER_AGENT), *remaining, *event_header, *self.extra)
        return tuple((self.spell(name), value) for name, value in whole)


Mutation = Callable[[DeliveryDraft], DeliveryDraft]


def sign_message(message: DeliveryDraft, key: WebhookKey) -> DeliveryDraft:
    """Sign a message correctly, whatever it contains."""
    return replace_fields(message, signatures=key.sign(message.id, message.stamp, message.body))


def replace_fields(message: DeliveryDraft, **changes: Any) -> DeliveryDraft:
    """Replace fields of a message."""
    return msgspec.structs.replace(message, **changes)


def keep_unchanged(message: DeliveryDraft) -> DeliveryDraft:
    """Return the message unchanged."""
    return message


# Changes before signing: the signature is right.


def make_older(seconds: int) -> Mutation:
    """Make the timestamp `seconds` old, or up to one second older."""
    return lambda m: replace_fields(m, stamp=str(math.floor(m.now) - seconds))


def make_younger(seconds: int) -> Mutation:
    """Make the timestamp `seconds` old, or up to one second younger."""
    return lambda m: replace_fields(m, stamp=str(math.ceil(m.now) - seconds))


def make_future(seconds: int) -> Mutation:
    """Put the timestamp `seconds` into the future, or up to one second less."""
    return lambda m: replace_fields(m, stamp=str(math.floor(m.now) + seconds))


def change_timestamp(make: Callable[[str], str]) -> Mutation:
    """Change the text of the timestamp."""
    return lambda m: replace_fields(m, stamp=make(m.stamp))


def change_body(make: Callable[[bytes], bytes]) -> Mutation:
    """Change the body, which is signed as it is."""
    return lambda m: replace_fields(m, body=make(m.body))


def change_payload(make: Callable[[dict[str, Any]], dict[str, Any]]) -> Mutation:
    """Change the payload, as compact JSON; the event header follows its type."""

    def tell(message: DeliveryDraft) -> DeliveryDraft:
        payload = make(msgspec.json.decode(message.body))
        event = payload.get("type", message.event)
        return replace_fields(message, body=msgspec.json.encode(payload), event=event, signed_event=event)

    return tell


def set_media_type(media_type: str) -> Mutation:
    """Change the content type."""
    return lambda m: replace_fields(m, media_type=media_type)


def set_method(method: str) -> Mutation:
    """Change the method; GET has no body. The connection is not used again: a server may not read such a body."""

    def change(message: DeliveryDraft) -> DeliveryDraft:
        body = b"" if method == "GET" else message.body
        return replace_fields(message, method=method, body=body, extra=(("Connection", "close"),))

    return change


def set_family(family: str) -> Mutation:
    """Use the signature headers of a family, `svix` or `webhook`."""
    return lambda m: replace_fields(m, family=family)


def capitalise_headers(message: DeliveryDraft) -> DeliveryDraft:
    """Write the names of the headers with capital letters, `Svix-Id`."""
    return replace_fields(message, spell=str.title)


def chain_mutations(*mutations: Mutation) -> Mutation:
    """Make several changes, one after the other."""

    def change(message: DeliveryDraft) -> DeliveryDraft:
        for mutation in mutations:
            message = mutation(message)
        return message

    return change


# Changes after signing: the signature belongs to another message.


def change_sent_body(make: Callable[[bytes], bytes]) -> Mutation:
    """Change the body under the old signature."""
    return lambda m: replace_fields(m, body=make(m.body))


def drop_headers(*parts: str) -> Mutation:
    """Leave out some of the three signature headers, by default all."""
    return lambda m: replace_fields(m, dropped=parts or _PARTS)


def empty_header(part: str) -> Mutation:
    """Empty one of the three signature headers."""
    field = {"id": "id", "timestamp": "stamp", "signature": "signatures"}[part]
    return lambda m: replace_fields(m, **{field: ""})


def change_signatures(make: Callable[[str], str]) -> Mutation:
    """Change the signature header, by a function of the base64 of the right MAC."""
    return lambda m: replace_fields(m, signatures=make(m.mac))


def forge_id(message: DeliveryDraft) -> DeliveryDraft:
    """Change the id."""
    return replace_fields(message, id=make_forged_id(message.id))


def shift_timestamp(message: DeliveryDraft) -> DeliveryDraft:
    """Change the timestamp within the tolerance."""
    return replace_fields(message, stamp=str(int(message.stamp) - 1))


def contradict_event_header(message: DeliveryDraft) -> DeliveryDraft:
    """Put the other event into the header, which is outside the signature."""
    return replace_fields(message, event=message.other_event)


def set_event_header(event: str) -> Mutation:
    """Put another event into the header, or leave the header out."""
    return lambda m: replace_fields(m, event=event)


def double_header(part: str, make: Callable[[DeliveryDraft], str], *, first: bool) -> Mutation:
    """Send one of the headers twice, a forged value first or last."""

    def double(message: DeliveryDraft) -> DeliveryDraft:
        name = f"{message.family}-{part}"
        signed_value = next(value for key, value in message.headers if key == name)
        values = (make(message), signed_value) if first else (signed_value, make(message))
        return replace_fields(message, dropped=(part,), extra=tuple((name, value) for value in values))

    return double


def add_forged_family(forged_family: str) -> Mutation:
    """Send the right headers of one family and forged headers of the other."""
    family = "webhook" if forged_family == "svix" else "svix"

    def put(message: DeliveryDraft) -> DeliveryDraft:
        forged_headers = build_signature_headers(
            make_forged_id(message.id), message.stamp, "v1," + WRONG_MAC, family=forged_family
        )
        return replace_fields(message, family=family, extra=forged_headers)

    return put


def make_forged_id(identifier: str) -> str:
    """Return the forged id that belongs to a signed id; that of a forged id is itself."""
    return FORGED_ID + identifier[len(FORGED_ID) :]


FORGED_ID = "msg_forged"
"""The beginning of every forged id."""


WRONG_MAC = "A" * 43 + "="
"""The base64 of 32 zero bytes, in place of a MAC."""


# Bodies.


def flip_byte(body: bytes) -> bytes:
    """Change one byte inside the first string of the JSON: it stays JSON with another meaning."""
    index = body.index(b'":"') + 3
    return body[:index] + bytes([body[index] ^ 1]) + body[index + 1 :]


def flip_last_letter(body: bytes) -> bytes:
    """Change the last letter of the JSON: it stays JSON unless the letter belongs to a keyword."""
    index = max(body.rindex(b'"') - 1, 1)
    return body[:index] + bytes([body[index] ^ 1]) + body[index + 1 :]


def write_escaped(body: bytes) -> bytes:
    """Write the first letter of the first string value as an escape of JSON: the same meaning, other bytes."""
    index = body.index(b'":"') + 3
    return body[:index] + b"\\u%04x" % body[index] + body[index + 1 :]


def reverse_members(body: bytes) -> bytes:
    """Write the members of the JSON in reverse order: the same meaning, other bytes."""
    payload = msgspec.json.decode(body)
    return msgspec.json.encode({name: payload[name] for name in reversed(payload)})


def insert_bytes(content: bytes) -> Callable[[bytes], bytes]:
    """Insert bytes into the first string value of the JSON."""

    def insert(body: bytes) -> bytes:
        index = body.index(b'":"') + 3
        return body[:index] + content + body[index:]

    return insert


def reserialise(body: bytes) -> bytes:
    """Write the same JSON with other whitespace."""
    return msgspec.json.format(body, indent=2)


def pad_payload(size: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Pad a payload to this many bytes with an unknown field in its data."""

    def pad(payload: dict[str, Any]) -> dict[str, Any]:
        padded = {**payload, "data": {**payload["data"], "x_padding": ""}}
        missing = max(0, size - len(msgspec.json.encode(padded)))
        return {**padded, "data": {**padded["data"], "x_padding": "x" * missing}}

    return pad
