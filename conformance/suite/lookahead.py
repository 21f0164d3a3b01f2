"""The items that a worker runs next, as far as pytest, or the controller of xdist, has handed them over."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from conformance.plan import PlanItem
from conformance.suite.items import ConformanceItem


def find_lookahead(session: pytest.Session) -> Callable[[], Iterable[PlanItem]]:
    """Return the function that lists the items ahead: all of the session, or those that xdist has queued so far."""
    plugins = session.config.pluginmanager.get_plugins()
    interactor = next((plugin for plugin in plugins if _is_interactor(plugin)), None)
    if interactor is None:
        return lambda: _list_plan_items(session.items)
    return lambda: _list_plan_items(session.items[index] for index in _list_queued(interactor))


def _is_interactor(plugin: Any) -> bool:
    """Return whether a plugin is the worker's end of xdist, which is an object without a name of its own."""
    return hasattr(plugin, "torun") and hasattr(plugin, "nextitem_index")


def _list_queued(interactor: Any) -> list[int]:
    """Return the indices of the items that xdist has queued for this worker; a marker ends the queue."""
    with interactor.torun.lock() as queued:
        indices = [interactor.nextitem_index, *queued]
    return [index for index in indices if isinstance(index, int)]


def _list_plan_items(items: Iterable[pytest.Item]) -> Iterator[PlanItem]:
    return (item.item for item in items if isinstance(item, ConformanceItem))
