"""`evconform.toml`: targets, identities and seeds, as README.md shows them under "Against a real target"."""

import os
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from conformance.errors import UsageError

DEFAULT_FILE = "evconform.toml"
_Count = Annotated[int, Meta(ge=1)]
_SEE_README = 'See "Against a real target" in README.md'


Concurrency = Annotated[int, Meta(ge=1, le=100)] | Literal["auto"]


class IdentityConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The credentials of an identity: a token, or a client id and secret to obtain one. Any text may be `env:NAME`.

    `allowance` is in requests an hour. It is given where it is small, as for an identity that exists to reach its
    rate limit.
    """

    token: Annotated[str, Meta(description="Access token to send as it is.")] = ""
    client_id: Annotated[str, Meta(description="Client id, to obtain a token with.")] = ""
    client_secret: Annotated[str, Meta(description="Client secret, to obtain a token with.")] = ""
    scope: Annotated[str, Meta(description="Scopes to ask for, separated by spaces; empty for all.")] = ""
    allowance: Annotated[_Count | None, Meta(description="Requests an hour, where they are fewer than usual.")] = None

    def __repr__(self) -> str:  # a traceback must not show a secret
        return "Identity(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class TargetConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table `[targets.NAME]`. `seeds` are known values by path parameter name (`evse_id = ["evse01…"]`).

    `writes` and `hardware` allow nothing by themselves: false refuses the flag that would.
    """

    base_url: Annotated[str, Meta(description="URL that the paths of the description follow.")] = ""
    token_url: Annotated[str, Meta(description="URL of the OAuth 2.0 token endpoint.")] = ""
    budget: Annotated[_Count | None, Meta(description="Requests of each identity in a run.")] = None
    concurrency: Annotated[Concurrency | None, Meta(description='Most requests in flight, a number or "auto".')] = None
    writes: Annotated[bool, Meta(description="false: --allow-writes is refused here.")] = True
    hardware: Annotated[bool, Meta(description="false: --allow-hardware is refused here.")] = True
    identities: Annotated[dict[str, IdentityConfig], Meta(description="Who requests are sent as, by name.")] = {}
    seeds: Annotated[dict[str, tuple[str, ...]], Meta(description="Known values by path parameter name.")] = {}


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. `description` is the path of the pinned description, and `overlays` those of overlays.

    Paths are relative to the file.
    """

    targets: Annotated[dict[str, TargetConfig], Meta(description="Servers to run against, by name.")] = {}
    description: Annotated[str, Meta(description="Path of the description, instead of the bundled one.")] = ""
    overlays: Annotated[tuple[str, ...], Meta(description="Paths of overlays to apply to it, in order.")] = ()


def load_config(path: Path | None) -> Config:
    """Read the configuration from a file, by default `evconform.toml` in the current directory where it exists.

    Raises UsageError where the named file does not exist, or the file is not TOML or has an unknown key or a wrong
    value.
    """
    file = path or Path(DEFAULT_FILE)
    if not file.is_file():
        if path is not None:
            raise UsageError(f"the configuration {path} does not exist", hint="Name an existing file with --config")
        return Config()
    try:
        content = msgspec.toml.decode(file.read_bytes().removeprefix(BOM_UTF8))  # as some editors write it
        return msgspec.convert(content, Config)
    except msgspec.ValidationError as error:
        table, problem, hint = _explain(content, error)
        raise UsageError(f"{file}: {table}{problem}", hint=hint) from error
    except (msgspec.MsgspecError, OSError, ValueError) as error:
        raise UsageError(f"{file}: {error}", hint=_SEE_README) from error


def _explain(content: dict[str, Any], error: msgspec.ValidationError) -> tuple[str, str, str]:
    """Return the wrong table, what is wrong with it, and a hint; msgspec itself does not name keys of mappings."""
    targets = content.get("targets")
    for target, table in targets.items() if isinstance(targets, dict) else ():
        identities = table.get("identities") if isinstance(table, dict) else None
        named = identities.items() if isinstance(identities, dict) else ()
        tables: list[tuple[str, Any, type[msgspec.Struct]]] = [
            *((f"targets.{target}.identities.{name}", identity, IdentityConfig) for name, identity in named),
            (f"targets.{target}", table, TargetConfig),
        ]
        for name, values, struct in tables:
            try:
                msgspec.convert(values, struct)
            except msgspec.ValidationError as inner:
                return f"[{name}] ", str(inner), _suggest_key(struct, str(inner))
    return "", str(error), _suggest_key(Config, str(error))


def _suggest_key(struct: type[msgspec.Struct], problem: str) -> str:
    """Return a hint with the keys of a table, and the one that was probably meant, where a key is unknown."""
    unknown = re.search(r"unknown field `([^`]*)`", problem)
    if not unknown:
        return _SEE_README
    keys = struct.__struct_fields__
    close = get_close_matches(unknown[1], keys, 1)
    question = f"Did you mean {close[0]}? " if close else ""
    return f"{question}Known keys: {', '.join(keys)}"


def resolve_variable(value: str, where: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return a configured value, read from the environment where it is `env:NAME`.

    Raises UsageError where the variable is not set, or is not UTF-8.
    """
    if not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    if not environment.get(name):
        raise UsageError(
            f"{where} needs the environment variable {name}, which is not set", hint=f"Set it: export {name}=…"
        )
    text = environment[name]
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise UsageError(f"{where}: the environment variable {name} is not UTF-8", hint=f"Set {name} anew, in UTF-8")
    return text
