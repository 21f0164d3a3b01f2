"""The check of the provider's deliveries, as they arrive or from a capture (WHK-01 to WHK-06)."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

from conformance.description import pointers
from conformance.evidence.json_bodies import UNREADABLE
from conformance.execution.unscheduled_run import RunPart, RunScope, UnscheduledRun
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
from conformance.network.channel import AGENT, Channel, NoResponseError, NotSentError
from conformance.safety.gate import ForbiddenRequestError, Gate
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.delivery_checks import ProviderSender, check_delivery, is_authentic
from conformance.webhooks.operations import build_delivery_operation, build_operation_key
from conformance.webhooks.resource_comparison import compare_with_resource
from conformance.webhooks.sequence_checks import check_sequence
from strategies import schema_of_webhook

NO_DELIVERY = "no delivery of this event arrived"
UNSIGNED = "data.url is not fetched for a delivery that is not authentic (WHK-01)"
NO_TARGET = "no API to fetch data.url from: name one with --target"
_FAMILY = "WHK"
_POLL_S = 0.2


class ProviderApi(msgspec.Struct, frozen=True):
    """The API to fetch `data.url` from, and the identity to use."""

    target: Target
    headers: Mapping[str, Headers]
    secrets: Mapping[str, str]
    identity: str


def build_scope(
    sender: ProviderSender, target: Target, requirements: Iterable[Requirement], directory: Path, *, command: str
) -> RunScope:
    """Return the scope of the run: every requirement on deliveries, on every event of the description."""
    keys = tuple(build_operation_key(event) for event in sender.events)
    family_requirements = tuple(requirement for requirement in requirements if requirement.family == _FAMILY)
    return RunScope(
        target=target,
        description=sender.description,
        operations=tuple(_build_operation(event, sender) for event in sender.events),
        requirements=family_requirements,
        cases={requirement.id: keys for requirement in family_requirements},
        directory=directory,
        command=command,
    )


def _build_operation(event: str, sender: ProviderSender) -> Operation:
    """Return the operation that represents an event."""
    schema, pointer = schema_of_webhook(sender.validators, event), pointers.join("#/webhooks", event, "post")
    return build_delivery_operation(build_operation_key(event), group="webhooks", schema=schema, pointer=pointer)


def check_deliveries(  # noqa: PLR0913 - what, of whom, against what, and where to tell
    scope: RunScope,
    sender: ProviderSender,
    deliveries: Iterable[Delivery],
    api: ProviderApi | None,
    origin: str,
    *,
    announce: Callable[[str], None] = lambda _: None,
) -> Path:
    """Check deliveries one by one as they arrive, then all together; return the run log.

    `origin` is where they arrived, or the name of the capture. `announce` receives a line about each delivery. Raises
    LogError if the run log cannot be written.
    """
    secrets = {name: value for key in sender.keys for name, value in key.secrets.items()}
    with (
        UnscheduledRun(scope, {**secrets, **(api.secrets if api else {})}) as record,
        record.open_part("deliveries", lists_repetitions=True) as item,
    ):
        checker = _DeliveryChecker(sender, record, item, api, origin)
        try:
            for delivery in deliveries:
                announce(checker.take(delivery))
        except KeyboardInterrupt:
            record.log_notice("listening", "interrupted")
        checker.close()
    return record.path


def receive_deliveries(  # noqa: PLR0913 - the source, its bounds, and the edges that tests replace
    queue: SimpleQueue[Delivery],
    *,
    count: int,
    seconds: float,
    close: Callable[[], None] = lambda: None,
    is_stopped: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Delivery]:
    """Yield received deliveries until `count` have arrived or `seconds` have passed; 0 is no limit.

    Then `close` ends the receiving, and every delivery that got a response before is yielded as well.
    """
    end, received = clock() + seconds, 0
    while (not count or received < count) and (not seconds or clock() < end) and not is_stopped():
        try:
            yield queue.get(timeout=_POLL_S)
        except Empty:
            continue
        received += 1
    close()
    while not queue.empty():
        yield queue.get()


class _DeliveryChecker:
    """A checker of deliveries, which are numbered in the order of arrival."""

    def __init__(
        self, sender: ProviderSender, record: UnscheduledRun, item: RunPart, api: ProviderApi | None, origin: str
    ) -> None:
        self._sender, self._record, self._item, self._api, self._origin = sender, record, item, api, origin
        self._deliveries: list[tuple[str, Delivery]] = []
        self._contents: set[tuple[str, bytes]] = set()
        self._fetched = 0

    def take(self, delivery: Delivery) -> str:
        """Check one delivery, and compare it with its resource unless it repeats an earlier one; return a line."""
        name = f"delivery-{len(self._deliveries) + 1}"
        content = (delivery.id, delivery.body)
        is_repeated, violations = content in self._contents, list[str]()
        self._contents.add(content)
        self._deliveries.append((name, delivery))
        self._item.log_exchange(self._build_exchange(name, delivery))
        violations += self._observe(check_delivery(delivery, name, self._sender))
        if self._api is not None and delivery.data and not is_repeated:
            if is_authentic(delivery, self._sender):
                violations += self._compare(delivery, name, self._api)
            else:
                operation = build_operation_key(delivery.event)
                self._observe([Outcome("WHK-04", operation, Verdict.NOT_OBSERVABLE, UNSIGNED, exchanges=(name,))])
        return self._describe(name, delivery, violations)

    def _describe(self, name: str, delivery: Delivery, violations: list[str]) -> str:
        """Return a line about a delivery: its number, id, event, the status it got, and what it violates."""
        identifier, event = delivery.id or "without id", delivery.event or "without type"
        status = delivery.response_status or "status unknown"
        return f"{name} {identifier} {event} {status}: {'; '.join(violations) or 'no violation'}"

    def close(self) -> None:
        """Check all deliveries together, and give a verdict to each case that none of them concerned."""
        self._observe(check_sequence(self._deliveries))
        operations = {build_operation_key(delivery.event) for _, delivery in self._deliveries}
        for operation in sorted(operations):
            if self._api is None:
                self._item.log_outcomes([Outcome("WHK-04", operation, Verdict.NOT_TESTED, NO_TARGET)])
        self._record.close_unjudged(NO_DELIVERY, Verdict.NOT_OBSERVABLE)

    def _compare(self, delivery: Delivery, name: str, api: ProviderApi) -> list[str]:
        """Compare a delivery with the resource at its `data.url`; return what it violates."""
        with Channel(
            api.target.base_url, api.headers, Gate(api.target, self._sender.description.model.operations), agent=AGENT
        ) as channel:

            def fetch(target: str) -> Exchange:
                self._fetched += 1
                request = Request("*", "GET", target, identity=api.identity)
                exchange = _send(channel, request, f"fetch-{self._fetched}")
                self._item.log_exchange(exchange)
                return exchange

            return self._observe(compare_with_resource(delivery, name, api.target.base_url, fetch, _decode_json))

    def _observe(self, observations: Iterable[Outcome | Noticed]) -> list[str]:
        """Write outcomes and notices to the run log; return the violations in words."""
        violations = []
        for observation in observations:
            if isinstance(observation, Noticed):
                self._record.log_notice(observation.topic, observation.message, observation.operation)
                continue
            self._item.log_outcomes([observation])
            if observation.verdict in {Verdict.FAIL, Verdict.REVIEW}:
                violations.append(f"{observation.requirement} {observation.message}")
        return violations

    def _build_exchange(self, name: str, delivery: Delivery) -> Exchange:
        """Return a delivery as an exchange of the run log."""
        request = Request(
            build_operation_key(delivery.event), "POST", delivery.target, delivery.headers, delivery.body, identity=""
        )
        response = Response(delivery.response_status) if delivery.response_status else None
        url = delivery.target if "://" in delivery.target else self._origin + delivery.target
        return Exchange(name, request, url, delivery.arrived_at, response)


def _send(channel: Channel, request: Request, name: str) -> Exchange:
    """Send a request; return its exchange, with or without a response."""
    sent_at = time.time()
    try:
        response = channel.send(request)
    except (ForbiddenRequestError, NotSentError, NoResponseError) as error:
        return Exchange(name, request, channel.build_url(request), sent_at, failure=str(error))
    return Exchange(name, request, channel.build_url(request), sent_at, response)


def _decode_json(exchange: Exchange) -> object:
    """Return the body of a response as JSON, UNREADABLE if it is not JSON."""
    try:
        return msgspec.json.decode(exchange.response.body if exchange.response else b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UNREADABLE
