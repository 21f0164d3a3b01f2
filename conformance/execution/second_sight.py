"""The second sight of a violation: a response that was seen once may belong to another request.

A gateway may answer for the API, a cache may mix up responses, and a request may reach a server in the middle of its
start. What says that secrets reach others is therefore sent again, over another connection, before it counts.
"""

from collections import Counter
from typing import NamedTuple

import msgspec

from conformance.model import Exchange, Outcome, Request, Verdict

MAX_CONFIRMED = 3
"""Violations of a requirement that are confirmed by a worker; one that is seen on so many operations is no accident."""


class UnconfirmedViolation(NamedTuple):
    """A violation that waits for its second sight, with the request and the response that showed it."""

    outcome: Outcome
    request: Request
    exchange: Exchange


class Confirmations:
    """The violations of a worker that were seen a second time, by requirement."""

    def __init__(self) -> None:
        self._confirmed: Counter[str] = Counter()

    def is_known(self, requirement: str) -> bool:
        """Return whether so many violations of a requirement were confirmed that no more have to be."""
        return self._confirmed[requirement] >= MAX_CONFIRMED

    def add(self, requirement: str) -> None:
        """Count a violation that was seen a second time."""
        self._confirmed[requirement] += 1


def is_same_sight(first: Exchange, second: Exchange) -> bool:
    """Return whether two responses to one request show the same: their status and the media type of their body."""
    if first.response is None or second.response is None:
        return False
    return (first.status, first.response.media_type) == (second.status, second.response.media_type)


def confirm_outcome(outcome: Outcome, second: Exchange) -> Outcome:
    """Return a violation with the exchange that shows it a second time."""
    return msgspec.structs.replace(outcome, exchanges=(*outcome.exchanges, second.id))


def withdraw_outcome(outcome: Outcome, reason: str, second: Exchange | None = None) -> Outcome:
    """Return what is left of a violation without a second sight of it: nothing that decides."""
    exchanges = (*outcome.exchanges, second.id) if second else outcome.exchanges
    message = f"{outcome.message}: seen once, {reason}"
    return msgspec.structs.replace(outcome, verdict=Verdict.INCONCLUSIVE, message=message, exchanges=exchanges)
