"""A worker sees the items that pytest, or xdist, has handed over."""

from contextlib import contextmanager
from types import SimpleNamespace

from conformance.plan import PlanItem
from conformance.suite.items import ConformanceItem
from conformance.suite.lookahead import find_lookahead


def make_session(*plugins):
    items = []
    for number in range(5):
        item = object.__new__(ConformanceItem)
        item.item = PlanItem(f"probe{number}", "GET /a", "a", (), ())
        items.append(item)
    manager = SimpleNamespace(get_plugins=lambda: {*plugins})
    return SimpleNamespace(items=[*items, object()], config=SimpleNamespace(pluginmanager=manager))


class Interactor:
    def __init__(self, current, *queued):
        self.nextitem_index, self._queued = current, queued
        self.torun = SimpleNamespace(lock=self._lock)

    @contextmanager
    def _lock(self):
        yield self._queued


def names(session):
    return [item.probe for item in find_lookahead(session)()]


def test_all_items_of_a_session_are_ahead():
    assert names(make_session(object)) == ["probe0", "probe1", "probe2", "probe3", "probe4"]


def test_items_that_xdist_has_queued_are_ahead():
    assert names(make_session(object, Interactor(2, 4, "shutdown"))) == ["probe2", "probe4"]
    assert names(make_session(Interactor("shutdown"))) == []
