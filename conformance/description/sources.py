"""From a path to one document: a file as it is, a directory as its fragments merged.

Kept free of the YAML library, so that an answer from the cache does not wait for its import.
"""

from pathlib import Path
from typing import NamedTuple

from conformance.errors import DescriptionError

MAX_BYTES = 64 * 2**20
SUFFIXES = frozenset({".yaml", ".yml", ".json"})


class Fragment(NamedTuple):
    """A file of a description: its name for people and its bytes."""

    name: str
    data: bytes


def read(path: Path) -> tuple[Fragment, ...]:
    """The files of a description: one, or every YAML and JSON file below a directory, sorted by path.

    Raises DescriptionError where there is nothing to read, or more than 64 MB of it.
    """
    try:
        if path.is_dir():
            files = sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file())
        else:
            files = [path]
        size = sum(each.stat().st_size for each in files)
        if size > MAX_BYTES:
            raise DescriptionError(
                f"{path} has {size} bytes; a description may have at most {MAX_BYTES}.",
                hint="Check that this is an OpenAPI description.",
            )
        fragments = tuple(Fragment(str(each), each.read_bytes()) for each in files)
    except OSError as error:
        raise DescriptionError(
            f"{path}: cannot be read: {error.strerror or error}.", hint="Check the path and its permissions."
        ) from None
    if not fragments:
        raise DescriptionError(
            f"{path}: this directory holds no description (*.yaml, *.yml or *.json).",
            hint="Name a file, or a directory of YAML fragments.",
        )
    return fragments
