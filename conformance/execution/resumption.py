"""Resumption of an earlier run: its finished items are taken over, the others are planned again."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from conformance.errors import UsageError
from conformance.execution.left_writes import collect_left_writes, describe_left_writes, forget_doubtful_creations
from conformance.execution.recorder import OutcomeKind, classify_outcome
from conformance.model import (
    Announced,
    Exchange,
    Exchanged,
    Generated,
    ItemFinished,
    KeywordsListed,
    Noticed,
    Observed,
    Passed,
    Request,
    RunFinished,
    RunStarted,
    Verdict,
)
from conformance.plan import PlanItem
from conformance.run_log.event_log import read_events

_OwnEvent = Exchanged | Observed | Passed | ItemFinished | Noticed


class EarlierRun(msgspec.Struct, frozen=True):
    """An earlier run: its header, its finished items with their events, and the requests that it sent by identity.

    `failed` holds requests by item that is run again: for each violation of the item the smallest that showed it.
    `left_writes` holds by item that was cut off the writes whose effect may have stayed.
    """

    started: RunStarted
    done: frozenset[str]
    events: tuple[_OwnEvent | Generated | KeywordsListed, ...]
    requests: dict[str, int]
    failed: dict[str, tuple[Request, ...]] = {}
    left_writes: dict[str, tuple[Exchange, ...]] = {}


def read_earlier_run(directory: Path, *, rerun_failed: bool = False) -> EarlierRun:
    """Read the run log of an earlier run; with `rerun_failed`, items with a violation count as unfinished.

    Raises UsageError where the directory contains no run log, LogError where that cannot be read.
    """
    started: RunStarted | None = None
    done: set[str] = set()
    failed: set[str] = set()
    events: list[_OwnEvent] = []
    notes: list[Generated | KeywordsListed] = []
    announced: list[Announced] = []
    requests: dict[str, int] = {}
    for event in read_events([directory]):
        match event:
            case RunStarted():
                started = event
            case RunFinished(requests=spent):
                requests = dict(Counter(requests) + Counter(spent))  # of several shards
            case ItemFinished(item=item, complete=True):
                done.add(item)
                events.append(event)
            case Observed(outcome=outcome, item=item) if item:
                failed |= {item} if outcome.verdict is Verdict.FAIL else set()
                events.append(event)
            case Exchanged() | Passed():
                events.append(event)
            case Announced():
                announced.append(event)
            case Generated() | KeywordsListed():
                notes.append(event)
            case _:
                pass
    if started is None:
        raise UsageError(f"{directory} contains no run to resume", hint="Name the report directory of an earlier run")
    sent_in_order = forget_doubtful_creations(event for event in events if isinstance(event, Exchanged))
    cut_off = (event for event in sent_in_order if event.item and event.item not in done)
    left = collect_left_writes(cut_off, (write for write in announced if write.item not in done))
    done -= failed if rerun_failed else set()
    unfinished = [event for event in events if _item_name(event) not in done]
    finished = tuple(event for event in events if _item_name(event) in done)
    sent = {event.exchange.id for event in finished if isinstance(event, Exchanged)}
    kept = tuple(note for note in notes if isinstance(note, KeywordsListed) or note.exchange in sent)
    return EarlierRun(
        started,
        frozenset(done),
        (*finished, *kept, *describe_left_writes(left)),
        requests,
        _collect_failed(unfinished),
        left,
    )


def _collect_failed(
    events: Iterable[_OwnEvent],
) -> dict[str, tuple[Request, ...]]:
    """Return by item, for each kind of violation, the smallest request that showed it."""
    sent: dict[tuple[str, str], Request] = {}  # by item and exchange
    smallest: dict[tuple[str, OutcomeKind], tuple[str, str]] = {}  # item and exchange
    for event in events:
        match event:
            case Exchanged(exchange=exchange, item=item):
                sent[item, exchange.id] = exchange.request
            case Observed(outcome=outcome, item=item) if outcome.verdict is Verdict.FAIL:
                name = outcome.smallest or next(iter(outcome.exchanges), "")
                if name:
                    smallest[item, classify_outcome(outcome)] = item, name  # of one kind, the smallest is written last
            case _:
                pass
    failed: dict[str, dict[Request, None]] = {}  # without duplicates, in order
    for item, name in smallest.values():
        if (item, name) in sent:
            failed.setdefault(item, {})[sent[item, name]] = None
    return {item: tuple(requests) for item, requests in failed.items()}


def collect_failed_requests(
    earlier_run: EarlierRun, items: Iterable[PlanItem], base_url: str
) -> dict[str, tuple[Request, ...]]:
    """Return by operation the requests of the given items that failed in the earlier run, for the target at `base_url`.

    Requests with a redacted secret are left out, as they cannot be sent again.
    """
    old, new = (urlsplit(url).netloc for url in (earlier_run.started.target.base_url, base_url))
    first: dict[str, tuple[Request, ...]] = {}
    for item in items:
        own = (request for request in earlier_run.failed.get(item.name, ()) if request.operation == item.operation)
        requests = tuple(
            _replace_address(request, old, new)
            for request in own
            if b"[redacted" not in msgspec.msgpack.encode(request)
        )
        if requests:
            first[item.operation] = (*first.get(item.operation, ()), *requests)
    return first


def _replace_address(request: Request, old: str, new: str) -> Request:
    """Return a request with another host and port in its target and body, where links contain them."""
    target, body = request.target.replace(old, new), request.body.replace(old.encode(), new.encode())
    return msgspec.structs.replace(request, target=target, body=body)


def _item_name(event: _OwnEvent) -> str:
    return "" if isinstance(event, Noticed) else event.item


def check_same_run(earlier_run: EarlierRun, run: RunStarted) -> None:
    """Raise UsageError where `run` cannot resume the earlier run, because target, description or options differ."""
    values = {
        "target": (earlier_run.started.target.name, run.target.name),
        "description": (earlier_run.started.description_sha256, run.description_sha256),
        "profile": (earlier_run.started.profile, run.profile),
        "seed": (earlier_run.started.seed, run.seed),
        "suite": (earlier_run.started.suite_version, run.suite_version),
    }
    for name, (old, new) in values.items():
        if old != new:
            raise UsageError(
                f"the {name} differs from that of the earlier run: expected {old}, got {new}",
                hint="Resume with the options of the earlier run",
            )
