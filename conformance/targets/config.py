"""`evconform.toml`: targets, identities, seeds (INTERFACE, section "Configuration")."""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
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
        written = msgspec.toml.decode(file.read_bytes())
        return msgspec.convert(written, Config)
    except msgspec.ValidationError as fault:
        where, words, known = _culprit(written, fault)
        raise UsageError(f"{file}: {where}{words}", hint=known) from fault
    except (msgspec.MsgspecError, OSError, ValueError) as fault:
        raise UsageError(f"{file}: {fault}", hint="See the section on configuration in README.md.") from fault


def _culprit(written: dict[str, Any], fault: msgspec.ValidationError) -> tuple[str, str, str]:
    """The table that is wrong, what is wrong with it, and how to mend it: msgspec names no key of a mapping."""
    targets = written.get("targets")
    for target, table in targets.items() if isinstance(targets, dict) else ():
        identities = table.get("identities") if isinstance(table, dict) else None
        parts = identities.items() if isinstance(identities, dict) else ()
        tables: list[tuple[str, Any, type[msgspec.Struct]]] = [
            *((f"targets.{target}.identities.{name}", each, Identity) for name, each in parts),
            (f"targets.{target}", table, TargetConfig),
        ]
        for where, part, kind in tables:
            try:
                msgspec.convert(part, kind)
            except msgspec.ValidationError as inner:
                return f"[{where}] ", str(inner), _mend(kind, str(inner))
    return "", str(fault), _mend(Config, str(fault))


def _mend(kind: type[msgspec.Struct], words: str) -> str:
    """Which keys there are, where one is unknown, and which of them was probably meant."""
    unknown = re.search(r"unknown field `([^`]*)`", words)
    if not unknown:
        return "See the section on configuration in README.md."
    known = kind.__struct_fields__
    near = get_close_matches(unknown[1], known, 1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return f"{meant}Known there: {', '.join(known)}."


def resolved(value: str, where: str, environment: Mapping[str, str] = os.environ) -> str:
    """A configured value, with `env:NAME` replaced; raises UsageError where the variable is not set."""
    if not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if not environment.get(name):
        raise UsageError(f"{where} wants the environment variable {name}, which is not set", hint=f"export {name}=…")
    return environment[name]
