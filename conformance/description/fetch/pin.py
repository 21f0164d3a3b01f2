"""The description that a configuration names: read, and set without touching the rest of the file."""

from codecs import BOM_UTF8
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from conformance.errors import UsageError

_KEY = "description"


def read_pin(config: Path) -> Path | None:
    """Return the path of the description that the configuration names; None if it names none or does not exist."""
    value = _read_config(config).get(_KEY)
    return config.parent / str(value) if value else None


def write_pin(config: Path, description: Path) -> None:
    """Set the description in the configuration; comments, order and everything else stay as they are.

    Raises UsageError if the file is not TOML or cannot be written.
    """
    document = _read_config(config)
    document[_KEY] = str(description)
    try:
        config.write_text(tomlkit.dumps(document), encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(
            f"{config} cannot be written: {error.strerror}", hint=f'Put `{_KEY} = "{description}"` into it yourself'
        ) from None


def _read_config(config: Path) -> tomlkit.TOMLDocument:
    if not config.exists():
        return tomlkit.document()
    try:
        return tomlkit.parse(config.read_bytes().removeprefix(BOM_UTF8))
    except (OSError, TOMLKitError, UnicodeDecodeError) as error:
        raise UsageError(f"{config}: {error}", hint="See the section on configuration in README.md") from None
