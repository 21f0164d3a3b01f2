"""WHK-05, and WHK-06 as far as it concerns several deliveries: retries, order, pairs. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from conformance.evidence.json_bodies import UNREADABLE
from conformance.model import Noticed, Outcome, Verdict
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.delivery_checks import CREATED, ENDED
from conformance.webhooks.operations import build_operation_key

NumberedDelivery = tuple[str, Delivery]  # the id of the exchange, and its delivery
NO_RETRY = (
    "no message was delivered twice, so the id of a retry was not seen; refuse the first deliveries with --refuse"
)


def check_sequence(deliveries: Iterable[NumberedDelivery]) -> Iterator[Outcome | Noticed]:
    """Yield the outcomes of all deliveries together, in whatever order they arrived."""
    listed = tuple(deliveries)
    yield from _check_ids(listed)
    yield from _check_pairs(listed)


def _check_ids(deliveries: tuple[NumberedDelivery, ...]) -> Iterator[Outcome]:
    """Check WHK-05: a retry has the id of the first attempt, and no other message has it."""
    by_id: dict[str, list[NumberedDelivery]] = defaultdict(list)
    by_content: dict[bytes, list[NumberedDelivery]] = defaultdict(list)
    for numbered in deliveries:
        if numbered[1].id:
            by_id[numbered[1].id].append(numbered)
            by_content[_canonicalise(numbered[1])].append(numbered)
    violations = [
        _report_violation("different messages have the same id", group)
        for group in by_id.values()
        if _has_different_bodies(group)
    ]
    violations += [
        _report_violation("one message has several ids", group)
        for group in by_content.values()
        if _has_different_ids(group)
    ]
    violations += _list_renewed_retries(deliveries, by_id)
    yield from violations
    violated = {outcome.operation for outcome in violations}
    retried = {build_operation_key(group[0][1].event): group for group in by_id.values() if len(group) > 1}
    for operation in sorted({build_operation_key(delivery.event) for _, delivery in deliveries} - violated):
        group = retried.get(operation)
        verdict = Verdict.PASS if group else Verdict.NOT_OBSERVABLE
        exchanges = tuple(name for name, _ in group or ())
        yield Outcome("WHK-05", operation, verdict, "" if group else NO_RETRY, exchanges=exchanges)


def _canonicalise(delivery: Delivery) -> bytes:
    """Return the same bytes for the same JSON however it is written; the raw body where it is none."""
    if delivery.json is UNREADABLE:
        return delivery.body
    return msgspec.json.encode(delivery.json, order="deterministic")


def _list_renewed_retries(
    deliveries: tuple[NumberedDelivery, ...], by_id: Mapping[str, list[NumberedDelivery]]
) -> list[Outcome]:
    """Return a violation for each refused message that never comes again, but whose event comes under another id.

    An event happens once to a resource. Where both were accepted they may be two messages, so they are only reviewed.
    """
    by_event: dict[tuple[str, str], list[NumberedDelivery]] = defaultdict(list)
    for numbered in deliveries:
        name = str(numbered[1].data.get("id", ""))
        if name and numbered[1].event.endswith((CREATED, ENDED)):
            by_event[numbered[1].event, name].append(numbered)
    violations = []
    for group in by_event.values():
        if not _has_different_ids(group) or len({_canonicalise(delivery) for _, delivery in group}) == 1:
            continue
        first = group[0][1]
        was_refused = bool(first.response_status) and not 200 <= first.response_status < 300
        if was_refused and len(by_id[first.id]) == 1:
            violations.append(_report_violation("a refused message comes again under a new id, written anew", group))
        else:
            outcome = _report_violation("one event of one resource comes under several ids", group)
            violations.append(msgspec.structs.replace(outcome, verdict=Verdict.REVIEW))
    return violations


def _has_different_bodies(group: list[NumberedDelivery]) -> bool:
    """Return whether deliveries have different bodies."""
    return len({delivery.body for _, delivery in group}) > 1


def _has_different_ids(group: list[NumberedDelivery]) -> bool:
    """Return whether deliveries have different ids."""
    return len({delivery.id for _, delivery in group}) > 1


def _report_violation(message: str, group: list[NumberedDelivery]) -> Outcome:
    """Return a violation of WHK-05 by a group of deliveries."""
    ids = ", ".join(dict.fromkeys(delivery.id for _, delivery in group))
    exchanges = tuple(name for name, _ in group)
    operation = build_operation_key(group[0][1].event)
    return Outcome(
        "WHK-05", operation, Verdict.FAIL, message, "one id for each message", ids, "header:svix-id", exchanges
    )


def _check_pairs(deliveries: tuple[NumberedDelivery, ...]) -> Iterator[Outcome | Noticed]:
    """Compare the created and the ended event of each resource; a missing or early event is only a notice."""
    resources: dict[str, dict[str, NumberedDelivery]] = defaultdict(dict)
    for numbered in deliveries:
        name, event = str(numbered[1].data.get("id", "")), numbered[1].event
        if name and event.endswith((CREATED, ENDED)):
            resources[name].setdefault(CREATED if event.endswith(CREATED) else ENDED, numbered)
    places = {numbered[0]: place for place, numbered in enumerate(deliveries)}
    for name, events in resources.items():
        if len(events) == 2:
            yield from _compare_pair(name, events[CREATED], events[ENDED], places)
        elif ENDED in events:
            yield Noticed(
                "pairing",
                f"{name} has an ended event but no created event",
                build_operation_key(events[ENDED][1].event),
            )


def _compare_pair(
    name: str, created: NumberedDelivery, ended: NumberedDelivery, places: Mapping[str, int]
) -> Iterator[Outcome | Noticed]:
    """Check WHK-06: both events of a resource have the same start; an early ended event is only a notice."""
    operation = build_operation_key(ended[1].event)
    if places[ended[0]] < places[created[0]]:
        yield Noticed("order", f"{name}: the ended event arrived before the created event", operation)
    first, last = created[1].data.get("start"), ended[1].data.get("start")
    if first != last:
        message = "the created and the ended event have different starts"
        exchanges = (ended[0], created[0])
        yield Outcome(
            "WHK-06", operation, Verdict.FAIL, message, str(first), str(last), "/data/start", exchanges=exchanges
        )
