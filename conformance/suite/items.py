"""The pytest nodes of the suite. Importing this file runs nothing; `conformance.pytest_plugin` collects it."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.execution.worker import Worker
from conformance.model import Outcome
from conformance.plan import PlanItem

WORKER: pytest.StashKey[Worker] = pytest.StashKey()
READ_ITEMS: pytest.StashKey[frozenset[str]] = pytest.StashKey()
_MAX_LINES = 5  # violations in the message of a failed item


class ViolatedError(Exception):
    """An item saw violations, which are in the run log."""

    def __init__(self, violations: tuple[Outcome, ...]) -> None:
        super().__init__(f"{len(violations)} violation(s)")
        self.violations = violations


class SuiteFile(pytest.File):
    """Collects one pytest item for each plan item."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the items that are to run, in the order of the plan."""
        worker = self.config.stash[WORKER]
        for item in worker.remaining_items:
            nodeid = (
                f"{self.nodeid}::{item.test_name}"  # as text: pytest then reads it as --lf reads the ids of its cache
            )
            yield ConformanceItem.from_parent(
                self, name=item.test_name, nodeid=nodeid, item=item, writes=worker.can_write(item)
            )


class ConformanceItem(pytest.Item):
    """One probe on one operation; `-k` selects it by its name and by the requirements that it judges."""

    def __init__(self, *, item: PlanItem, writes: bool, **given: Any) -> None:
        super().__init__(**given)
        self.item, self.can_write = item, writes
        self.conformance_item = True  # by which the plugin recognises it without importing this file
        self.extra_keyword_matches.update(item.requirements)

    def runtest(self) -> None:
        """Run the probe; raises ViolatedError where a MUST is violated."""
        if violations := self.config.stash[WORKER].run(self.item, self._find_preceding()):
            raise ViolatedError(violations)

    def _find_preceding(self) -> frozenset[str]:
        """Return the items that must have ended before this one begins: all that only read, for one that writes."""
        if not self.can_write:
            return frozenset()
        if READ_ITEMS not in self.session.stash:
            items = (item for item in self.session.items if isinstance(item, ConformanceItem))
            self.session.stash[READ_ITEMS] = frozenset(item.item.name for item in items if not item.can_write)
        return self.session.stash[READ_ITEMS]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return violations as lines of text, and anything else as pytest shows it."""
        if not isinstance(excinfo.value, ViolatedError):
            return super().repr_failure(excinfo, style)
        violations = excinfo.value.violations
        lines = [f"{o.requirement} {o.operation} {o.pointer}: {o.message}" for o in violations[:_MAX_LINES]]
        more = [f"… and {len(violations) - _MAX_LINES} more, see the report"] if len(violations) > _MAX_LINES else []
        return "\n".join(lines + more)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return file, no line, and the name of the item."""
        return self.path, None, self.name
