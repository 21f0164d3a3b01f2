"""Lines on standard output, flushed one by one."""

import sys

import typer

from conformance.tools.visible_text import make_visible


def print_line(text: str) -> None:
    """Print a line at once; no text in it acts on the terminal, whoever wrote it."""
    typer.echo(make_visible(text))
    sys.stdout.flush()
