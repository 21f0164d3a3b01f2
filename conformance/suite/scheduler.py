"""The xdist scheduler of the suite: distributes items to workers by lanes, in the order of the plan."""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from itertools import islice, takewhile
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from conformance.execution.spec import RunContext
from conformance.plan import get_lane

_MIN_PENDING = 12  # items queued at a worker, so that it never waits for the controller
_PENDING_SHARE = 2  # items queued for each request that a worker may have in flight
_FINAL_SHARE = 4  # near the end a worker gets this part of the lanes left, so that all end at about the same time
_LOOKAHEAD = 60  # lanes among which a worker gets those of its own resource groups first


class LaneScheduler(LoadScopeScheduling):  # type: ignore[misc]
    """Distributes items to workers so that all items of a lane run on one worker.

    xdist's own groups, `--dist loadgroup`, do not serve: xdist 3.8 writes them into node ids, pytest 9.2 drops them
    there, and every item is then distributed by itself. xdist also queues only two items at a worker, too few for
    items of a few milliseconds: workers waited for the next item during an eighth of the time.

    Each resource group is assigned to one worker. Among the next reads a worker gets those of its own groups first,
    since it has compiled their schemas and does not wait for reads that another worker is sending. Writes come after
    all reads, as they wait for them.
    """

    workqueue: OrderedDict[str, dict[str, bool]]  # by lane, its items and whether each has ended

    def __init__(self, config: pytest.Config, log: Any, brief: RunContext, concurrency: int = 1) -> None:
        super().__init__(config, log)
        self._max_pending = max(_MIN_PENDING, _PENDING_SHARE * concurrency)
        probes = brief.catalogue.probes
        self._lanes = {item.test_name: get_lane(item, probes[item.probe]) for item in brief.plan.items}
        self._groups = {item.name: item.group for item in brief.plan.items if not probes[item.probe].writes}
        self._owners: dict[str, Any] = {}  # the worker that a group is assigned to
        self._indices: dict[str, int] = {}  # of each item in the collection, the same in all workers

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        """Store what a worker collected, and the index of each item in it."""
        super().add_node_collection(node, collection)
        self._indices = {nodeid: index for index, nodeid in enumerate(collection)}

    def schedule(self) -> None:
        """Assign the groups to workers, the largest first and each to the least loaded worker, and begin."""
        self.config.option.loadscopereorder = False  # otherwise the writes, as the largest lane, would come first
        load = dict.fromkeys(self.nodes, 0)
        for group, size in Counter(self._groups.values()).most_common() if not self._owners else ():
            self._owners[group] = min(load, key=load.__getitem__)
            load[self._owners[group]] += size
        super().schedule()

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Mark an item as ended, and drop its lane once all its items have: xdist counts all lanes after each item."""
        super().mark_test_complete(node, item_index, duration)
        lane = self._split_scope(self.registered_collections[node][item_index])
        if all(self.assigned_work[node][lane].values()):
            del self.assigned_work[node][lane]

    def remove_node(self, node: Any) -> str | None:
        """Put what a dead worker had not finished back into the queue, reads before writes; return the item it ran."""
        unfinished = {lane: items for lane, items in self.assigned_work[node].items() if not all(items.values())}
        queue = {**unfinished, **self.workqueue}
        self.workqueue = OrderedDict(sorted(queue.items(), key=lambda lane: lane[0] not in self._groups))
        crashed: str | None = super().remove_node(node)
        return crashed

    def _reschedule(self, node: Any) -> None:
        """Send several lanes to a worker once it has finished half of what it had."""
        if node.shutting_down:
            return
        if not self.workqueue:
            node.shutdown()
            return
        capacity = max(2, min(self._max_pending, len(self.workqueue) // _FINAL_SHARE))
        pending = self._pending_of(self.assigned_work[node])
        indices: list[int] = []
        while self.workqueue and pending + len(indices) <= capacity and (indices or 2 * pending <= capacity):
            lane = self._choose_lane(node)
            items = self.workqueue.pop(lane)
            self.assigned_work[node][lane] = items
            indices += [self._indices[nodeid] for nodeid, is_done in items.items() if not is_done]
        if indices:
            node.send_runtest_some(indices)

    def _choose_lane(self, node: Any) -> str:
        """Return the next read of a group that is assigned to the worker, else the next lane of all."""
        reads = takewhile(self._groups.__contains__, islice(self.workqueue, _LOOKAHEAD))
        own = next((lane for lane in reads if self._owners[self._groups[lane]] is node), None)
        return own or str(next(iter(self.workqueue)))

    def _split_scope(self, nodeid: str) -> str:
        name = nodeid.partition("::")[2]
        return self._lanes.get(name, nodeid)
