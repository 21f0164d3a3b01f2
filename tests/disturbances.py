"""What happens on a machine that other people use too: busy loops on every core, and programs that are suspended."""

import multiprocessing
import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

_SUSPENDED_S = 3.0


@contextmanager
def keep_cores_busy() -> Iterator[None]:
    """Run a busy loop on every core as long as the context lasts."""
    loops = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(os.cpu_count() or 1)]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.join()


def _spin() -> None:
    while True:
        pass


@contextmanager
def suspend_children(parent: int, command: tuple[str, ...], seed: int = 1) -> Iterator[list[int]]:
    """Suspend children of a process that run a command for three seconds each, at random moments; yield the list."""
    suspended: list[int] = []
    is_over, chance = threading.Event(), random.Random(seed)  # noqa: S311 - moments, no secret

    def suspend() -> None:
        while not is_over.wait(chance.uniform(0.1, 1.0)):
            with suppress(psutil.Error):
                children = [one for one in psutil.Process(parent).children() if tuple(one.cmdline()) == command]
                if not children:
                    continue
                child = chance.choice(children)
                child.suspend()
                suspended.append(child.pid)
                is_over.wait(_SUSPENDED_S)
                child.resume()

    thread = threading.Thread(target=suspend)
    thread.start()
    try:
        yield suspended
    finally:
        is_over.set()
        thread.join()
