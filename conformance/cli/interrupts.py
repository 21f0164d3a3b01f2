"""Interrupts of a run."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def end_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does, with its run log and reports."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def stop_on_signals() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C or SIGTERM only be noticed, and a second one interrupt; yield whether there was one."""
    seen: list[int] = []

    def notice(number: int, _frame: object) -> None:
        if seen:
            signal.default_int_handler(number, None)
        seen.append(number)

    before = {number: signal.signal(number, notice) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
