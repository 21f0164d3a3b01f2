"""What the observation hook shows of all events, after the receiver had time to work."""

from collections.abc import Callable, Sequence

from conformance.certify.webhook_receivers.expected_effects import ExpectedEffect
from conformance.certify.webhook_receivers.observation_hook import ObservationHook, ObservedEffect

SETTLE_S = 3.0
"""For how long nothing may change until a missing effect is lost, in seconds."""
DRAIN_S = 15.0
"""The same while the event that was sent last has no effect: the receiver may still be working."""
LONGEST_WAIT_S = 60.0
"""How long a receiver that still works is waited for, in seconds."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 1.0


class Observations:
    """The observed effects of expected ones, in their order.

    `doubt` is the reason why the hook shows nothing, empty if it shows the effect of a valid event. `is_drained` tells
    that the receiver works no more, so that an effect that is missing does not come.
    """

    def __init__(
        self, hook: ObservationHook, expected: Sequence[ExpectedEffect], count_reads: Callable[[str], int]
    ) -> None:
        self._hook, self._count_reads = hook, count_reads
        self.has_hook, self.is_drained = hook.is_configured, True
        self._seen: dict[int, ObservedEffect] = {}
        wanted = [number for number, event in enumerate(expected) if event.is_wanted]
        if self.has_hook:
            self._wait_for_effects(expected, wanted)
        shown = [number for number in wanted if number in self._seen and self._seen[number].effects]
        self.events_with_effect = {expected[number].event for number in shown}
        self.shows_states = any(self._seen[number].state for number in shown)
        self.doubt = self._find_doubt(wanted) if self.has_hook and not shown else ""
        for number, event in enumerate(expected):
            if number not in self._seen:
                self._seen[number] = self._fetch(event) if self.has_hook and not self.doubt else ObservedEffect()

    def get_effect(self, number: int) -> ObservedEffect:
        """Return the effect of an expected one, by its place among them."""
        return self._seen[number]

    def find_state(self, event: ExpectedEffect, effect: ObservedEffect) -> str:
        """Return the state of the resource of an event: as its message shows it, else as another one about it does."""
        states = (self._hook.fetch(companion).state for companion in event.companions)
        return effect.state or next(filter(None, states), "")

    def count_reads(self, event: ExpectedEffect) -> int:
        """Return how often the receiver read the resource of an event."""
        return self._count_reads(event.path) if event.path else 0

    def _wait_for_effects(self, expected: Sequence[ExpectedEffect], wanted: Sequence[int]) -> None:
        """Observe the wanted effects, and the missing ones again as long as others arrive.

        The last event comes first: once it has taken effect, a receiver that keeps the order works no more. If it has
        not, all are observed again at the end, since a copy that was still waiting may have taken effect a second time.
        """
        clock = self._hook.clock
        started_at = changed_at = clock()
        pending, pause_s, rounds = list(reversed(wanted)), _FIRST_PAUSE_S, 0
        while pending:
            before = {number: self._seen.get(number) for number in pending}
            pending = [number for number in pending if not self._observe(number, expected[number])]
            rounds, now = rounds + 1, clock()
            if any(self._seen[number] != effect for number, effect in before.items()):
                changed_at = now
            limit_s = SETTLE_S if wanted[-1] not in pending else DRAIN_S
            if now - changed_at >= limit_s:
                break
            if now - started_at >= LONGEST_WAIT_S:
                self.is_drained = False
                break
            if pending:
                self._hook.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        if rounds > 1:
            for number in wanted:
                self._observe(number, expected[number])

    def _observe(self, number: int, event: ExpectedEffect) -> bool:
        """Observe an effect; return whether it is as expected."""
        effect = self._seen[number] = self._fetch(event)
        return bool(effect.effects) and (not event.state or effect.state in {"", event.state})

    def _fetch(self, event: ExpectedEffect) -> ObservedEffect:
        return self._hook.fetch(event.observed_id)

    def _find_doubt(self, wanted: Sequence[int]) -> str:
        """Return why the hook shows nothing."""
        reasons = {self._seen[number].reason for number in wanted if self._seen[number].effects is None}
        return next(iter(sorted(reasons)), "the observation hook shows no effect of any valid event") if wanted else ""
