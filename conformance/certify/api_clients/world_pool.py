"""World pool: the mock worlds of a certification, built once, and copied for each scenario that writes."""

import threading
from collections.abc import Callable

from conformance.mock_server.world.builder import MockWorld


class WorldPool:
    """Keeps the world that all scenarios share that only read, `shared`, and another one to copy."""

    def __init__(self, build: Callable[[], MockWorld]) -> None:
        self.shared = build()
        self._lock = threading.Lock()
        self._original = self.shared.copy()

    def copy_world(self) -> MockWorld:
        """Return a world of its own for a scenario that writes."""
        with self._lock:  # copies of several threads at once would only take turns
            return self._original.copy()
