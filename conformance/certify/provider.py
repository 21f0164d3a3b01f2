"""The provider's deliveries, judged as they arrive or out of a capture (WHK-01 to WHK-06)."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

from conformance.answers import UNREADABLE
from conformance.certify.record import About, Item, Record, posted
from conformance.description import pointers
from conformance.model import (
    Exchange,
    Headers,
    Noticed,
    Operation,
    Outcome,
    Request,
    Requirement,
    Response,
    Target,
    Verdict,
)
from conformance.network.channel import AGENT, Channel, NoAnswerError, NotSentError
from conformance.safety.gate import Gate
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.fetching import compare
from conformance.webhooks.judging import Sender, judge, operation_of
from conformance.webhooks.sequence import judge_all
from strategies import schema_of_webhook

NOTHING_CAME = "no delivery of this event came"
NO_TARGET = "no API to ask: name one with --target"
_FAMILY = "WHK"
_POLL_S = 0.2


class Api(msgspec.Struct, frozen=True):
    """Where `data.url` is asked, and as whom."""

    target: Target
    headers: Mapping[str, Headers]
    secrets: Mapping[str, str]
    identity: str


def about(
    sender: Sender, target: Target, requirements: Iterable[Requirement], directory: Path, *, command: str
) -> About:
    """The run: every requirement on deliveries on every event of the description."""
    keys = tuple(operation_of(event) for event in sender.events)
    judged = tuple(each for each in requirements if each.family == _FAMILY)
    return About(
        target=target,
        description=sender.description,
        operations=tuple(_operation(event, sender) for event in sender.events),
        requirements=judged,
        cases={each.id: keys for each in judged},
        directory=directory,
        command=command,
    )


def _operation(event: str, sender: Sender) -> Operation:
    schema, pointer = schema_of_webhook(sender.validators, event), pointers.join("#/webhooks", event, "post")
    return posted(operation_of(event), group="webhooks", schema=schema, pointer=pointer)


def run(about: About, sender: Sender, deliveries: Iterable[Delivery], api: Api | None, origin: str) -> Path:
    """Judge deliveries one by one as they come, then all together; gives the log.

    `origin` is where they came to, or the name of the capture. Raises LogError where the record cannot be written.
    """
    secrets = {name: value for key in sender.keys for name, value in key.secrets.items()}
    with Record(about, {**secrets, **(api.secrets if api else {})}) as record, record.item("deliveries") as item:
        judging = _Judging(sender, record, item, api, origin)
        try:
            for delivery in deliveries:
                judging.take(delivery)
        except KeyboardInterrupt:
            record.notice("listening", "ended by hand")
        judging.close()
    return record.path


def until(
    arrived: SimpleQueue[Delivery], *, count: int, seconds: float, clock: Callable[[], float] = time.monotonic
) -> Iterator[Delivery]:
    """What a listener takes, until so many came or so much time went by; 0 is without bound."""
    end, taken = clock() + seconds, 0
    while (not count or taken < count) and (not seconds or clock() < end):
        try:
            yield arrived.get(timeout=_POLL_S)
        except Empty:
            continue
        taken += 1


class _Judging:
    """Deliveries under judgement, numbered in the order in which they came."""

    def __init__(self, sender: Sender, record: Record, item: Item, api: Api | None, origin: str) -> None:
        self._sender, self._record, self._item, self._api, self._origin = sender, record, item, api, origin
        self._taken: list[tuple[str, Delivery]] = []
        self._fetched = 0

    def take(self, delivery: Delivery) -> None:
        name = f"delivery-{len(self._taken) + 1}"
        again = any(each.id == delivery.id and each.body == delivery.body for _, each in self._taken)
        self._taken.append((name, delivery))
        self._item.exchanged(self._as_exchange(name, delivery))
        self._observe(judge(delivery, name, self._sender))
        if self._api is not None and delivery.data and not again:
            self._compare(delivery, name, self._api)

    def close(self) -> None:
        """Judge all together, and say what could not be."""
        self._observe(judge_all(self._taken))
        came = {operation_of(each.event) for _, each in self._taken}
        for operation in sorted(came):
            if self._api is None:
                self._item.observed([Outcome("WHK-04", operation, Verdict.NOT_TESTED, NO_TARGET)])
        self._record.leave(NOTHING_CAME, Verdict.NOT_OBSERVABLE)

    def _compare(self, delivery: Delivery, name: str, api: Api) -> None:
        with Channel(api.target.base_url, api.headers, Gate(api.target), agent=AGENT) as channel:

            def fetch(target: str) -> Exchange:
                self._fetched += 1
                return _asked(channel, Request("*", "GET", target, identity=api.identity), f"fetch-{self._fetched}")

            self._observe(compare(delivery, name, api.target.base_url, self._kept(fetch), _json))

    def _kept(self, fetch: Callable[[str], Exchange]) -> Callable[[str], Exchange]:
        def kept(target: str) -> Exchange:
            exchange = fetch(target)
            self._item.exchanged(exchange)
            return exchange

        return kept

    def _observe(self, found: Iterable[Outcome | Noticed]) -> None:
        for each in found:
            if isinstance(each, Noticed):
                self._record.notice(each.topic, each.message, each.operation)
            else:
                self._item.observed([each])

    def _as_exchange(self, name: str, delivery: Delivery) -> Exchange:
        request = Request(
            operation_of(delivery.event), "POST", delivery.target, delivery.headers, delivery.body, identity=""
        )
        response = Response(delivery.answered) if delivery.answered else None
        url = delivery.target if "://" in delivery.target else self._origin + delivery.target
        return Exchange(name, request, url, delivery.arrived_at, response)


def _asked(channel: Channel, request: Request, name: str) -> Exchange:
    at = time.time()
    try:
        response = channel.send(request)
    except (NotSentError, NoAnswerError) as fault:
        return Exchange(name, request, channel.url(request), at, failure=str(fault))
    return Exchange(name, request, channel.url(request), at, response)


def _json(exchange: Exchange) -> object:
    try:
        return msgspec.json.decode(exchange.response.body if exchange.response else b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UNREADABLE
