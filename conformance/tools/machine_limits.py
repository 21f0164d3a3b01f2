"""Limits of the machine, recognized in the errors that they cause: memory, threads, open files, room on a disk."""

import errno
from collections.abc import Iterator

from conformance.errors import MachineError

_HINTS = {
    errno.EMFILE: "Raise the limit (ulimit -n), or lower --workers and --concurrency",
    errno.ENFILE: "Close other programs, or raise the limit of the system",
    errno.ENOMEM: "Close other programs, raise the limit (ulimit -v), or run with --workers 1",
    errno.EAGAIN: "Raise the limit of processes (ulimit -u), or run with --workers 1",
    errno.ENOSPC: "Free some disk space",
    errno.EDQUOT: "Free some disk space of this user",
    errno.EFBIG: "Raise the limit of the size of files (ulimit -f)",
}
_NO_MEMORY = ("failed to map segment", "cannot allocate memory", "out of memory")  # as libraries report it on loading


def explain_limit(error: BaseException | None) -> MachineError | None:
    """Return the limit of the machine that an error, or one of its causes, comes from; None where it is another error.

    >>> explain_limit(OSError(errno.EMFILE, "Too many open files")).message
    'the machine does not give what is needed: Too many open files'
    >>> explain_limit(ValueError("else")) is None
    True
    """
    for cause in _iterate_causes(error):
        number, reason = _find_reason(cause)
        if reason:
            return MachineError(f"the machine does not give what is needed: {reason}", hint=_HINTS[number])
    return None


def _iterate_causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__  # what was merely handled before may have nothing to do with it


def _find_reason(error: BaseException) -> tuple[int, str]:
    """Return the number and the words of the limit that an error reports; 0 and an empty text for another error."""
    if isinstance(error, OSError) and error.errno in _HINTS:
        place = f": {error.filename}" if error.filename else ""
        return error.errno, f"{error.strerror}{place}"
    is_loading = isinstance(error, ImportError) and any(text in str(error).lower() for text in _NO_MEMORY)
    if isinstance(error, MemoryError) or is_loading:
        return errno.ENOMEM, "not enough memory"
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return errno.EAGAIN, "no further thread can be started"
    return 0, ""
