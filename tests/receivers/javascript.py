"""The faulty receivers in JavaScript, served by one process of node."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

_SCRIPT = Path(__file__).with_name("mutants.mjs")


class JavaScriptFault(msgspec.Struct, frozen=True):
    """A faulty receiver, and the requirement that must find it."""

    requirement: str
    name: str
    is_warned: bool


class JavaScriptReceivers(msgspec.Struct):
    """The receivers that are served: number 0 is right, the others have the faults, in their order."""

    port: int
    faults: list[JavaScriptFault]

    def build_endpoint(self, number: int) -> str:
        """Return the address of a receiver."""
        return f"http://127.0.0.1:{self.port}/{number}/webhook"


def has_node() -> bool:
    """Return whether node is installed."""
    return shutil.which("node") is not None


@contextmanager
def serve_javascript() -> Iterator[JavaScriptReceivers]:
    """Serve all receivers as long as the context lasts."""
    with subprocess.Popen(["node", _SCRIPT], stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield msgspec.json.decode(process.stdout.readline(), type=JavaScriptReceivers)
        finally:
            process.terminate()
