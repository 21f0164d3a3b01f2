"""Puts a server together: description, seed, faults and clock in, an application out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from conformance.description import Description, load
from conformance.mock_server.api import Api
from conformance.mock_server.app import App
from conformance.mock_server.clock import Clock
from conformance.mock_server.oauth import Issuer
from conformance.mock_server.ratelimit import RateLimit
from conformance.mock_server.seams import Seams
from conformance.mock_server.tokens import Tokens
from conformance.mock_server.world.build import World, build

RATE_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is made of. `rate_limit` counts requests an hour; `now` freezes the clock at that microsecond."""

    description: Path | None = None
    seed: int = 1
    faults: Sequence[str] = ()
    rate_limit: int = RATE_LIMIT
    now: int | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """The parts of an assembled server."""

    app: App
    api: Api
    world: World
    clock: Clock
    tokens: Tokens


def assemble(settings: Settings, description: Description | None = None) -> Server:
    """A server over a fresh world. Raises DescriptionError and UsageError."""
    loaded = description or load(settings.description)
    clock = Clock(settings.now, frozen=settings.now is not None)
    world = build(loaded, settings.seed, clock.now())
    people = world.store.collection(world.shape.principal).keys
    tokens = Tokens(scopes(loaded), lambda position: people[position] if people else "", clock.now)
    seams = Seams()
    api = Api(world, tokens, RateLimit(settings.rate_limit), seams, clock.now)
    beside = Starlette(routes=Issuer(tokens).routes())
    return Server(App(api, loaded.model.base_path or "", beside), api, world, clock, tokens)


def scopes(description: Description) -> frozenset[str]:
    """Every scope that the description defines or uses."""
    used = {scope for each in description.model.operations for scope in each.scopes}
    return frozenset(description.model.scopes) | used
