"""Scenario server: the application that clients run against, with each scenario under `/r/{run}/{scenario}`."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from conformance.certify.api_clients.asgi import sent
from conformance.certify.api_clients.conditions import Answer
from conformance.certify.api_clients.scenario_endpoint import Play
from conformance.mock_server.app import Receive, Scope, Send


class Stage:
    """The application of all scenarios of a run.

    `strayed` counts requests outside of all scenarios by method and path. `done` is set when the operator has finished.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self.strayed: Counter[str] = Counter()
        self.done = threading.Event()
        self._plays: dict[str, Play] = {}

    def add(self, endpoint: Play, origin: str, elsewhere: str) -> None:
        """Serve a scenario under an origin, and under the second origin `elsewhere`."""
        endpoint.root = f"/r/{self.run}/{endpoint.name}"
        endpoint.address, endpoint.elsewhere = origin + endpoint.root, elsewhere + endpoint.root
        self._plays[endpoint.root] = endpoint

    def app(self, *, elsewhere: bool = False) -> Callable[[Scope, Receive, Send], Any]:
        """Return the ASGI application of the origin of the scenarios, or of the second origin."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            endpoint = self._plays.get("/".join(scope["path"].split("/")[:4]))
            if endpoint is not None:
                await endpoint.handle(scope, receive, send, elsewhere=elsewhere)
            elif scope["method"] == "POST" and scope["path"] == f"/r/{self.run}/done":
                self.done.set()
                await sent(send, Answer(204))
            else:
                self.strayed[f"{scope['method']} {scope['path'][:200]}"] += 1
                await sent(
                    send, Answer(404, (("Content-Type", "text/plain"),), b"There is no scenario at this path.\n")
                )

        return serve
