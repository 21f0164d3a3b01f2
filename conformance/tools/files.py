"""Files that are replaced in one step."""

from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step, over its predecessor.

    Raises: OSError.
    """
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
