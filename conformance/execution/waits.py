"""Waits of a plan item: for a response, for time to pass, or for the response to a read that another item sends.

An item is a generator of waits. Whoever drives it decides whether other items go on meanwhile: `run_alone` drives one
item, `conformance.execution.item_pool` many.
"""

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeVar

import msgspec

from conformance.model import Exchange, Request
from conformance.network.channel import Channel, NoResponseError, NotSentError

T = TypeVar("T")

POLL_INTERVAL_S = 0.002
"""The time between two looks for a response that another item or worker is waiting for."""


class Transmission(msgspec.Struct, frozen=True):
    """A request to be sent; the item continues with its `Sent`. `key` becomes the id of the exchange."""

    request: Request
    key: str


class Delay(msgspec.Struct, frozen=True):
    """A wait of some seconds; with `holds_all` no item of the worker sends a request in that time."""

    seconds: float
    holds_all: bool = False


class Arrival(msgspec.Struct, frozen=True):
    """The response to a shared read that another item of this worker is sending; `key` names the read."""

    key: str


Wait = Transmission | Delay | Arrival
Waiting = Generator[Wait, Any, T]


class Sent(NamedTuple):
    """A request that was sent: its exchange, and the error where it got no response.

    `is_crowded` says that the target probably refused it because too many requests were in flight.
    """

    exchange: Exchange
    error: NoResponseError | None = None
    is_crowded: bool = False


def transmit(channel: Channel, clock: Callable[[], float], transmission: Transmission, traceparent: str = "") -> Sent:
    """Send a request and return its exchange; raises ForbiddenRequestError where the gate refuses it."""
    request, key = transmission.request, transmission.key
    sent_at, url = round(clock(), 6), channel.build_url(request)
    response, failure, lost = None, "", None
    try:
        response = channel.send(request, traceparent) if traceparent else channel.send(request)
    except NotSentError as error:
        failure = f"not sent: {error}"
    except NoResponseError as error:
        failure, lost = str(error), error
    return Sent(Exchange(key, request, url, sent_at, response, failure, traceparent), lost)


def run_alone(steps: Waiting[T], transmit: Callable[[Transmission], Sent], sleep: Callable[[float], None]) -> T:
    """Run an item, or a part of one, to its end in this thread, and return its result."""
    value: Sent | None = None
    failure: Exception | None = None
    try:
        while True:
            wait = steps.throw(failure) if failure else steps.send(value)
            value, failure = None, None
            if isinstance(wait, Transmission):
                try:
                    value = transmit(wait)
                except Exception as error:  # noqa: BLE001 - the item decides what it means
                    failure = error
            else:
                sleep(wait.seconds if isinstance(wait, Delay) else POLL_INTERVAL_S)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()  # after an interrupt, while there are still a log and a store to write to
