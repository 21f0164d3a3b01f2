"""Going on with an earlier run: what it finished is taken over, what it could not do is planned anew."""

from pathlib import Path

import msgspec

from conformance.errors import UsageError
from conformance.eventlog import read
from conformance.model import Exchanged, ItemFinished, Noticed, Observed, RunFinished, RunStarted, Verdict


class Earlier(msgspec.Struct, frozen=True):
    """An earlier run as far as it counts: its header, finished items, their events and the requests it cost."""

    started: RunStarted
    done: frozenset[str]
    events: tuple[Exchanged | Observed | ItemFinished | Noticed, ...]
    requests: dict[str, int]


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
    return Earlier(started, frozenset(done), tuple(e for e in kept if _item(e) in done), requests)


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
