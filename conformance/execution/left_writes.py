"""Writes of items that were cut off: what they did is undone before the item is run again, else it is not repeated."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.execution.sending_context import ItemHalt
from conformance.model import Announced, Exchange, Exchanged, Noticed, Request, Verdict
from conformance.probes.toolkit.base import Steps
from conformance.probes.toolkit.write_requests import delete_created
from conformance.safety.creations import Creations, find_created_path

_IS_GONE = frozenset({404, 410})
_NO_RESPONSE = "the run was cut off before a response"


def collect_left_writes(
    exchanged: Iterable[Exchanged], announced: Iterable[Announced]
) -> dict[str, tuple[Exchange, ...]]:
    """Return by item the writes that took effect, or may have, and were not undone.

    A write that was announced and has no exchange may have been sent; its exchange has no response.
    """
    unanswered = {event.exchange: event for event in announced}
    left: dict[str, tuple[str, Exchange]] = {}  # by what was created, else by the exchange
    for event in exchanged:
        exchange, request = event.exchange, event.exchange.request
        unanswered.pop(exchange.id, None)
        if request.is_safe or request.inert or not (exchange.status // 100 in {0, 2} or exchange.status >= 500):
            continue
        path = urlsplit(exchange.url).path
        created = _find_created(exchange)
        if request.method == "DELETE" and exchange.status // 100 == 2 and path in left:
            del left[path]
            continue
        left[created or exchange.id] = event.item, exchange
    by_item: defaultdict[str, list[Exchange]] = defaultdict(list)
    for item, exchange in left.values():
        by_item[item].append(exchange)
    for write in unanswered.values():
        request = Request(write.operation, write.method, write.target)
        by_item[write.item].append(Exchange(write.exchange, request, write.url, 0.0, failure=_NO_RESPONSE))
    return {item: tuple(exchanges) for item, exchanges in by_item.items()}


def forget_doubtful_creations(exchanged: Iterable[Exchanged]) -> list[Exchanged]:
    """Return the exchanges of a run in order, without what a response says was created where the gate would doubt it.

    The names that the run had seen before count, as in the run itself: a server may name as new what was there. Where
    a body was cut, names are missing, and nothing created after it can be recognised.
    """
    creations, has_gap = Creations(), False
    credible: list[Exchanged] = []
    for event in sorted(exchanged, key=lambda event: event.exchange.sent_at):
        exchange, response = event.exchange, event.exchange.response
        if response is not None:
            creations.observe(exchange.request.method, urlsplit(exchange.url).path, response)
            has_gap = has_gap or response.cut
        created = _find_created(exchange)
        if response and created and (has_gap or created.rstrip("/").casefold() not in creations):
            bare = msgspec.structs.replace(response, headers=(), body=b"")
            exchange = msgspec.structs.replace(exchange, response=bare)
        credible.append(Exchanged(exchange, event.item))
    return credible


def describe_left_writes(left: Mapping[str, Iterable[Exchange]]) -> Iterator[Noticed]:
    """Yield a notice for each write that was left in effect, or may be."""
    for item, exchanges in left.items():
        for exchange in exchanges:
            created = _find_created(exchange)
            what = f"created {created}, which may still exist" if created else "may stay in effect"
            message = f"{item} was cut off in the earlier run after {_describe(exchange)}: it {what}"
            yield Noticed("cleanup", message, exchange.request.operation)


def undo_left_writes(left: Iterable[Exchange], subject: Subject) -> Steps[None]:
    """Delete what an item created before it was cut off, so that it can be run again.

    Writes other than POST are the same when they are sent again. Raises ItemHalt where a POST may have had an effect
    that cannot be undone.
    """
    for exchange in left:
        operation = subject.model.operations_by_key.get(exchange.request.operation)
        if exchange.request.method != "POST" or operation is None:
            continue
        deletion = None
        if _find_created(exchange):
            deletion = yield from delete_created(OperationResponse(exchange, operation), subject)
        if deletion is None or not (deletion.is_success or deletion.status in _IS_GONE):
            reason = f"{_describe(exchange)} of the earlier run may have taken effect, and cannot be undone"
            raise ItemHalt(Verdict.INCONCLUSIVE, f"{reason}: it is not repeated")


def _find_created(exchange: Exchange) -> str:
    """Return the path of what a write created; empty where nothing says so."""
    if exchange.response is None:
        return ""
    return find_created_path(exchange.request.method, urlsplit(exchange.url).path, exchange.response)


def _describe(exchange: Exchange) -> str:
    return f"{exchange.request.method} {exchange.request.target} ({exchange.status or 'no response'})"
