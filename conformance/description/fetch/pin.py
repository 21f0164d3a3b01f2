"""The description that a configuration names: read, and set without touching the rest of the file."""

from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from conformance.errors import UsageError

_KEY = "description"


def pinned(config: Path) -> Path | None:
    """The description that the configuration names, relative to it; None where it names none or does not exist."""
    value = _read(config).get(_KEY)
    return config.parent / str(value) if value else None


def pin(config: Path, description: Path) -> None:
    """Let the configuration name a description; comments, order and everything else stay as they are.

    Raises UsageError where the file is no TOML or cannot be written.
    """
    document = _read(config)
    document[_KEY] = str(description)
    try:
        config.write_text(tomlkit.dumps(document), encoding="utf-8", newline="")
    except OSError as fault:
        raise UsageError(
            f"{config} cannot be written: {fault.strerror}", hint=f'Put `{_KEY} = "{description}"` into it yourself.'
        ) from None


def _read(config: Path) -> tomlkit.TOMLDocument:
    if not config.exists():
        return tomlkit.document()
    try:
        return tomlkit.parse(config.read_bytes())
    except (OSError, TOMLKitError, UnicodeDecodeError) as fault:
        raise UsageError(f"{config}: {fault}", hint="See the section on configuration in README.md.") from None
