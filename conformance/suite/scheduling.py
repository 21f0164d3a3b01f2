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

    def _split_scope(self, nodeid: str) -> str:
        name = nodeid.partition("::")[2]
        return self._lanes.get(name, nodeid)
