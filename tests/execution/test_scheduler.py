"""Distribution of items to xdist workers: each item once, each lane on one worker, and no worker waits for ever."""

from collections import deque
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.plan import PlanItem
from conformance.suite.scheduler import LaneScheduler

READ, WRITE, OWN = (
    SimpleNamespace(writes=w, writes_only_own=o) for w, o in ((False, False), (True, False), (True, True))
)
PROBES = {"read": READ, "write": WRITE, "own": OWN}
SUITE = "items.py::"


class Node:
    """A worker of xdist: it begins an item only when it knows the next one, or that there is none."""

    def __init__(self, name):
        self.gateway = SimpleNamespace(id=name)
        self.queue, self.done, self.shutting_down = deque(), [], False

    def send_runtest_some(self, indices):
        self.queue.extend(indices)

    def shutdown(self):
        self.shutting_down = True

    def can_begin(self):
        return len(self.queue) > 1 or (self.queue and self.shutting_down)


def scheduler(items, nodes):
    config = SimpleNamespace(
        option=SimpleNamespace(loadscopereorder=True), getvalue=lambda name: [f"{len(nodes)}*popen"]
    )
    brief = SimpleNamespace(catalogue=SimpleNamespace(probes=PROBES), plan=SimpleNamespace(items=items))
    lanes = LaneScheduler(config, None, brief)
    for node in nodes:
        lanes.add_node(node)
        lanes.add_node_collection(node, [SUITE + item.name for item in items])
    lanes.schedule()
    return lanes


def run(items, nodes, choices):
    """Run items on workers in the order of `choices`, writes after all reads; return the indices of the items."""
    lanes = scheduler(items, nodes)
    reads = {index for index, item in enumerate(items) if not PROBES[item.probe].writes}
    ended = []
    while True:
        able = [node for node in nodes if node.can_begin() and (node.queue[0] in reads or reads <= {*ended})]
        if not able:
            return ended
        node = able[next(choices) % len(able)]
        index = node.queue.popleft()
        node.done.append(index)
        ended.append(index)
        lanes.mark_test_complete(node, index)


ITEMS = st.lists(
    st.tuples(st.sampled_from(["read", "read", "read", "write", "own"]), st.sampled_from("abcd")), max_size=60
).map(
    lambda drawn: tuple(
        PlanItem(probe, f"GET /{number}", group, (), ())
        for number, (probe, group) in enumerate(sorted(drawn, key=lambda pair: PROBES[pair[0]].writes))
    )
)


@settings(max_examples=200)
@given(items=ITEMS, count=st.integers(1, 4), data=st.randoms(use_true_random=False))
def test_every_item_runs_once_and_each_lane_on_one_worker(items, count, data):
    nodes = [Node(f"gw{number}") for number in range(count)]
    ended = run(items, nodes, iter(lambda: data.randrange(100), None))
    assert sorted(ended) == [*range(len(items))]
    for probe, lane in (("write", lambda item: "all"), ("own", lambda item: item.group)):
        owners = {
            (lane(items[index]), node.gateway.id)
            for node in nodes
            for index in node.done
            if items[index].probe == probe
        }
        assert len(owners) == len({name for name, _ in owners})


def test_a_worker_gets_reads_of_its_own_groups_first():
    items = tuple(PlanItem("read", f"GET /{group}/{number}", group, (), ()) for number in range(40) for group in "abcd")
    nodes = [Node("gw0"), Node("gw1")]
    run(items, nodes, iter([0, 1] * 200))
    owners = {(items[index].group, node.gateway.id) for node in nodes for index in node.done[1:60]}
    assert len(owners) == 4
    assert len({name for _, name in owners}) == 2


@pytest.mark.parametrize("ended", [0, 7, 25])
@pytest.mark.parametrize("dead", [0, 1])
def test_items_of_a_dead_worker_run_on_another(dead, ended):
    items = tuple(PlanItem("read", f"GET /{number}", "ab"[number % 2], (), ()) for number in range(30))
    items += tuple(PlanItem("write", f"POST /{number}", "a", (), ()) for number in range(5))
    nodes = [Node("gw0"), Node("gw1")]
    lanes = scheduler(items, nodes)
    crashed, survivor = nodes[dead], nodes[1 - dead]
    done = []

    def run_next(node):
        done.append(node.queue.popleft())
        lanes.mark_test_complete(node, done[-1])

    for turn in range(ended):
        run_next(nodes[turn % 2])
    assert lanes.remove_node(crashed) == SUITE + items[crashed.queue[0]].name
    while survivor.can_begin():
        run_next(survivor)
    assert [*range(30)] == sorted(done[:30])
    assert {*range(30, 35)} == {*done[30:]}
