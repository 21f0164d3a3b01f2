"""The server assembled from description, seed, faults, readings and clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from conformance.description import Description, load_description
from conformance.mock_server import faults as catalogue
from conformance.mock_server import readings as reading_catalogue
from conformance.mock_server.api import MockApi
from conformance.mock_server.app import MockApp, Receive, Scope, Send
from conformance.mock_server.behaviours import prepare_world
from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.clock import Clock
from conformance.mock_server.control import ControlEndpoints
from conformance.mock_server.hooks import Hooks
from conformance.mock_server.identities import ALLOWANCES_BY_CLIENT
from conformance.mock_server.oauth import OAuthServer
from conformance.mock_server.rate_limit import DEFAULT_RATE_LIMIT, RateLimit
from conformance.mock_server.renderer import ExpansionNode
from conformance.mock_server.tokens import TokenStore
from conformance.mock_server.webhooks import WebhookQueue
from conformance.mock_server.world.builder import MockWorld, build_world
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of a server: `rate_limit` in requests an hour; `now` in microseconds freezes the clock.

    `patience` is the time in seconds that a body may take to arrive. `overlays` are files to apply to the description.
    """

    description: Path | None = None
    seed: int = 1
    faults: Sequence[str] = ()
    readings: Sequence[str] = ()
    rate_limit: int = DEFAULT_RATE_LIMIT
    now: int | None = None
    patience: float = 10.0
    overlays: Sequence[Path] = ()


class MockServer:
    """A server: an ASGI application over a world that can be built anew."""

    def __init__(self, settings: ServerSettings, description: Description, world: MockWorld | None = None) -> None:
        self.settings = settings
        self.description = description
        self.base = ""
        self._chosen_readings = reading_catalogue.select_readings(settings.readings)
        self.reset_world(world)

    def reset_world(self, world: MockWorld | None = None) -> None:
        """Start again with a fresh world, or with the one given, and the clock set back."""
        settings, description = self.settings, self.description
        self.clock = Clock(settings.now, frozen=settings.now is not None)
        create_id = reading_catalogue.find_id_maker(self._chosen_readings)
        self.world = world or prepare_world(build_world(description, settings.seed, self.clock.now(), create_id))
        people = self.world.store.get_collection(self.world.shape.user_resource).keys
        self.tokens = TokenStore(list_scopes(description), lambda at: people[at] if people else "", self.clock.now)
        self.readings = reading_catalogue.install_readings(self._chosen_readings, self.world)
        self.hooks = Hooks.combine([*self.readings.hooks, *catalogue.plant_faults(settings.faults, self.world)])
        self.api = MockApi(
            self.world, self.tokens, RateLimit(settings.rate_limit, ALLOWANCES_BY_CLIENT), self.hooks, self.clock.now
        )
        self.webhooks = WebhookQueue(list_events(description), self._render_record, self.clock.now, self.hooks)
        self.world.store.add_listener(self.webhooks.queue_events)
        control = ControlEndpoints(self.clock, self.webhooks, self.api.writes, self.reset_world)
        routes = [*OAuthServer(self.tokens, self.hooks).list_routes(), *control.list_routes()]
        self._app = MockApp(
            self.api,
            description.model.base_path,
            Starlette(routes=routes),
            beside_paths=frozenset(route.path for route in routes if isinstance(route, Route)),
            patience=settings.patience,
        )
        self._wrapped = self.readings.wrap(self._handle)

    def _render_record(self, record: StoredRecord) -> Any:
        """Return a record as its own address shows it, under the base URL of the latest request."""
        model = self.world.shape.model
        for operation in model.operations:
            if operation.role is Role.ITEM and operation.resource == record.resource:
                call = ServerCall(operation, "GET", record.path, self.base)
                return self.api.reads.views.render_record(
                    call, RecordPosition(record), operation.item_schema, ExpansionNode()
                )
        return {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection, then deliver the webhooks that are due."""
        await self._wrapped(scope, receive, send)

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = next(
            (value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"), "localhost"
        )
        root = scope.get("root_path", "")
        self.base = f"{scope.get('scheme', 'http')}://{host}{root}{self.description.model.base_path}"
        await self._app(scope, receive, send)
        if self.webhooks.next_due is not None:
            await self.webhooks.deliver_due()


def assemble_server(
    settings: ServerSettings, description: Description | None = None, world: MockWorld | None = None
) -> MockServer:
    """Return a server over a fresh world, or over the one given.

    Raises: DescriptionError and UsageError.
    """
    loaded = description or load_description(settings.description, own_overlays=settings.overlays)
    return MockServer(settings, loaded, world)


def list_scopes(description: Description) -> frozenset[str]:
    """Return every scope that the description defines or uses."""
    used = {scope for operation in description.model.operations for scope in operation.scopes}
    return frozenset(description.model.scopes) | used


def list_events(description: Description) -> frozenset[str]:
    """Return the names of the description's webhooks."""
    webhooks: Mapping[str, Any] = description.document.get("webhooks", {})
    return frozenset(webhooks)
