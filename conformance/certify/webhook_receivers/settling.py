"""What the effects of accepted and refused events come to, once all was sent. Pure but for the hook that is asked."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.certify.found import Found, graded
from conformance.certify.webhook_receivers.effects import NO_HOOK, Hook, Seen
from conformance.certify.webhook_receivers.judging import outcome
from conformance.certify.webhook_receivers.messages import forged
from conformance.certify.webhook_receivers.stimuli import How, Right, Stimulus
from conformance.model import Outcome, Verdict


class Expected(msgspec.Struct, frozen=True):
    """An event whose effect is still to be seen. `event` is its signed type, `path` shows what it is about."""

    stimulus: Stimulus
    id: str
    event: str
    path: str
    accepted: bool
    exchanges: tuple[str, ...]

    @property
    def asked(self) -> str:
        """The id whose effect counts."""
        return forged(self.id) if self.stimulus.forged and not self.id.endswith("forged") else self.id


def settled(expected: list[Expected], hook: Hook, control: str, fetched: Callable[[str], int]) -> Iterator[Outcome]:
    """The verdicts; `control` is the id of a valid event, without whose effect the hook is not believed."""
    known = hook.settle(control) if control else Seen()
    doubt = known.reason or (
        "" if known.effects else "the observation hook knows no effect of an accepted, valid event"
    )
    for each in expected:
        seen = Seen(reason=doubt) if doubt else (hook.ask if each.stimulus.effects == 0 else hook.settle)(each.asked)
        found = _verdict(each, seen, fetched(each.path) if each.path else 0)
        if found is not None:
            yield outcome(each.stimulus, graded(found, each.stimulus.level), *each.exchanges)


def _verdict(each: Expected, seen: Seen, reads: int) -> Found | None:
    """The verdict on one event; None where its status said all that can be said."""
    stimulus = each.stimulus
    if stimulus.right is Right.FOLLOW:
        return _followed(each, seen)
    if stimulus.how is How.REVERSED:
        return _ended(seen)
    if stimulus.effects == 0:
        return _none(each, seen, reads)
    if seen.effects is not None:
        words = f"took effect {seen.effects} times"
        return Found(Verdict.PASS) if seen.effects == 1 else Found(Verdict.FAIL, words, str(seen.effects))
    if seen.reason == NO_HOOK and reads:
        words = f"what it tells of was read {reads} times: whether it also counted so often is seen through --observe"
        return Found(Verdict.PASS) if reads == 1 else Found(Verdict.INCONCLUSIVE, words, str(reads))
    return Found(Verdict.NOT_OBSERVABLE, f"accepted; {seen.reason}")


def _none(each: Expected, seen: Seen, reads: int) -> Found | None:
    if each.accepted and each.stimulus.right is not Right.IGNORE:
        return None  # it was judged as accepted: that it also took effect is no second fault
    if seen.effects:
        return Found(Verdict.FAIL, "took effect, though nobody signed it so", f"{seen.effects} effects")
    if reads and not each.accepted:
        return Found(
            Verdict.FAIL, "what it tells of was read from the API, though nobody signed it so", f"{reads} reads"
        )
    if each.stimulus.right is Right.IGNORE and each.accepted:
        return Found(Verdict.PASS) if seen.effects == 0 else Found(Verdict.NOT_OBSERVABLE, f"accepted; {seen.reason}")
    return None


def _followed(each: Expected, seen: Seen) -> Found:
    told = seen.type or seen.state
    if not told:
        return Found(Verdict.NOT_OBSERVABLE, f"accepted; {seen.reason or 'the hook tells no type'}")
    right = told == each.event if seen.type else each.event.endswith(f".{told}")
    return Found(Verdict.PASS) if right else Found(Verdict.FAIL, "was taken for what the header says", told)


def _ended(seen: Seen) -> Found:
    if not seen.state:
        return Found(Verdict.NOT_OBSERVABLE, f"accepted; {seen.reason or 'the hook tells no state'}")
    return (
        Found(Verdict.PASS)
        if seen.state == "ended"
        else Found(Verdict.FAIL, "the late created undid the end", seen.state)
    )
