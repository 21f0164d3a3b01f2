"""Lines on standard output, flushed one by one."""

import sys

import typer

from conformance.tools.visible_text import make_visible


def print_line(text: str) -> None:
    """Print a line at once; control characters in it do not reach the terminal."""
    typer.echo(make_visible(text))
    sys.stdout.flush()
