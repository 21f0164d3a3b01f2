"""Puts a server together: description, seed, faults and clock in, an application out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from conformance.description import Description, load
from conformance.mock_server import faults as catalogue
from conformance.mock_server.api import Api
from conformance.mock_server.app import App, Receive, Scope, Send
from conformance.mock_server.behaviours import prepare
from conformance.mock_server.call import Call, Place
from conformance.mock_server.clock import Clock
from conformance.mock_server.control import Control
from conformance.mock_server.identities import ALLOWANCES
from conformance.mock_server.oauth import Issuer
from conformance.mock_server.ratelimit import RATE_LIMIT, RateLimit
from conformance.mock_server.seams import Seams
from conformance.mock_server.tokens import Tokens
from conformance.mock_server.views import Node
from conformance.mock_server.webhooks import Webhooks
from conformance.mock_server.world.build import World, build
from conformance.mock_server.world.store import Record
from conformance.model import Role


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is made of. `rate_limit` counts requests an hour; `now` freezes the clock at that microsecond.

    `patience` is in seconds: how long a body may take to arrive.
    """

    description: Path | None = None
    seed: int = 1
    faults: Sequence[str] = ()
    rate_limit: int = RATE_LIMIT
    now: int | None = None
    patience: float = 10.0


class Server:
    """An assembled server: an ASGI application over a world that can be built anew."""

    def __init__(self, settings: Settings, description: Description, world: World | None = None) -> None:
        self.settings = settings
        self.description = description
        self.base = ""
        self.reset(world)

    def reset(self, world: World | None = None) -> None:
        """Begin again with a world as it was at the start, or with the one given, and the clock set back."""
        settings, description = self.settings, self.description
        self.clock = Clock(settings.now, frozen=settings.now is not None)
        self.world = world or prepare(build(description, settings.seed, self.clock.now()))
        people = self.world.store.collection(self.world.shape.principal).keys
        self.tokens = Tokens(scopes(description), lambda at: people[at] if people else "", self.clock.now)
        self.seams = Seams.of(catalogue.plant(settings.faults, self.world))
        self.api = Api(self.world, self.tokens, RateLimit(settings.rate_limit, ALLOWANCES), self.seams, self.clock.now)
        self.webhooks = Webhooks(events(description), self._shown, self.clock.now, self.seams)
        self.world.store.listen(self.webhooks.heard)
        control = Control(self.clock, self.webhooks, self.api.writes, self.reset)
        routes = [*Issuer(self.tokens, self.seams).routes(), *control.routes()]
        self._app = App(self.api, description.model.base_path, Starlette(routes=routes), patience=settings.patience)

    def _shown(self, record: Record) -> Any:
        """A record as its own address shows it, under the last base URL that was asked for."""
        model = self.world.shape.model
        for operation in model.operations:
            if operation.role is Role.ITEM and operation.resource == record.resource:
                call = Call(operation, "GET", record.path, self.base)
                return self.api.reads.views.shown(call, Place(record), operation.item_schema, Node())
        return {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event (ASGI 3)."""
        host = next(
            (value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"), "localhost"
        )
        root = scope.get("root_path", "")
        self.base = f"{scope.get('scheme', 'http')}://{host}{root}{self.description.model.base_path}"
        await self._app(scope, receive, send)
        if self.webhooks.due is not None:
            await self.webhooks.deliver()


def assemble(settings: Settings, description: Description | None = None, world: World | None = None) -> Server:
    """A server over a fresh world, or the one given. Raises DescriptionError and UsageError."""
    return Server(settings, description or load(settings.description), world)


def scopes(description: Description) -> frozenset[str]:
    """Every scope that the description defines or uses."""
    used = {scope for each in description.model.operations for scope in each.scopes}
    return frozenset(description.model.scopes) | used


def events(description: Description) -> frozenset[str]:
    """The names of the description's webhooks."""
    webhooks: Mapping[str, Any] = description.document.get("webhooks", {})
    return frozenset(webhooks)
