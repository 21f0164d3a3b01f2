"""How xdist deals out the suite's items: by lanes, in the order of the plan."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from conformance.execution.spec import Brief
from conformance.plan import lane_of


class ByLanes(LoadScopeScheduling):  # type: ignore[misc]
    """A lane stays on one worker.

    xdist has groups of its own, `--dist loadgroup`: it writes them into node ids, which pytest 9.2 no longer takes, and
    then deals every item out by itself without a word.
    """

    def __init__(self, config: pytest.Config, log: Any, brief: Brief) -> None:
        super().__init__(config, log)
        probes = brief.catalogue.probes
        self._lanes = {item.name: lane_of(item, probes[item.probe]) for item in brief.plan.items}

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Forget a lane that has ended: xdist counts through all of them behind every item."""
        super().mark_test_complete(node, item_index, duration)
        lane = self._split_scope(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][lane].values()):
            del self.assigned_work[node][lane]

    def _split_scope(self, nodeid: str) -> str:
        name = nodeid.partition("::")[2]
        return self._lanes.get(name, nodeid)
