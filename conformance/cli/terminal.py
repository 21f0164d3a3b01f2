"""The terminal that a command prints to."""

import os
import sys

from rich.console import Console


class Terminal(Console):
    """A console whose reader may go away, as `head` does: further output is dropped, the exit code stays."""

    def on_broken_pipe(self) -> None:
        """Drop all further output, also when the interpreter ends."""
        self.quiet = True
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
