"""Priorities of a run: what failed in an earlier run, and operations that the description has changed since."""

from collections import defaultdict
from pathlib import Path

import msgspec

from conformance.errors import UsageError
from conformance.model import Described, Observed, Operation, ResourceModel, RunStarted, Verdict
from conformance.plan import parse_item_name
from conformance.run_log.event_log import read_events

_FAILED = frozenset({Verdict.FAIL, Verdict.WARN, Verdict.REVIEW, Verdict.INCONCLUSIVE})


class Priorities(msgspec.Struct, frozen=True):
    """The items that go first: the turns at which items failed, by base name, and the operations that have changed."""

    failed_turns: dict[str, frozenset[int]] = {}
    changed_operations: tuple[str, ...] = ()


def read_priorities(directory: Path, model: ResourceModel) -> Priorities:
    """Return what failed in an earlier run, and which operations are new or different from those that it saw.

    Raises UsageError where the directory contains no run log, LogError where that cannot be read.
    """
    seed: int | None = None
    names: set[str] = set()
    known: dict[str, Operation] | None = None
    for event in read_events([directory]):
        match event:
            case RunStarted():
                seed = event.seed
            case Described(earlier):
                known = dict(earlier.operations_by_key)
            case Observed(outcome, item) if item and outcome.verdict in _FAILED:
                names.add(item)
            case _:
                pass
    if seed is None:
        raise UsageError(f"{directory} contains no run", hint="Name the report directory of an earlier run")
    changed = (key for key, operation in model.operations_by_key.items() if known and known.get(key) != operation)
    return Priorities(_collect_turns(names, seed), tuple(changed))


def _collect_turns(names: set[str], seed: int) -> dict[str, frozenset[int]]:
    """Return the turns of named items, by base name."""
    turns: dict[str, set[int]] = defaultdict(set)
    for name in names:
        base_name, parts = parse_item_name(name)
        turns[base_name].update(seed - 1 + part for part in parts)
    return {base_name: frozenset(numbers) for base_name, numbers in turns.items()}
