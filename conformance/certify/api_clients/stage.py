"""The server that a client runs against: all cases of a run, under `/r/{run}/{case}`."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from conformance.certify.api_clients.asgi import sent
from conformance.certify.api_clients.conditions import Answer
from conformance.certify.api_clients.play import Play
from conformance.mock_server.app import Receive, Scope, Send


class Stage:
    """The application of all cases. `strayed` counts what came outside of every case; `done` is set from outside."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.strayed: Counter[str] = Counter()
        self.done = threading.Event()
        self._plays: dict[str, Play] = {}

    def add(self, play: Play, origin: str, elsewhere: str) -> None:
        """Put a case up under an origin."""
        play.root = f"/r/{self.run}/{play.name}"
        play.address, play.elsewhere = origin + play.root, elsewhere + play.root
        self._plays[play.root] = play

    def app(self, *, elsewhere: bool = False) -> Callable[[Scope, Receive, Send], Any]:
        """The application as the cases' own origin serves it, or as another one does."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            play = self._plays.get("/".join(scope["path"].split("/")[:4]))
            if play is not None:
                await play.handle(scope, receive, send, elsewhere=elsewhere)
            elif scope["method"] == "POST" and scope["path"] == f"/r/{self.run}/done":
                self.done.set()
                await sent(send, Answer(204))
            else:
                self.strayed[f"{scope['method']} {scope['path'][:200]}"] += 1
                await sent(send, Answer(404, (("Content-Type", "text/plain"),), b"No case is here.\n"))

        return serve
