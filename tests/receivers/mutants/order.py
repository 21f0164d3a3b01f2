"""Faults in the order of the events of a resource."""

from tests.receivers.mutants.registry import Faults
from tests.receivers.plain import PlainReceiver, RefusedError

FAULTS = Faults()


@FAULTS("W26")
class LastWins(PlainReceiver):
    """the last event wins."""

    def store_state(self, thing, state, payload):
        self.states[thing] = state


@FAULTS("W26")
class FirstWins(PlainReceiver):
    """the first event wins."""

    def store_state(self, thing, state, payload):
        self.states.setdefault(thing, state)


@FAULTS("W26")
class EndNeedsBeginning(PlainReceiver):
    """ignores an end whose beginning it does not know."""

    def store_state(self, thing, state, payload):
        if state == "created" or thing in self.states:
            super().store_state(thing, state, payload)


@FAULTS("W26")
class EndRefused(PlainReceiver):
    """refuses an end whose beginning it does not know."""

    def store_state(self, thing, state, payload):
        if state == "ended" and thing not in self.states:
            raise RefusedError(404)
        super().store_state(thing, state, payload)


@FAULTS("W26")
class OneAtATime(PlainReceiver):
    """knows one resource at a time."""

    current = ""

    def store_state(self, thing, state, payload):
        if state == "created":
            self.current = thing
        if thing == self.current or thing not in self.states:
            super().store_state(thing, state, payload)


class ByTime(PlainReceiver):
    """Orders events by their timestamp."""

    def __init__(self) -> None:
        super().__init__()
        self.latest: dict[str, str] = {}


@FAULTS("W26")
class TieLost(ByTime):
    """of two events with one timestamp, the first wins."""

    def store_state(self, thing, state, payload):
        if payload["timestamp"] > self.latest.get(thing, ""):
            self.latest[thing] = payload["timestamp"]
            self.states[thing] = state


@FAULTS("W26")
class TieUndone(ByTime):
    """of two events with one timestamp, the last wins."""

    def store_state(self, thing, state, payload):
        if payload["timestamp"] >= self.latest.get(thing, ""):
            self.latest[thing] = payload["timestamp"]
            self.states[thing] = state


@FAULTS("W26")
class UnknownResets(PlainReceiver):
    """an unknown event is the state of its resource."""

    def is_known_type(self, kind: str) -> bool:
        return kind.startswith("charging_sub_session.")

    def store_state(self, thing, state, payload):
        if self.states.get(thing) != "ended" or state == "paused":
            self.states[thing] = state


@FAULTS("W26")
class UnknownBlocks(PlainReceiver):
    """an unknown event blocks its resource."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked: set[str] = set()

    def act(self, delivery, payload):
        thing = str(payload["data"].get("id"))
        if payload["type"].endswith(".paused"):
            self.blocked.add(thing)
        if thing not in self.blocked:
            super().act(delivery, payload)


@FAULTS("W26")
class TextOrder(ByTime):
    """compares timestamps as texts."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, tuple[str, bool]] = {}

    def store_state(self, thing, state, payload):
        key = (payload["timestamp"], state == "ended")
        if key >= self.keys.get(thing, ("", False)):
            self.keys[thing] = key
            self.states[thing] = state


@FAULTS("W26")
class LastEndRemembered(PlainReceiver):
    """knows of the last end alone that nothing begins after it."""

    ended = ""

    def store_state(self, thing, state, payload):
        if state == "ended":
            self.ended = thing
        if thing != self.ended or state == "ended":
            self.states[thing] = state
