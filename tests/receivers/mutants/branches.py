"""Faults in one branch only, of one event or one kind of input, and in what partners' frameworks show."""

import re
import time

import httpx

from tests.receivers.mutants.refusals import Tracing
from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import PREVIOUS, Delivery, PlainReceiver, RefusedError

FAULTS = Faults()


def is_end(delivery: Delivery) -> bool:
    return b".ended" in delivery.body[:80]


@FAULTS("W24")
class ClearedMemory(PlainReceiver):
    """empties its memory after sixty ids."""

    def is_duplicate(self, delivery: Delivery) -> bool:
        if len(self.seen) >= 60:
            self.seen.clear()
        return super().is_duplicate(delivery)


@FAULTS("W24")
class ShortMemory(PlainReceiver):
    """forgets an id after a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[str, float] = {}

    def is_duplicate(self, delivery: Delivery) -> bool:
        before, self.times[delivery.id] = self.times.get(delivery.id, 0.0), time.monotonic()
        return time.monotonic() - before < 0.05


@FAULTS("W24")
class EndsByTimestamp(PlainReceiver):
    """tells ended events apart by id and timestamp."""

    def key(self, delivery: Delivery) -> str:
        return delivery.id + (delivery.stamp if is_end(delivery) else "")


@FAULTS("W15")
class AllSignatures(PlainReceiver):
    """every signature must be right."""

    def check_signatures(self, delivery: Delivery) -> None:
        for token in self.split(delivery.signatures):
            super().check_signatures(Delivery(delivery.id, delivery.stamp, token, delivery.headers, delivery.body))


@FAULTS("W12")
class SecondsOfTheDay(PlainReceiver):
    """compares the seconds of a time difference without its days."""

    def check_time(self, stamp: str) -> None:
        age = int(time.time()) - int(self.read_time(stamp))
        if age < -300 or age % 86_400 > 300:
            raise RefusedError


@FAULTS("W12")
class WholeMinutes(PlainReceiver):
    """compares whole minutes."""

    def check_time(self, stamp: str) -> None:
        if abs(int(self.read_time(stamp)) // 60 - int(time.time()) // 60) > 5:
            raise RefusedError


@FAULTS("W12")
class EndsOfAnyAge(PlainReceiver):
    """the age of ended events is not checked."""

    def verify(self, delivery: Delivery) -> None:
        self.check_presence(delivery)
        if not is_end(delivery):
            self.check_time(delivery.stamp)
        self.check_signatures(delivery)


@FAULTS("W06")
class EndsUnderPreviousSecret(PlainReceiver):
    """the previous secret stays valid for ended events."""

    def check_signatures(self, delivery: Delivery) -> None:
        own = self.secrets
        self.secrets = [*own, PREVIOUS] if is_end(delivery) else own
        try:
            super().check_signatures(delivery)
        finally:
            self.secrets = own


@FAULTS("W22")
class Latin1(PlainReceiver):
    """reads the body as Latin-1 and verifies it as UTF-8."""

    def canonicalise(self, body: bytes) -> bytes:
        return body.decode("latin-1").encode()


@FAULTS("W09")
class TrailingSpaces(PlainReceiver):
    """removes spaces at the end of the body."""

    def canonicalise(self, body: bytes) -> bytes:
        return body.rstrip(b" ")


@FAULTS("W20", is_warned=True)
class CrashOnNull(PlainReceiver):
    """fails on null."""

    def parse(self, body):
        if body == b"null":
            raise RefusedError(500)
        return super().parse(body)


@FAULTS("W17")
class LoopFallsThrough(PlainReceiver):
    """accepts when it has compared more than one signature."""

    def check_signatures(self, delivery: Delivery) -> None:
        if len(self.split(delivery.signatures)) < 2:
            super().check_signatures(delivery)


@FAULTS("W03")
class NowByDefault(PlainReceiver):
    """an absent timestamp is now."""

    def read_headers(self, headers: httpx.Headers, body: bytes) -> Delivery:
        delivery = super().read_headers(headers, body)
        delivery.stamp = delivery.stamp or str(int(time.time()))
        return delivery


@FAULTS("W14")
class DigitsOnly(PlainReceiver):
    """leaves out what is no digit."""

    def read_time(self, stamp: str) -> float:
        return super().read_time(re.sub(r"\D", "", stamp))


@FAULTS("W21")
class UnknownDeletes(PlainReceiver):
    """an unknown event deletes its resource."""

    def act(self, delivery, payload):
        super().act(delivery, payload)
        if payload["type"].endswith(".paused"):
            self.states.pop(str(payload["data"].get("id")), None)


@FAULTS("W26")
class EndDeletes(PlainReceiver):
    """deletes a resource that has ended, so that a late created event makes it anew."""

    def store_state(self, thing, state, payload):
        if state == "ended":
            self.states.pop(thing, None)
        else:
            self.states[thing] = state


@FAULTS("W23")
class RepeatedGone(PlainReceiver):
    """answers 410 to a message that comes again."""

    def is_duplicate(self, delivery: Delivery) -> bool:
        if super().is_duplicate(delivery):
            raise RefusedError(410)
        return False


@FAULTS("W31")
class LaravelTrace(Tracing):
    """shows a stack trace of PHP inside JSON."""

    trace = (
        '{"message":"bad","exception":"RuntimeException","file":"\\/app\\/Hook.php","line":31,'
        '"trace":[{"file":"\\/app\\/Kernel.php","line":12,"function":"handle","class":"Hook","type":"->"}]}'
    )


@FAULTS("W31")
class ElixirTrace(Tracing):
    """shows a stack trace of Elixir."""

    trace = (
        "** (RuntimeError) bad\n    (hook 0.1.0) lib/hook.ex:12: Hook.verify/2\n    (plug 1.15.0) lib/plug.ex:1: call/2"
    )


@FAULTS("W31")
class RubyTrace(Tracing):
    """shows a stack trace of Ruby."""

    trace = "RuntimeError: bad\n/app/hook.rb:12:in `verify'\n/app/server.rb:3:in `call'"
