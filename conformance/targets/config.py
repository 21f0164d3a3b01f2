"""`evconform.toml`: targets, identities, seeds (INTERFACE, section "Configuration")."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from conformance.errors import UsageError

DEFAULT = "evconform.toml"


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody's credentials: a token, or a client id and secret that buy one. Any text may be `env:NAME`.

    `allowance` is requests an hour where it is known to be small, as of an identity that is there to be exhausted.
    """

    token: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope: str = ""
    allowance: Annotated[int, msgspec.Meta(ge=1)] | None = None

    def __repr__(self) -> str:  # a traceback must not show a secret
        return "Identity(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class TargetConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[targets.NAME]` table. `seeds` are known values by path parameter name (`evse_id = ["evse01…"]`)."""

    base_url: str = ""
    token_url: str = ""
    budget: Annotated[int, msgspec.Meta(ge=1)] | None = None
    writes: bool = False
    hardware: bool = False
    identities: dict[str, Identity] = {}
    seeds: dict[str, tuple[str, ...]] = {}


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. `description` is the pinned description, relative to the file."""

    targets: dict[str, TargetConfig] = {}
    description: str = ""


def load(path: Path | None) -> Config:
    """The configuration: of the file named, else of `evconform.toml` here where there is one, else empty.

    Raises UsageError where the file is missing, is no TOML, or holds a key that nobody knows.
    """
    file = path or Path(DEFAULT)
    if not file.is_file():
        if path is not None:
            raise UsageError(f"the configuration {path} does not exist", hint="Name an existing file with --config.")
        return Config()
    try:
        return msgspec.toml.decode(file.read_bytes(), type=Config)
    except (msgspec.MsgspecError, OSError, ValueError) as fault:
        raise UsageError(f"{file}: {fault}", hint="See the section on configuration in README.md.") from fault


def resolved(value: str, where: str, environment: Mapping[str, str] = os.environ) -> str:
    """A configured value, with `env:NAME` replaced; raises UsageError where the variable is not set."""
    if not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if not environment.get(name):
        raise UsageError(f"{where} wants the environment variable {name}, which is not set", hint=f"export {name}=…")
    return environment[name]
