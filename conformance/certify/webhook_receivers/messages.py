"""Deliveries in the making: what is signed, what is sent, and the ways to be wrong. Pure."""

import math
from collections.abc import Callable
from typing import Any

import msgspec

from conformance.model import Headers
from conformance.webhooks.signing import Key, headers_of

AGENT = "Svix-Webhooks/1.0 (evconform)"
_PARTS = ("id", "timestamp", "signature")


class Message(msgspec.Struct, frozen=True):
    """A delivery before it is sent. `now` is the time of sending in seconds; `stamp` is the text of the timestamp.

    `signatures` is the header's value, empty until signed; `dropped` names header parts that are left out; `extra` come
    after the others. `path` is that of the resource it is about, empty where nothing shows it.
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
        """The headers as they are sent."""
        signed = headers_of(self.id, self.stamp, self.signatures, family=self.family)
        kept = tuple(pair for pair in signed if pair[0].removeprefix(f"{self.family}-") not in self.dropped)
        named = (("svix-event-type", self.event),)
        return (("Content-Type", self.media_type), ("User-Agent", AGENT), *kept, *named, *self.extra)


Mutation = Callable[[Message], Message]


def signed(message: Message, key: Key) -> Message:
    """The message with its one right signature, over whatever stands in it."""
    return replace(message, signatures=key.sign(message.id, message.stamp, message.body))


def replace(message: Message, **changes: Any) -> Message:
    """The message with other values."""
    return msgspec.structs.replace(message, **changes)


def same(message: Message) -> Message:
    """The message as it is."""
    return message


# What changes before signing: the signature is right.


def aged(seconds: int) -> Mutation:
    """At least so many seconds old, by less than one: never less than what is meant."""
    return lambda m: replace(m, stamp=str(math.floor(m.now) - seconds))


def younger_than(seconds: int) -> Mutation:
    """At most so many seconds old, by less than one."""
    return lambda m: replace(m, stamp=str(math.ceil(m.now) - seconds))


def ahead(seconds: int) -> Mutation:
    """At most so many seconds in the future, by less than one."""
    return lambda m: replace(m, stamp=str(math.floor(m.now) + seconds))


def stamped(make: Callable[[str], str]) -> Mutation:
    """Another text for the timestamp."""
    return lambda m: replace(m, stamp=make(m.stamp))


def saying(make: Callable[[bytes], bytes]) -> Mutation:
    """Another body, signed as it is."""
    return lambda m: replace(m, body=make(m.body))


def telling(make: Callable[[dict[str, Any]], dict[str, Any]]) -> Mutation:
    """Another payload, as compact JSON; the header follows its type."""

    def tell(message: Message) -> Message:
        payload = make(msgspec.json.decode(message.body))
        return replace(message, body=msgspec.json.encode(payload), event=payload.get("type", message.event))

    return tell


def typed(media_type: str) -> Mutation:
    """Another content type."""
    return lambda m: replace(m, media_type=media_type)


def by(method: str) -> Mutation:
    """Another method; GET carries no body."""
    return lambda m: replace(m, method=method, body=b"" if method == "GET" else m.body)


def of_family(family: str) -> Mutation:
    """The headers of the other family."""
    return lambda m: replace(m, family=family)


# What changes after signing: the signature is that of something else.


def without(*parts: str) -> Mutation:
    """Some of the three headers left out."""
    return lambda m: replace(m, dropped=parts or _PARTS)


def blank(part: str) -> Mutation:
    """One of the three headers empty."""
    field = {"id": "id", "timestamp": "stamp", "signature": "signatures"}[part]
    return lambda m: replace(m, **{field: ""})


def signatures(make: Callable[[str], str]) -> Mutation:
    """Another signature header, made of the base64 of the right MAC."""
    return lambda m: replace(m, signatures=make(m.mac))


def renamed(message: Message) -> Message:
    """Another id."""
    return replace(message, id=forged(message.id))


def restamped(message: Message) -> Message:
    """Another timestamp, still inside the tolerance."""
    return replace(message, stamp=str(int(message.stamp) - 1))


def header_says_other(message: Message) -> Message:
    """Another event in the header that is outside the signature."""
    return replace(message, event=message.other)


def doubled(part: str, make: Callable[[Message], str], *, first: bool) -> Mutation:
    """One of the headers twice: the value made up comes first or last."""

    def double(message: Message) -> Message:
        name = f"{message.family}-{part}"
        right = next(value for key, value in message.headers if key == name)
        pair = (make(message), right) if first else (right, make(message))
        return replace(message, dropped=(part,), extra=tuple((name, value) for value in pair))

    return double


def beside(forged_family: str) -> Mutation:
    """The right headers of one family beside made-up ones of the other."""
    right = "webhook" if forged_family == "svix" else "svix"

    def put(message: Message) -> Message:
        fake = headers_of(forged(message.id), message.stamp, "v1," + WRONG_MAC, family=forged_family)
        return replace(message, family=right, extra=fake)

    return put


def forged(identifier: str) -> str:
    """The id that nobody signed, beside one that somebody did."""
    return identifier[:-6] + "forged"


WRONG_MAC = "A" * 43 + "="
"""The base64 of 32 bytes that are no MAC of anything."""


# Bodies.


def flipped(body: bytes) -> bytes:
    """One byte changed inside the first string of the JSON, so that it stays JSON and means something else."""
    at = body.index(b'":"') + 3
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def reserialised(body: bytes) -> bytes:
    """The same JSON in other bytes."""
    return msgspec.json.format(body, indent=2)


def padded(size: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A payload of about so many bytes: an unknown field in the data makes up for the rest."""

    def pad(payload: dict[str, Any]) -> dict[str, Any]:
        rest = max(0, size - len(msgspec.json.encode(payload)))
        return {**payload, "data": {**payload["data"], "x_padding": "x" * rest}}

    return pad
