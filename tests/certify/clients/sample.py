"""The sample client that partners get, and mutants of it: the same program with some lines changed."""

import sys
from importlib.resources import files
from pathlib import Path

SAMPLE_FILE = Path(str(files("conformance.certify"))) / "sample_client" / "client.py"
COMMAND = (sys.executable, str(SAMPLE_FILE))
SCALE = 0.2

Edit = tuple[str, str]


def read_sample(scale: float = SCALE) -> str:
    """Return the program, with its own waits shortened as the tests shorten those of the server."""
    source = SAMPLE_FILE.read_text()
    shortened = (("PAUSE_S = 0.15", f"PAUSE_S = {max(0.05, 0.15 * scale)}"), ("POLL_S = 1.0", f"POLL_S = {scale}"))
    return mutate(source, *(shortened if scale != 1 else ()))


def mutate(source: str, *edits: Edit) -> str:
    """Return a program with texts replaced, each of which must occur once."""
    for old, new in edits:
        count = source.count(old)
        assert count == 1, f"must occur once, occurs {count} times: {old!r}"
        source = source.replace(old, new)
    return source
