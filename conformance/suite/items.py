"""pytest's nodes of the suite. Importing this file runs nothing; `conformance.pytest_plugin` collects it."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.execution.worker import Worker
from conformance.model import Outcome
from conformance.plan import Item

WORKER: pytest.StashKey[Worker] = pytest.StashKey()
READS: pytest.StashKey[frozenset[str]] = pytest.StashKey()
_SHOWN = 5


class ViolatedError(Exception):
    """An item saw violations; what they are is on record."""

    def __init__(self, violations: tuple[Outcome, ...]) -> None:
        super().__init__(f"{len(violations)} violation(s)")
        self.violations = violations


class SuiteFile(pytest.File):
    """Collects one item for each of the plan's."""

    def collect(self) -> Iterator[pytest.Item]:
        """The items that are to run, in the order of the plan."""
        worker = self.config.stash[WORKER]
        for item in worker.todo:
            yield ConformanceItem.from_parent(self, name=item.name, item=item, writes=worker.writes(item))


class ConformanceItem(pytest.Item):
    """One probe on one operation; `-k` finds it by its name and by the requirements that it judges."""

    def __init__(self, *, item: Item, writes: bool, **given: Any) -> None:
        super().__init__(**given)
        self.item, self.writes = item, writes
        self.conformance_item = True  # how the plugin knows it without importing this file
        self.extra_keyword_matches.update(item.requirements)

    def runtest(self) -> None:
        """Drive the probe; raises ViolatedError where a MUST is violated."""
        if violations := self.config.stash[WORKER].run(self.item, self._after()):
            raise ViolatedError(violations)

    def _after(self) -> frozenset[str]:
        """The items that must have ended before this one begins: for one that writes, all that only read."""
        if not self.writes:
            return frozenset()
        if READS not in self.session.stash:
            others = (each for each in self.session.items if isinstance(each, ConformanceItem))
            self.session.stash[READS] = frozenset(each.item.name for each in others if not each.writes)
        return self.session.stash[READS]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Violations as lines that a person can read; anything else as pytest shows it."""
        if not isinstance(excinfo.value, ViolatedError):
            return super().repr_failure(excinfo, style)
        found = excinfo.value.violations
        lines = [f"{o.requirement} {o.operation} {o.pointer}: {o.message}" for o in found[:_SHOWN]]
        more = [f"… and {len(found) - _SHOWN} more, see the report"] if len(found) > _SHOWN else []
        return "\n".join(lines + more)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """File, no line, and the item's name."""
        return self.path, None, self.name
