"""Source files of a description: one file, or a directory of fragments.

This module does not import the YAML library, so that reading from the cache does not wait for it.
"""

from pathlib import Path
from typing import NamedTuple

from conformance.errors import DescriptionError

MAX_BYTES = 64 * 2**20
SUFFIXES = frozenset({".yaml", ".yml", ".json"})


class Fragment(NamedTuple):
    """A file of a description: its name, for messages, and its bytes."""

    name: str
    data: bytes


def read_fragments(path: Path) -> tuple[Fragment, ...]:
    """Read the files of a description: one, or every YAML and JSON file below a directory, sorted by path.

    Raises DescriptionError if there is nothing to read, or more than 64 MiB of it.
    """
    try:
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
        else:
            files = [path]
        size = sum(file.stat().st_size for file in files)
        if size > MAX_BYTES:
            raise DescriptionError(
                f"{path} has {size} bytes; a description may have at most {MAX_BYTES}",
                hint="Check that this is an OpenAPI description",
            )
        fragments = tuple(Fragment(str(file), file.read_bytes()) for file in files)
    except OSError as error:
        raise DescriptionError(
            f"{path}: cannot be read: {error.strerror or error}", hint="Check the path and its permissions"
        ) from None
    if not fragments:
        raise DescriptionError(
            f"{path}: this directory holds no description (*.yaml, *.yml or *.json)",
            hint="Name a file, or a directory of YAML fragments",
        )
    return fragments
