"""Going on with an earlier run: what it finished is taken over, what it could not do is planned anew."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from conformance.errors import UsageError
from conformance.eventlog import read
from conformance.execution.record import Sort, kind_of
from conformance.model import Exchanged, ItemFinished, Noticed, Observed, Request, RunFinished, RunStarted, Verdict
from conformance.plan import Item


class Earlier(msgspec.Struct, frozen=True):
    """An earlier run as far as it counts: its header, finished items, their events and the requests it cost.

    `failed` are requests by item: for each violation that an undone item saw, the smallest that showed it.
    """

    started: RunStarted
    done: frozenset[str]
    events: tuple[Exchanged | Observed | ItemFinished | Noticed, ...]
    requests: dict[str, int]
    failed: dict[str, tuple[Request, ...]] = {}


def earlier(directory: Path, *, rerun_failed: bool = False) -> Earlier:
    """Read the record of an earlier run; with `rerun_failed`, items that saw a violation count as undone.

    Raises UsageError where the directory holds no record, LogError where that cannot be read.
    """
    started: RunStarted | None = None
    done: set[str] = set()
    failed: set[str] = set()
    kept: list[Exchanged | Observed | ItemFinished | Noticed] = []
    requests: dict[str, int] = {}
    for event in read([directory]):
        match event:
            case RunStarted():
                started = event
            case RunFinished(requests=spent):
                requests = spent
            case ItemFinished(item=item, complete=True):
                done.add(item)
                kept.append(event)
            case Observed(outcome=outcome, item=item) if item:
                failed |= {item} if outcome.verdict is Verdict.FAIL else set()
                kept.append(event)
            case Exchanged():
                kept.append(event)
            case _:
                pass
    if started is None:
        raise UsageError(f"{directory} holds no run to resume", hint="Name the report directory of an earlier run.")
    done -= failed if rerun_failed else set()
    undone = [each for each in kept if _item(each) not in done]
    return Earlier(started, frozenset(done), tuple(e for e in kept if _item(e) in done), requests, _failed(undone))


def _failed(events: Iterable[Exchanged | Observed | ItemFinished | Noticed]) -> dict[str, tuple[Request, ...]]:
    sent: dict[tuple[str, str], Request] = {}
    shown: dict[tuple[str, Sort], tuple[str, str]] = {}
    for event in events:
        match event:
            case Exchanged(exchange=exchange, item=item):
                sent[item, exchange.id] = exchange.request
            case Observed(outcome=outcome, item=item) if outcome.verdict is Verdict.FAIL:
                name = outcome.smallest or next(iter(outcome.exchanges), "")
                if name:
                    shown[item, kind_of(outcome)] = item, name  # the smallest is told last
            case _:
                pass
    found: dict[str, dict[Request, None]] = {}
    for item, name in shown.values():
        if (item, name) in sent:
            found.setdefault(item, {})[sent[item, name]] = None
    return {item: tuple(requests) for item, requests in found.items()}


def tried_first(found: Earlier, items: Iterable[Item], base_url: str) -> dict[str, tuple[Request, ...]]:
    """By operation, what failed in some items before, addressed to the target as it is now.

    A request of which a secret was taken out cannot be sent again.
    """
    old, new = (urlsplit(url).netloc for url in (found.started.target.base_url, base_url))
    first: dict[str, tuple[Request, ...]] = {}
    for item in items:
        own = (each for each in found.failed.get(item.name, ()) if each.operation == item.operation)
        whole = tuple(_readdressed(each, old, new) for each in own if b"[redacted" not in msgspec.msgpack.encode(each))
        if whole:
            first[item.operation] = (*first.get(item.operation, ()), *whole)
    return first


def _readdressed(request: Request, old: str, new: str) -> Request:
    target, body = request.target.replace(old, new), request.body.replace(old.encode(), new.encode())
    return msgspec.structs.replace(request, target=target, body=body)


def _item(event: Exchanged | Observed | ItemFinished | Noticed) -> str:
    return "" if isinstance(event, Noticed) else event.item


def agree(found: Earlier, run: RunStarted) -> None:
    """Raise UsageError where two runs are not about the same thing, so that one cannot complete the other."""
    pairs = {
        "target": (found.started.target.name, run.target.name),
        "description": (found.started.description_sha256, run.description_sha256),
        "profile": (found.started.profile, run.profile),
        "seed": (found.started.seed, run.seed),
        "suite": (found.started.suite_version, run.suite_version),
    }
    for name, (old, new) in pairs.items():
        if old != new:
            raise UsageError(
                f"the earlier run has another {name} ({old}, now {new})", hint="Resume with the options of that run."
            )
