"""Faults in the bytes that are verified."""

import json
import unicodedata

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import Delivery, PlainReceiver, RefusedError

FAULTS = Faults()


def write(body: bytes) -> bytes:
    """Write JSON again, compactly, and leave anything else as it is."""
    try:
        return json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
    except ValueError:
        return body


@FAULTS("W07")
class SmallOnly(PlainReceiver):
    """verifies small bodies only."""

    def check_signatures(self, delivery: Delivery) -> None:
        if len(delivery.body) <= 10_000:
            super().check_signatures(delivery)


@FAULTS("W07")
class EmptyBody(PlainReceiver):
    """an empty body is not verified."""

    def check_signatures(self, delivery: Delivery) -> None:
        if delivery.body:
            super().check_signatures(delivery)

    def parse(self, body):
        return super().parse(body) if body else {"type": "ping", "data": {}}


@FAULTS("W07")
class IgnoredBytes(PlainReceiver):
    """leaves out bytes that are no UTF-8."""

    def canonicalise(self, body: bytes) -> bytes:
        return body.decode("utf-8", "ignore").encode()

    def parse(self, body):
        return super().parse(self.canonicalise(body))


@FAULTS("W08")
class SerialisedAgain(PlainReceiver):
    """verifies what its JSON library writes."""

    def canonicalise(self, body: bytes) -> bytes:
        return write(body)


@FAULTS("W01")
class SerialisedWithSpaces(PlainReceiver):
    """verifies what json.dumps writes by default."""

    def canonicalise(self, body: bytes) -> bytes:
        return json.dumps(json.loads(body)).encode()


@FAULTS("W08")
class LineFeeds(PlainReceiver):
    """folds CR LF."""

    def canonicalise(self, body: bytes) -> bytes:
        return body.replace(b"\r\n", b"\n")


@FAULTS("W08")
class Normalised(PlainReceiver):
    """normalises Unicode."""

    def canonicalise(self, body: bytes) -> bytes:
        return unicodedata.normalize("NFC", body.decode()).encode() if _is_text(body) else body


@FAULTS("W08")
class Unescaped(PlainReceiver):
    """reads escapes of JSON before it verifies."""

    def canonicalise(self, body: bytes) -> bytes:
        return write(body) if b"\\u" in body else body


@FAULTS("W08")
class Sorted(PlainReceiver):
    """verifies the members in their usual order."""

    def canonicalise(self, body: bytes) -> bytes:
        try:
            payload = json.loads(body)
        except ValueError:
            return body
        if not isinstance(payload, dict) or list(payload) != ["data", "timestamp", "type"]:
            return body
        return write(json.dumps({name: payload[name] for name in ("type", "timestamp", "data")}).encode())


@FAULTS("W09")
class Stripped(PlainReceiver):
    """strips the body."""

    def canonicalise(self, body: bytes) -> bytes:
        return body.strip()


@FAULTS("W09")
class LeftStripped(PlainReceiver):
    """strips the beginning of the body."""

    def canonicalise(self, body: bytes) -> bytes:
        return body.lstrip()


@FAULTS("W09")
class TrailingCrLf(PlainReceiver):
    """removes CR LF at the end."""

    def canonicalise(self, body: bytes) -> bytes:
        return body.removesuffix(b"\r\n")


@FAULTS("W09")
class NulTerminated(PlainReceiver):
    """ends the body at NUL."""

    def canonicalise(self, body: bytes) -> bytes:
        return body.partition(b"\0")[0]

    def parse(self, body):
        return super().parse(self.canonicalise(body))


@FAULTS("W09")
class ByteOrderMark(PlainReceiver):
    """removes a byte order mark."""

    def canonicalise(self, body: bytes) -> bytes:
        return body.removeprefix(b"\xef\xbb\xbf")

    def parse(self, body):
        return super().parse(self.canonicalise(body))


class Cached(PlainReceiver):
    """Does not verify again what it remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.verified: set[tuple[object, ...]] = set()

    def remember(self, delivery: Delivery) -> tuple[object, ...]:
        raise NotImplementedError

    def check_signatures(self, delivery: Delivery) -> None:
        if self.remember(delivery) not in self.verified:
            super().check_signatures(delivery)
        self.verified.add(self.remember(delivery))


@FAULTS("W07")
class CachedWithoutBody(Cached):
    """remembers verified headers without the body."""

    def remember(self, delivery):
        return (delivery.id, delivery.stamp, delivery.signatures)


@FAULTS("W10")
class CachedWithoutId(Cached):
    """remembers verified messages without the id."""

    def remember(self, delivery):
        return (delivery.stamp, delivery.signatures, delivery.body)


@FAULTS("W11")
class CachedWithoutTimestamp(Cached):
    """remembers verified messages without the timestamp."""

    def remember(self, delivery):
        return (delivery.id, delivery.signatures, delivery.body)


@FAULTS("W10")
class TwoSchemes(PlainReceiver):
    """also accepts a MAC over an older id that it has stored."""

    def check_signatures(self, delivery: Delivery) -> None:
        for known in (delivery.id, *self.seen):
            try:
                super().check_signatures(
                    Delivery(known, delivery.stamp, delivery.signatures, delivery.headers, delivery.body)
                )
            except RefusedError:
                continue
            return
        raise RefusedError


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
