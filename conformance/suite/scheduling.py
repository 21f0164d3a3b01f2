"""How xdist deals out the suite's items: by lanes, in the order of the plan."""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from itertools import islice, takewhile
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from conformance.execution.spec import Brief
from conformance.plan import lane_of

_AHEAD = 12  # items that a worker has before it, so that it never waits for the controller
_SHARE = 4  # the part of the lanes left that a worker has before it near the end, so that none ends late
_LOOK = 60  # lanes among which a worker is given those of the resources that it knows


class ByLanes(LoadScopeScheduling):  # type: ignore[misc]
    """A lane stays on one worker.

    xdist has groups of its own, `--dist loadgroup`: it writes them into node ids, which pytest 9.2 no longer takes, and
    then deals every item out by itself without a word. And it keeps a worker two items ahead, which for items of a few
    milliseconds is too little: an eighth of the time the worker waited for the next one.

    Of reads that come soon a worker gets those of resource groups that are at home with it: it has their schemas
    compiled, and waits for no read that another worker is just asking for. Writes stay behind all reads, for they wait
    for them.
    """

    workqueue: OrderedDict[str, dict[str, bool]]  # by lane, its items and whether each has ended

    def __init__(self, config: pytest.Config, log: Any, brief: Brief) -> None:
        super().__init__(config, log)
        probes = brief.catalogue.probes
        self._lanes = {item.name: lane_of(item, probes[item.probe]) for item in brief.plan.items}
        self._groups = {item.name: item.group for item in brief.plan.items if not probes[item.probe].writes}
        self._homes: dict[str, Any] = {}  # by group, the worker that has it rather than others
        self._places: dict[str, int] = {}

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        """Take down what a worker collected, and where each item stands in it: in all workers at the same place."""
        super().add_node_collection(node, collection)
        self._places = {nodeid: index for index, nodeid in enumerate(collection)}

    def schedule(self) -> None:
        """Begin, in the order of the plan, with the largest group at home with the worker that has least so far."""
        self.config.option.loadscopereorder = False  # else writes come first, being the largest lane
        load = dict.fromkeys(self.nodes, 0)
        for group, size in Counter(self._groups.values()).most_common() if not self._homes else ():
            self._homes[group] = min(load, key=load.__getitem__)
            load[self._homes[group]] += size
        super().schedule()

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Forget a lane that has ended: xdist counts through all of them behind every item."""
        super().mark_test_complete(node, item_index, duration)
        lane = self._split_scope(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][lane].values()):
            del self.assigned_work[node][lane]

    def remove_node(self, node: Any) -> str | None:
        """Deal out again what a dead worker had before it, reads before all writes."""
        left = {lane: items for lane, items in self.assigned_work[node].items() if not all(items.values())}
        queue = {**left, **self.workqueue}
        self.workqueue = OrderedDict(sorted(queue.items(), key=lambda each: each[0] not in self._groups))
        crashed: str | None = super().remove_node(node)
        return crashed

    def _reschedule(self, node: Any) -> None:
        """Give a worker several lanes at once when half of what it had before it is done."""
        if node.shutting_down:
            return
        if not self.workqueue:
            node.shutdown()
            return
        wanted = max(2, min(_AHEAD, len(self.workqueue) // _SHARE))
        pending = self._pending_of(self.assigned_work[node])
        given: list[int] = []
        while self.workqueue and pending + len(given) <= wanted and (given or 2 * pending <= wanted):
            lane = self._nearest(node)
            items = self.workqueue.pop(lane)
            self.assigned_work[node][lane] = items
            given += [self._places[nodeid] for nodeid, done in items.items() if not done]
        if given:
            node.send_runtest_some(given)

    def _nearest(self, node: Any) -> str:
        """The next read of a group that is at home with a worker; else the next lane of all."""
        soon = takewhile(self._groups.__contains__, islice(self.workqueue, _LOOK))
        lane = next((each for each in soon if self._homes[self._groups[each]] is node), None)
        return lane or str(next(iter(self.workqueue)))

    def _split_scope(self, nodeid: str) -> str:
        name = nodeid.partition("::")[2]
        return self._lanes.get(name, nodeid)
