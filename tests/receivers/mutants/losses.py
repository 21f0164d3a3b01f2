"""Faults of receivers that answer 2xx to a valid delivery and lose it: only the missing effect shows them."""

import json
import time
import zlib

import httpx

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import Delivery, PlainReceiver

FAULTS = Faults()
_FIELDS = frozenset({"type", "timestamp", "data"})


class Losing(PlainReceiver):
    """Verifies and accepts as it should, and then loses some deliveries."""

    max_bytes = 100_000_000

    def act(self, delivery: Delivery, payload) -> None:
        if not self.loses(delivery, payload):
            super().act(delivery, payload)

    def loses(self, delivery: Delivery, payload) -> bool:
        return False


@FAULTS("W19")
class OtherHeaderLost(Losing):
    """loses events whose svix-event-type is not the signed type."""

    def loses(self, delivery, payload):
        return delivery.headers.get("svix-event-type", payload["type"]) != payload["type"]


@FAULTS("W19")
class UnknownHeaderLost(Losing):
    """loses events whose svix-event-type it does not know."""

    def loses(self, delivery, payload):
        return not self.is_known_type(delivery.headers.get("svix-event-type", payload["type"]))


@FAULTS("W19")
class AbsentHeaderLost(Losing):
    """loses events without svix-event-type."""

    def loses(self, delivery, payload):
        return "svix-event-type" not in delivery.headers and "svix-id" in delivery.headers


@FAULTS("W19")
class OtherHeaderLostUntyped(OtherHeaderLost):
    """loses events whose svix-event-type is not the signed type, with a hook that shows the effects alone."""

    def observe(self, message: str) -> httpx.Response:
        return httpx.Response(200, json={"effects": self.effects[message]})


@FAULTS("W22")
class NullLost(Losing):
    """loses events with a null in any field but the end."""

    def loses(self, delivery, payload):
        return any(value is None for name, value in payload["data"].items() if name != "end")


@FAULTS("W22")
class NullOfEndLost(NullLost):
    """loses ended events with a null."""

    def loses(self, delivery, payload):
        return payload["type"].endswith(".ended") and super().loses(delivery, payload)


@FAULTS("W22")
class UnknownFieldLost(Losing):
    """loses events with a field of the envelope that it does not know."""

    def loses(self, delivery, payload):
        return bool(set(payload) - _FIELDS)


@FAULTS("W22")
class AbsentFieldLost(Losing):
    """loses ended events of an older shape."""

    def loses(self, delivery, payload):
        return payload["type"].endswith(".ended") and "vehicle" not in payload["data"]


@FAULTS("W22")
class UnknownValueLost(Losing):
    """loses ended events with an unknown value of an enumeration."""

    def loses(self, delivery, payload):
        return payload["type"].endswith(".ended") and "A_VALUE_OF_TOMORROW" in payload["data"].values()


@FAULTS("W22")
class FourByteLettersLost(Losing):
    """keeps texts in a column of letters with at most three bytes."""

    def loses(self, delivery, payload):
        return any(ord(letter) > 0xFFFF for letter in json.dumps(payload, ensure_ascii=False))


@FAULTS("W22")
class EscapesLost(Losing):
    """does not read escapes of JSON that stand for half a letter."""

    def loses(self, delivery, payload):
        return b"\\ud83d" in delivery.body


@FAULTS("W22")
class LineBreaksLost(Losing):
    """finds the type by its place in the text, and ignores what it does not find."""

    def loses(self, delivery, payload):
        return b'"type":"' not in delivery.body


@FAULTS("W22")
class MicrosecondsLost(Losing):
    """loses ended events with microseconds."""

    def loses(self, delivery, payload):
        fraction = payload["timestamp"].partition(".")[2].rstrip("Z")
        return payload["type"].endswith(".ended") and len(fraction) == 6


@FAULTS("W22")
class EnvelopeId(PlainReceiver):
    """tells messages apart by an id in the envelope where there is one."""

    def key(self, delivery: Delivery) -> str:
        try:
            return str(json.loads(delivery.body).get("id", delivery.id))
        except (ValueError, AttributeError):
            return delivery.id


@FAULTS("W28")
class Above16KilobytesLost(Losing):
    """loses events above 16 KB."""

    def loses(self, delivery, payload):
        return len(delivery.body) > 16_384


@FAULTS("W28")
class BufferOf8Kilobytes(Losing):
    """loses events that fill its buffer of 8 KB exactly."""

    def loses(self, delivery, payload):
        return len(delivery.body) == 8_192


@FAULTS("W28", is_warned=True)
class Above64KilobytesLost(Losing):
    """loses events above 64 KB."""

    def loses(self, delivery, payload):
        return len(delivery.body) > 65_535


@FAULTS("W28", is_warned=True)
class MegabyteLost(Losing):
    """loses events above half a megabyte."""

    def loses(self, delivery, payload):
        return len(delivery.body) > 500_000


@FAULTS("W28", is_warned=True)
class ChunksLost(Losing):
    """loses events that come in chunks."""

    def loses(self, delivery, payload):
        return "chunked" in delivery.headers.get("transfer-encoding", "")


@FAULTS("W01")
class OtherFamilyLost(Losing):
    """accepts webhook-* headers and acts on svix-* alone."""

    def loses(self, delivery, payload):
        return "svix-id" not in delivery.headers


@FAULTS("W01")
class CapitalsLost(Losing):
    """looks for its headers a second time, in lower case."""

    def loses(self, delivery, payload):
        return any(name.startswith(b"Svix-") for name, _ in delivery.headers.raw)


@FAULTS("W01")
class LatestEventOnly(Losing):
    """loses an event that is older than the latest one of any resource."""

    def __init__(self) -> None:
        super().__init__()
        self.latest = ""

    def loses(self, delivery, payload):
        self.latest = max(self.latest, str(payload.get("timestamp", "")))
        return str(payload.get("timestamp", "")) < self.latest


@FAULTS("W15")
class RotationLost(Losing):
    """loses events that are signed with several keys."""

    def loses(self, delivery, payload):
        return " " in delivery.signatures


@FAULTS("W16")
class OtherSchemeLost(Losing):
    """loses events that are signed by another scheme as well."""

    def loses(self, delivery, payload):
        return "v1a," in delivery.signatures or "v2," in delivery.signatures


@FAULTS("W12")
class OldLost(Losing):
    """accepts five minutes and acts within two."""

    def loses(self, delivery, payload):
        return time.time() - int(delivery.stamp) > 120


@FAULTS("W13")
class FutureLost(Losing):
    """accepts what is ahead of its clock and does not act on it."""

    def loses(self, delivery, payload):
        return int(delivery.stamp) - time.time() > 60


@FAULTS("W12")
class RisingTimestamps(Losing):
    """takes a timestamp that is not later than the last one for a replay."""

    def __init__(self) -> None:
        super().__init__()
        self.last = 0

    def loses(self, delivery, payload):
        is_late = int(delivery.stamp) < self.last
        self.last = max(self.last, int(delivery.stamp))
        return is_late


@FAULTS("W24")
class ShortHashes(PlainReceiver):
    """tells messages apart by twelve bits of a hash."""

    def key(self, delivery: Delivery) -> str:
        return str(zlib.crc32(delivery.id.encode()) % 4096)


@FAULTS("W24")
class EachHundredthRefused(PlainReceiver):
    """fails for each hundredth delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def accept(self, delivery: Delivery) -> httpx.Response:
        self.count += 1
        return httpx.Response(500) if self.count % 100 == 0 else super().accept(delivery)


@FAULTS("W25")
class ConflictTooLate(PlainReceiver):
    """answers 409 to a simultaneous copy, and acts on it all the same."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/effects" or not self.lock.locked():
            return super().handle(request)
        with self.lock:
            delivery = self.read_headers(request.headers, request.content)
            self.act(delivery, self.parse(delivery.body))
        return httpx.Response(409)

    def accept(self, delivery: Delivery) -> httpx.Response:
        time.sleep(0.002)
        return super().accept(delivery)


@FAULTS("W26")
class EndsLost(Losing):
    """loses every end."""

    def loses(self, delivery, payload):
        return payload["type"].endswith(".ended")
