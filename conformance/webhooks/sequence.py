"""WHK-05, and WHK-06 as far as several deliveries show it: retries, order, pairs. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from conformance.model import Noticed, Outcome, Verdict
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.judging import CREATED, ENDED, operation_of

Numbered = tuple[str, Delivery]  # the id of the exchange, and what arrived
NO_RETRY = "no message came twice, so that an id that stays was not seen; refuse the first with --refuse"


def judge_all(deliveries: Iterable[Numbered]) -> Iterator[Outcome | Noticed]:
    """What all deliveries together show, in whatever order they came."""
    listed = tuple(deliveries)
    yield from _identified(listed)
    yield from _paired(listed)


def _identified(deliveries: tuple[Numbered, ...]) -> Iterator[Outcome]:
    by_id: dict[str, list[Numbered]] = defaultdict(list)
    by_body: dict[bytes, list[Numbered]] = defaultdict(list)
    for each in deliveries:
        if each[1].id:
            by_id[each[1].id].append(each)
            by_body[each[1].body].append(each)
    bad = [_fault("one id stands over different messages", group) for group in by_id.values() if _differ(group)]
    bad += [_fault("one message came under several ids", group) for group in by_body.values() if _renamed(group)]
    yield from bad
    wrong = {each.operation for each in bad}
    retried = {operation_of(group[0][1].event): group for group in by_id.values() if len(group) > 1}
    for operation in sorted({operation_of(each.event) for _, each in deliveries} - wrong):
        group = retried.get(operation)
        told = Verdict.PASS if group else Verdict.NOT_OBSERVABLE
        exchanges = tuple(name for name, _ in group or ())
        yield Outcome("WHK-05", operation, told, "" if group else NO_RETRY, exchanges=exchanges)


def _differ(group: list[Numbered]) -> bool:
    return len({each.body for _, each in group}) > 1


def _renamed(group: list[Numbered]) -> bool:
    return len({each.id for _, each in group}) > 1


def _fault(message: str, group: list[Numbered]) -> Outcome:
    ids = ", ".join(dict.fromkeys(each.id for _, each in group))
    exchanges = tuple(name for name, _ in group)
    operation = operation_of(group[0][1].event)
    return Outcome("WHK-05", operation, Verdict.FAIL, message, "one id a message", ids, "header:svix-id", exchanges)


def _paired(deliveries: tuple[Numbered, ...]) -> Iterator[Outcome | Noticed]:
    """Created and ended of one thing: the same start; what is missing or came early is told, since both may happen."""
    things: dict[str, dict[str, Numbered]] = defaultdict(dict)
    for each in deliveries:
        name, event = str(each[1].data.get("id", "")), each[1].event
        if name and event.endswith((CREATED, ENDED)):
            things[name].setdefault(CREATED if event.endswith(CREATED) else ENDED, each)
    for name, kinds in things.items():
        if len(kinds) == 2:
            yield from _pair(name, kinds[CREATED], kinds[ENDED], deliveries)
        elif ENDED in kinds:
            yield Noticed("pairing", f"{name} ended without a created before it", operation_of(kinds[ENDED][1].event))


def _pair(name: str, created: Numbered, ended: Numbered, order: tuple[Numbered, ...]) -> Iterator[Outcome | Noticed]:
    operation = operation_of(ended[1].event)
    if order.index(ended) < order.index(created):
        yield Noticed("order", f"{name}: ended came before created", operation)
    first, last = created[1].data.get("start"), ended[1].data.get("start")
    if first != last:
        message = "created and ended of one thing tell different starts"
        exchanges = (ended[0], created[0])
        yield Outcome(
            "WHK-06", operation, Verdict.FAIL, message, str(first), str(last), "/data/start", exchanges=exchanges
        )
