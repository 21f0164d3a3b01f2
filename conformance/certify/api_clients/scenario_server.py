"""Scenario server: the application that clients run against, with each scenario under `/r/{run}/{scenario}`."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from conformance.certify.api_clients.asgi import send_response
from conformance.certify.api_clients.conditions import OtherOrigin, ScenarioResponse
from conformance.certify.api_clients.scenario_endpoint import ScenarioEndpoint
from conformance.certify.api_clients.stall_monitor import StallMonitor
from conformance.mock_server.app import Receive, Scope, Send


class ScenarioServer:
    """The application of all scenarios of a run.

    `stray_requests` counts requests outside of all scenarios by method and path. `finished` is set when the
    operator has finished. `stalls` measures for how long the event loops that serve it stand still.
    """

    def __init__(self, run: str) -> None:
        self.run_id = run
        self.stray_requests: Counter[str] = Counter()
        self.finished = threading.Event()
        self.stalls = StallMonitor()
        self._plays: dict[str, ScenarioEndpoint] = {}

    def add_endpoint(
        self, endpoint: ScenarioEndpoint, origin: str, other_origins: Mapping[OtherOrigin, str], *, api_origin: str = ""
    ) -> None:
        """Serve a scenario under an origin, and under the other origins, where it only listens.

        With `api_origin`, clients are told that the API has that one.
        """
        endpoint.root = f"/r/{self.run_id}/{endpoint.name}"
        endpoint.address = origin + endpoint.root
        endpoint.api_address = (api_origin or origin) + endpoint.root
        authority = origin.partition("://")[2]
        endpoint.other_origins = {
            kind: other.replace("://", f"://{authority}@") + endpoint.root
            if kind is OtherOrigin.USER_INFO
            else other + endpoint.root
            for kind, other in other_origins.items()
        }
        self._plays[endpoint.root] = endpoint

    def build_app(self, *, is_other_origin: bool = False) -> Callable[[Scope, Receive, Send], Any]:
        """Return the ASGI application of the origin of the scenarios, or of the second origin."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            self.stalls.watch_running_loop()
            endpoint = self._plays.get("/".join(scope["path"].split("/")[:4]))
            if endpoint is not None:
                await endpoint.handle_request(scope, receive, send, is_other_origin=is_other_origin)
            elif scope["method"] == "POST" and scope["path"] == f"/r/{self.run_id}/done":
                self.finished.set()
                await send_response(send, ScenarioResponse(204))
            else:
                self.stray_requests[f"{scope['method']} {scope['path'][:200]}"] += 1
                await send_response(
                    send,
                    ScenarioResponse(404, (("Content-Type", "text/plain"),), b"There is no scenario at this path.\n"),
                )

        return serve
