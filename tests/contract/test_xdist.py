"""What we rely on in pytest-xdist: names that are not documented, and the order in which they are called."""

import inspect
import threading
from collections import OrderedDict
from types import SimpleNamespace

import pytest
from xdist import remote
from xdist.scheduler import LoadScopeScheduling

SCOPES = {"a": ["a::1", "a::2"], "b": ["b::1"], "c": ["c::1", "c::2", "c::3"], "d": ["d::1"]}
COLLECTION = [nodeid for nodeids in SCOPES.values() for nodeid in nodeids]


class Node:
    """A worker that stores what it is sent."""

    def __init__(self, name):
        self.gateway = SimpleNamespace(id=name)
        self.sent, self.shutting_down = [], False

    def send_runtest_some(self, indices):
        self.sent += indices

    def shutdown(self):
        self.shutting_down = True


@pytest.fixture
def nodes():
    return [Node("gw0"), Node("gw1")]


def start(kind, nodes, *, reorder=False):
    """Return a scheduler of this class in which all workers have collected the items."""
    config = SimpleNamespace(
        option=SimpleNamespace(loadscopereorder=reorder), getvalue=lambda name: [f"{len(nodes)}*popen"]
    )
    scheduler = kind(config, None)
    for node in nodes:
        scheduler.add_node(node)
        scheduler.add_node_collection(node, COLLECTION)
    scheduler.schedule()
    return scheduler


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("__init__", ["self", "config", "log"]),
        ("add_node_collection", ["self", "node", "collection"]),
        ("schedule", ["self"]),
        ("mark_test_complete", ["self", "node", "item_index", "duration"]),
        ("remove_node", ["self", "node"]),
        ("_reschedule", ["self", "node"]),
        ("_split_scope", ["self", "nodeid"]),
        ("_pending_of", ["self", "workload"]),
    ],
)
def test_methods_that_we_override_or_call_have_these_parameters(name, parameters):
    assert list(inspect.signature(getattr(LoadScopeScheduling, name)).parameters) == parameters


def test_work_is_kept_by_node_and_scope_with_whether_each_item_has_ended(nodes):
    scheduler = start(LoadScopeScheduling, nodes)
    assert scheduler.nodes == nodes
    assert [*scheduler.assigned_work] == nodes
    assert {**scheduler.assigned_work[nodes[0]]}["a"] == {"a::1": False, "a::2": False}
    assert scheduler.registered_collections == dict.fromkeys(nodes, COLLECTION)
    scheduler.mark_test_complete(nodes[0], 0)
    assert scheduler.assigned_work[nodes[0]]["a"] == {"a::1": True, "a::2": False}


def test_the_queue_is_an_ordered_dictionary_by_scope_in_the_order_of_the_collection(nodes):
    scheduler = start(LoadScopeScheduling, nodes[:1])
    assert isinstance(scheduler.workqueue, OrderedDict)
    assert [*scheduler.assigned_work[nodes[0]], *scheduler.workqueue] == [*SCOPES]


def test_reordering_by_size_is_an_option_that_schedule_reads(nodes):
    scheduler = start(LoadScopeScheduling, nodes[:1], reorder=True)
    assert next(iter(scheduler.assigned_work[nodes[0]])) == "c"


def test_pending_counts_the_items_that_have_not_ended(nodes):
    scheduler = start(LoadScopeScheduling, nodes)
    assert scheduler._pending_of({"a": {"a::1": True, "a::2": False}, "b": {"b::1": False}}) == 2
    assert scheduler._pending_of({}) == 0


def test_items_are_sent_as_indices_in_the_collection(nodes):
    start(LoadScopeScheduling, nodes)
    assert nodes[0].sent[:2] == [0, 1]


def test_scopes_are_split_and_work_is_given_by_methods_that_a_subclass_may_override(nodes):
    calls = []

    class Overridden(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            calls.append(nodeid)
            return "all"

        def _reschedule(self, node):
            calls.append(node)
            super()._reschedule(node)

    scheduler = start(Overridden, nodes[:1])
    assert {*COLLECTION, nodes[0]} == {*calls}
    assert [*scheduler.assigned_work[nodes[0]]] == ["all"]
    calls.clear()
    scheduler.mark_test_complete(nodes[0], 0)
    assert nodes[0] in calls


def test_a_removed_node_gives_its_work_back_and_names_the_item_that_it_ran(nodes):
    scheduler = start(LoadScopeScheduling, nodes)
    unfinished = {*scheduler.assigned_work[nodes[0]]}
    queued = {*scheduler.workqueue}
    scheduler.mark_test_complete(nodes[0], 0)
    assert scheduler.remove_node(nodes[0]) == "a::2"
    assert scheduler.nodes == nodes[1:]
    assert unfinished | queued <= {*scheduler.workqueue} | {*scheduler.assigned_work[nodes[1]]}


def test_a_node_without_queued_work_is_shut_down_once(nodes):
    scheduler = start(LoadScopeScheduling, nodes)
    for node in nodes:
        scheduler._reschedule(node)
    assert not scheduler.workqueue
    assert all(node.shutting_down for node in nodes)


def test_queue_of_a_worker_shows_the_indices_of_the_items_ahead():
    source = inspect.getsource(remote.WorkerInteractor)
    assert "self.torun = TestQueue(" in source
    assert "self.nextitem_index: " in source
    model = SimpleNamespace(RLock=threading.RLock, Event=threading.Event)
    queue = remote.TestQueue(model)
    for index in (3, 4, remote.Marker.SHUTDOWN):
        queue.put(index)
    with queue.lock() as queued:
        assert [*queued] == [3, 4, remote.Marker.SHUTDOWN]
    assert not isinstance(remote.Marker.SHUTDOWN, int)
