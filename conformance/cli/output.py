"""Standard output and standard error, made safe where they are closed, full, or cannot encode our characters."""

import codecs
import io
import os
import sys
import unicodedata
from contextlib import suppress
from typing import TextIO

_ERRORS = "evconform-signs"
_SIGNS = {
    "✓": "+", "✗": "x", "○": "o", "●": "*", "Σ": "=", "…": "...", "·": "-", "—": "-", "\N{EN DASH}": "-", "→": "->",
    "\N{MULTIPLICATION SIGN}": "x", "≤": "<=", "≥": ">=", "“": '"', "”": '"', "■": "#", "█": "#", "▇": "#",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}  # fmt: skip


class ForgivingStream(io.TextIOWrapper):
    """A text stream whose output is dropped once it cannot be written; the exit code still counts then.

    A closed pipe is reported, because the output may be all that the command has to do.
    """

    def write(self, text: str) -> int:
        """Write a text, or drop it."""
        try:
            return super().write(text)
        except BrokenPipeError:
            raise
        except OSError:
            self._drop()
            return len(text)

    def flush(self) -> None:
        """Write what is buffered, or drop it."""
        try:
            super().flush()
        except BrokenPipeError:
            raise
        except OSError:
            self._drop()

    def _drop(self) -> None:
        """Let everything go nowhere from now on, also what is buffered."""
        drop_output(self.fileno())
        with suppress(OSError):
            super().flush()


def drop_output(descriptor: int) -> None:
    """Let what is written to a descriptor go nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)


def prepare_output() -> None:
    """Make the streams of this process accept every text, whatever their encoding and state."""
    codecs.register_error(_ERRORS, _replace_signs)
    for descriptor in range(3):
        _open_if_closed(descriptor)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - as long as the process lives
    sys.stdout, sys.stderr = _wrap_stream(sys.stdout, 1), _wrap_stream(sys.stderr, 2)


def _open_if_closed(descriptor: int) -> None:
    """Open a closed descriptor to nowhere, so that no other file takes its number."""
    try:
        os.fstat(descriptor)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def _wrap_stream(stream: TextIO | None, descriptor: int) -> TextIO:
    """Return a stream whose write errors are handled; a stream that is not a plain text file is returned unchanged."""
    if stream is None:
        return ForgivingStream(open(descriptor, "wb", closefd=False), encoding="utf-8", errors=_ERRORS)
    if not isinstance(stream, io.TextIOWrapper) or type(stream) is not io.TextIOWrapper:
        return stream
    encoding, is_line_buffered = stream.encoding, stream.line_buffering
    return ForgivingStream(stream.detach(), encoding=encoding, errors=_ERRORS, line_buffering=is_line_buffered)


def _replace_signs(error: UnicodeError) -> tuple[str, int]:
    """Return ASCII for what an encoding lacks: a similar sign, the letter without its accent, or a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_find_similar, error.object[error.start : error.end])), error.end


def _find_similar(sign: str) -> str:
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return _SIGNS.get(sign) or plain or "?"
