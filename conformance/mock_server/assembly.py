"""The server assembled from description, seed, faults and clock."""

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
from conformance.mock_server.hooks import Seams
from conformance.mock_server.identities import ALLOWANCES
from conformance.mock_server.oauth import Issuer
from conformance.mock_server.rate_limit import RATE_LIMIT, RateLimit
from conformance.mock_server.renderer import Node
from conformance.mock_server.tokens import Tokens
from conformance.mock_server.webhooks import Webhooks
from conformance.mock_server.world.builder import World, build
from conformance.mock_server.world.store import Record
from conformance.model import Role


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a server: `rate_limit` in requests an hour; `now` in microseconds freezes the clock.

    `patience` is the time in seconds that a body may take to arrive.
    """

    description: Path | None = None
    seed: int = 1
    faults: Sequence[str] = ()
    rate_limit: int = RATE_LIMIT
    now: int | None = None
    patience: float = 10.0


class Server:
    """A server: an ASGI application over a world that can be built anew."""

    def __init__(self, settings: Settings, description: Description, world: World | None = None) -> None:
        self.settings = settings
        self.description = description
        self.base = ""
        self.reset(world)

    def reset(self, world: World | None = None) -> None:
        """Start again with a fresh world, or with the one given, and the clock set back."""
        settings, description = self.settings, self.description
        self.clock = Clock(settings.now, frozen=settings.now is not None)
        self.world = world or prepare(build(description, settings.seed, self.clock.now()))
        people = self.world.store.collection(self.world.shape.principal).keys
        self.tokens = Tokens(scopes(description), lambda at: people[at] if people else "", self.clock.now)
        self.hooks = Seams.of(catalogue.plant(settings.faults, self.world))
        self.api = Api(self.world, self.tokens, RateLimit(settings.rate_limit, ALLOWANCES), self.hooks, self.clock.now)
        self.webhooks = Webhooks(events(description), self._render_record, self.clock.now, self.hooks)
        self.world.store.listen(self.webhooks.heard)
        control = Control(self.clock, self.webhooks, self.api.writes, self.reset)
        routes = [*Issuer(self.tokens, self.hooks).routes(), *control.routes()]
        self._app = App(self.api, description.model.base_path, Starlette(routes=routes), patience=settings.patience)

    def _render_record(self, record: Record) -> Any:
        """Return a record as its own address shows it, under the base URL of the latest request."""
        model = self.world.shape.model
        for operation in model.operations:
            if operation.role is Role.ITEM and operation.resource == record.resource:
                call = Call(operation, "GET", record.path, self.base)
                return self.api.reads.views.shown(call, Place(record), operation.item_schema, Node())
        return {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection, then deliver the webhooks that are due."""
        host = next(
            (value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"), "localhost"
        )
        root = scope.get("root_path", "")
        self.base = f"{scope.get('scheme', 'http')}://{host}{root}{self.description.model.base_path}"
        await self._app(scope, receive, send)
        if self.webhooks.due is not None:
            await self.webhooks.deliver()


def assemble(settings: Settings, description: Description | None = None, world: World | None = None) -> Server:
    """Return a server over a fresh world, or over the one given.

    Raises: DescriptionError and UsageError.
    """
    return Server(settings, description or load(settings.description), world)


def scopes(description: Description) -> frozenset[str]:
    """Return every scope that the description defines or uses."""
    used = {scope for operation in description.model.operations for scope in operation.scopes}
    return frozenset(description.model.scopes) | used


def events(description: Description) -> frozenset[str]:
    """Return the names of the description's webhooks."""
    webhooks: Mapping[str, Any] = description.document.get("webhooks", {})
    return frozenset(webhooks)
