"""The terminal that a command prints to."""

import os
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from conformance.cli.output import drop_output
from conformance.tools.visible_text import make_visible

PIPED_WIDTH = 1000
"""Columns of piped output: a table is then as wide as its content, and each row is one line."""


class Terminal(Console):
    """A console whose reader may go away, as `head` does: further output is dropped, the exit code stays."""

    def __init__(self, **options: Any) -> None:
        is_piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ and "file" not in options
        given: dict[str, Any] = {"width": PIPED_WIDTH, **options} if is_piped else options
        super().__init__(**given)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of a renderable; control characters in them do not reach the terminal."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=make_visible(segment.text))

    def on_broken_pipe(self) -> None:
        """Drop all further output, also when the interpreter ends."""
        self.quiet = True
        drop_output(sys.stdout.fileno())
