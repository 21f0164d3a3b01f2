"""Where people read what came of a command."""

import os
import sys

from rich.console import Console


class Terminal(Console):
    """A console whose reader may go away, as `head` does: what is left to say is dropped, and the exit code stands."""

    def on_broken_pipe(self) -> None:
        """Say nothing more, neither here nor when the interpreter ends."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
