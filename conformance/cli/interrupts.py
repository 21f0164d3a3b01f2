"""Interrupts of a run."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def end_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does, with its run log and reports."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
