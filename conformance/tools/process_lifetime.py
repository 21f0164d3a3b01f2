"""Processes that end with the one that started them, also where that one is killed and can clean up nothing."""

import os
import sys
import threading
import time

_POLL_INTERVAL_S = 0.5
_EXIT_CODE = 3


def end_with_input() -> None:
    """End this process when its standard input ends: a pipe that its starter holds open as long as it lives."""
    threading.Thread(target=_wait_for_end_of_input, name="end-with-input", daemon=True).start()


def end_with_parent() -> None:
    """End this process when its parent process ends, if the system can report that; the run log loses nothing."""
    if sys.platform != "win32":
        threading.Thread(target=_wait_for_parent, args=(os.getppid(),), name="end-with-parent", daemon=True).start()


def _wait_for_end_of_input() -> None:
    while os.read(0, 65536):
        pass
    os._exit(_EXIT_CODE)


def _wait_for_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_INTERVAL_S)
    os._exit(_EXIT_CODE)
