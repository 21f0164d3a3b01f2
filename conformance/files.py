"""Files that are replaced whole."""

from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """Write a file in one step, over its predecessor; raises OSError."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
