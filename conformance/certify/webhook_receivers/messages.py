"""Deliveries to send: what is signed, what is sent, and the ways to be wrong. Pure."""

import math
from collections.abc import Callable
from typing import Any

import msgspec

from conformance.model import Headers
from conformance.webhooks.signatures import Key, headers_of

AGENT = "Svix-Webhooks/1.0 (evconform)"
_PARTS = ("id", "timestamp", "signature")


class Message(msgspec.Struct, frozen=True):
    """A delivery before it is sent.

    `now` is the time of sending in seconds since 1970; `stamp` is the text of the timestamp. `event` is the event type
    in the header, `other` the other type of the pair. `signatures` is the value of the header, empty until signed;
    `dropped` names the parts of the signature headers that are left out; `extra` headers come after the others. `path`
    is the path of the resource of the event, empty if it has none.
    """

    id: str
    now: float
    stamp: str
    event: str
    other: str
    body: bytes
    signatures: str = ""
    family: str = "svix"
    dropped: tuple[str, ...] = ()
    extra: Headers = ()
    method: str = "POST"
    media_type: str = "application/json"
    path: str = ""

    @property
    def mac(self) -> str:
        """The base64 of the first signature."""
        return self.signatures.partition(",")[2]

    @property
    def headers(self) -> Headers:
        """The headers to send."""
        signature_headers = headers_of(self.id, self.stamp, self.signatures, family=self.family)
        remaining = tuple(
            pair for pair in signature_headers if pair[0].removeprefix(f"{self.family}-") not in self.dropped
        )
        event_header = (("svix-event-type", self.event),)
        return (("Content-Type", self.media_type), ("User-Agent", AGENT), *remaining, *event_header, *self.extra)


Mutation = Callable[[Message], Message]


def signed(message: Message, key: Key) -> Message:
    """Sign a message correctly, whatever it contains."""
    return replace(message, signatures=key.sign(message.id, message.stamp, message.body))


def replace(message: Message, **changes: Any) -> Message:
    """Replace fields of a message."""
    return msgspec.structs.replace(message, **changes)


def same(message: Message) -> Message:
    """Return the message unchanged."""
    return message


# Changes before signing: the signature is right.


def aged(seconds: int) -> Mutation:
    """Make the timestamp `seconds` old, or up to one second older."""
    return lambda m: replace(m, stamp=str(math.floor(m.now) - seconds))


def younger_than(seconds: int) -> Mutation:
    """Make the timestamp `seconds` old, or up to one second younger."""
    return lambda m: replace(m, stamp=str(math.ceil(m.now) - seconds))


def ahead(seconds: int) -> Mutation:
    """Put the timestamp `seconds` into the future, or up to one second less."""
    return lambda m: replace(m, stamp=str(math.floor(m.now) + seconds))


def stamped(make: Callable[[str], str]) -> Mutation:
    """Change the text of the timestamp."""
    return lambda m: replace(m, stamp=make(m.stamp))


def saying(make: Callable[[bytes], bytes]) -> Mutation:
    """Change the body, which is signed as it is."""
    return lambda m: replace(m, body=make(m.body))


def telling(make: Callable[[dict[str, Any]], dict[str, Any]]) -> Mutation:
    """Change the payload, as compact JSON; the event header follows its type."""

    def tell(message: Message) -> Message:
        payload = make(msgspec.json.decode(message.body))
        return replace(message, body=msgspec.json.encode(payload), event=payload.get("type", message.event))

    return tell


def typed(media_type: str) -> Mutation:
    """Change the content type."""
    return lambda m: replace(m, media_type=media_type)


def by(method: str) -> Mutation:
    """Change the method; GET has no body."""
    return lambda m: replace(m, method=method, body=b"" if method == "GET" else m.body)


def of_family(family: str) -> Mutation:
    """Use the signature headers of a family, `svix` or `webhook`."""
    return lambda m: replace(m, family=family)


# Changes after signing: the signature belongs to another message.


def without(*parts: str) -> Mutation:
    """Leave out some of the three signature headers, by default all."""
    return lambda m: replace(m, dropped=parts or _PARTS)


def blank(part: str) -> Mutation:
    """Empty one of the three signature headers."""
    field = {"id": "id", "timestamp": "stamp", "signature": "signatures"}[part]
    return lambda m: replace(m, **{field: ""})


def signatures(make: Callable[[str], str]) -> Mutation:
    """Change the signature header, by a function of the base64 of the right MAC."""
    return lambda m: replace(m, signatures=make(m.mac))


def renamed(message: Message) -> Message:
    """Change the id."""
    return replace(message, id=forged(message.id))


def restamped(message: Message) -> Message:
    """Change the timestamp within the tolerance."""
    return replace(message, stamp=str(int(message.stamp) - 1))


def header_says_other(message: Message) -> Message:
    """Put the other event into the header, which is outside the signature."""
    return replace(message, event=message.other)


def doubled(part: str, make: Callable[[Message], str], *, first: bool) -> Mutation:
    """Send one of the headers twice, a forged value first or last."""

    def double(message: Message) -> Message:
        name = f"{message.family}-{part}"
        signed_value = next(value for key, value in message.headers if key == name)
        values = (make(message), signed_value) if first else (signed_value, make(message))
        return replace(message, dropped=(part,), extra=tuple((name, value) for value in values))

    return double


def beside(forged_family: str) -> Mutation:
    """Send the right headers of one family and forged headers of the other."""
    family = "webhook" if forged_family == "svix" else "svix"

    def put(message: Message) -> Message:
        forged_headers = headers_of(forged(message.id), message.stamp, "v1," + WRONG_MAC, family=forged_family)
        return replace(message, family=family, extra=forged_headers)

    return put


def forged(identifier: str) -> str:
    """Return the forged id that belongs to a signed id."""
    return identifier[:-6] + "forged"


WRONG_MAC = "A" * 43 + "="
"""The base64 of 32 zero bytes, in place of a MAC."""


# Bodies.


def flipped(body: bytes) -> bytes:
    """Change one byte inside the first string of the JSON: it stays JSON with another meaning."""
    index = body.index(b'":"') + 3
    return body[:index] + bytes([body[index] ^ 1]) + body[index + 1 :]


def reserialised(body: bytes) -> bytes:
    """Write the same JSON with other whitespace."""
    return msgspec.json.format(body, indent=2)


def padded(size: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Pad a payload to this many bytes with an unknown field in its data."""

    def pad(payload: dict[str, Any]) -> dict[str, Any]:
        missing = max(0, size - len(msgspec.json.encode(payload)))
        return {**payload, "data": {**payload["data"], "x_padding": "x" * missing}}

    return pad
