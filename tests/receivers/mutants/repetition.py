"""Faults in telling repeated messages from new ones."""

import hashlib
import json
import time
from collections import OrderedDict

import httpx

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import Delivery, PlainReceiver, RefusedError

FAULTS = Faults()


@FAULTS("W23")
class NoMemory(PlainReceiver):
    """remembers nothing."""

    def is_duplicate(self, delivery: Delivery) -> bool:
        return False


@FAULTS("W23")
class LastOnly(PlainReceiver):
    """remembers the last id."""

    def is_duplicate(self, delivery: Delivery) -> bool:
        is_known = super().is_duplicate(delivery)
        self.seen = {delivery.id}
        return is_known


@FAULTS("W24")
class LastHundred(PlainReceiver):
    """remembers a hundred ids."""

    size = 100

    def __init__(self) -> None:
        super().__init__()
        self.recent: OrderedDict[str, None] = OrderedDict()

    def is_duplicate(self, delivery: Delivery) -> bool:
        is_known = delivery.id in self.recent
        self.recent[delivery.id] = None
        if len(self.recent) > self.size:
            self.recent.popitem(last=False)
        return is_known


@FAULTS("W24")
class LastTwo(LastHundred):
    """remembers two ids."""

    size = 2


@FAULTS("W24")
class ByTimestamp(PlainReceiver):
    """tells messages apart by id and timestamp."""

    def key(self, delivery: Delivery) -> str:
        return delivery.id + delivery.stamp


@FAULTS("W24")
class BySignature(PlainReceiver):
    """tells messages apart by their signature."""

    def key(self, delivery: Delivery) -> str:
        return delivery.signatures


@FAULTS("W23")
class BySecond(PlainReceiver):
    """tells messages apart by the timestamp."""

    def key(self, delivery: Delivery) -> str:
        return delivery.stamp


@FAULTS("W23")
class IdCut(PlainReceiver):
    """stores ten characters of the id."""

    def key(self, delivery: Delivery) -> str:
        return delivery.id[:10]


@FAULTS("W26")
class ByResource(PlainReceiver):
    """tells messages apart by data.id."""

    def key(self, delivery: Delivery) -> str:
        try:
            return str(json.loads(delivery.body)["data"]["id"])
        except (ValueError, KeyError, TypeError):
            return delivery.id


@FAULTS("W23")
class ByType(PlainReceiver):
    """tells messages apart by type and minute."""

    def key(self, delivery: Delivery) -> str:
        return hashlib.sha256(delivery.body[:50]).hexdigest() + str(int(time.time()) // 600)


class StoredEarly(PlainReceiver):
    """Stores an id before it verifies."""

    def receive(self, request: httpx.Request) -> httpx.Response:
        self.check_method(request)
        body = self.read_body(request)
        delivery = self.read_headers(request.headers, body)
        is_known = self.is_duplicate(delivery)
        self.verify(delivery)
        if not is_known:
            self.act(delivery, self.parse(body))
        return self.accept(delivery)


@FAULTS("W23")
class Poisoned(StoredEarly):
    """stores the id before it verifies."""


@FAULTS("W23")
class PoisonedByAge(PlainReceiver):
    """stores the id after the MAC, and before the age is checked."""

    def __init__(self) -> None:
        super().__init__()
        self.known = False

    def verify(self, delivery: Delivery) -> None:
        self.check_presence(delivery)
        self.check_signatures(delivery)
        self.known = super().is_duplicate(delivery)
        self.check_time(delivery.stamp)

    def is_duplicate(self, delivery: Delivery) -> bool:
        return self.known


@FAULTS("W23")
class PoisonedByAbsence(PlainReceiver):
    """blocks the id of a message that came without a signature."""

    def check_presence(self, delivery: Delivery) -> None:
        if not delivery.signatures:
            self.seen.add(delivery.id)
        super().check_presence(delivery)


@FAULTS("W23")
class RepeatedRefused(PlainReceiver):
    """refuses a message that comes again."""

    def is_duplicate(self, delivery: Delivery) -> bool:
        if super().is_duplicate(delivery):
            raise RefusedError(409)
        return False


@FAULTS("W24")
class RetryRefused(PlainReceiver):
    """takes a retry for a replay attack."""

    def __init__(self) -> None:
        super().__init__()
        self.stamps: dict[str, str] = {}

    def check_time(self, stamp: str) -> None:
        super().check_time(stamp)

    def is_duplicate(self, delivery: Delivery) -> bool:
        if self.stamps.setdefault(delivery.id, delivery.stamp) != delivery.stamp:
            raise RefusedError(400)
        return super().is_duplicate(delivery)


class Unlocked(PlainReceiver):
    """Looks up and inserts in two steps, some time apart."""

    interval_s = 0.0

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/effects":
            return super().handle(request)
        try:
            return self.receive(request)
        except RefusedError as refused:
            return self.refuse(refused)

    def is_duplicate(self, delivery: Delivery) -> bool:
        is_known = delivery.id in self.seen
        time.sleep(self.interval_s)
        self.seen.add(delivery.id)
        return is_known


@FAULTS("W25")
class Race(Unlocked):
    """looks up and inserts 50 ms apart."""

    interval_s = 0.05


@FAULTS("W25")
class ShortRace(Unlocked):
    """looks up and inserts 2 ms apart."""

    interval_s = 0.002


@FAULTS("W25")
class Busy(PlainReceiver):
    """fails while it handles the same id."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/effects" and self.lock.locked():
            return httpx.Response(500)
        response = super().handle(request)
        if request.method == "POST":
            with self.lock:
                time.sleep(0.002)
        return response


@FAULTS("W27")
class Dropped(PlainReceiver):
    """accepts more at once than its queue holds, and loses the others."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.taken = 0.0, 0

    def act(self, delivery: Delivery, payload) -> None:
        if time.monotonic() - self.began > 0.005:
            self.taken = 0
        self.began, self.taken = time.monotonic(), self.taken + 1
        if self.taken <= 8:
            super().act(delivery, payload)
