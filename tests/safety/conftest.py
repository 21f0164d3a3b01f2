"""A target on loopback that writes down all that reaches it, and what one of some kind is configured as."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import uvicorn

from conformance.description import Description, load_description
from conformance.mock_server.assembly import ServerSettings, assemble_server


class Arrival(NamedTuple):
    """A request as it came over the wire."""

    method: str
    path: str
    authorization: str


class Recorder:
    """The built-in server in a thread, with every request that reached it."""

    def __init__(self, description: Description, faults: tuple[str, ...] = ()) -> None:
        self.arrivals: list[Arrival] = []
        self._served = assemble_server(ServerSettings(faults=faults, rate_limit=10**9), description)
        config = uvicorn.Config(self, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            path = scope["raw_path"].decode("latin-1")
            self.arrivals.append(Arrival(scope["method"], path, headers.get(b"authorization", b"").decode("latin-1")))
        await self._served(scope, receive, send)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def records(self) -> set[str]:
        """The paths of everything in the server's world."""
        world = self._served.world
        return {
            record.path for each in world.shape.model.resources for record in world.store.iterate_records(each.name)
        }

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            pass

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@contextmanager
def recording(description: Description, faults: tuple[str, ...] = ()) -> Iterator[Recorder]:
    recorder = Recorder(description, faults)
    recorder.start()
    try:
        yield recorder
    finally:
        recorder.stop()


@pytest.fixture(scope="session")
def description() -> Description:
    return load_description()


@pytest.fixture(scope="module")
def recorder(description) -> Iterator[Recorder]:
    with recording(description) as started:
        yield started


IDENTITIES = """
[targets.{kind}]
base_url = "{origin}/v2"
token_url = "{origin}/o/token/"
budget = 300
[targets.{kind}.identities.full]
client_id = "evconform-full"
client_secret = "full-secret"
[targets.{kind}.identities.readonly]
token = "token-readonly"
[targets.{kind}.identities.noscope]
token = "token-noscope"
[targets.{kind}.identities.user_a]
token = "token-user-a"
[targets.{kind}.identities.user_b]
token = "token-user-b"
"""


def configure(folder: Path, kind: str, origin: str) -> Path:
    """Write a configuration in which the target of that name stands at an origin."""
    path = folder / "evconform.toml"
    path.write_text(IDENTITIES.format(kind=kind, origin=origin))
    return path
