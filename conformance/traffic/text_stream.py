"""Large JSON files, read piece by piece: the members of one array, or the lines of NDJSON."""

import json
import re
import zlib
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Iterator
from contextlib import suppress
from os import SEEK_END
from pathlib import Path
from typing import Any

_CHUNK = 1 << 18  # bytes read at once
_MAX_VALUE = 1 << 24  # characters of one entry; a longer one is not read whole, for it takes several times the memory
_NEAR_END = 64  # characters before the end of what was read, in which an error may come from the cut
_DECODER = json.JSONDecoder(strict=False)
_FIRST_KEY = re.compile(r'\{\s*("[^"\\]*")\s*:')
_MAX_KEY = 256  # characters
_BLANKS = re.compile(r"[\s,]*")
_NUL = "it holds NUL bytes, as of a file that was not written to its end"
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class TextStream:
    """The text of a file, decompressed and decoded on demand; `problem` says what was wrong with it so far."""

    def __init__(self, path: Path) -> None:
        self.problem = ""
        self._file = path.open("rb")
        head = self._file.read(4)
        self._file.seek(0)
        self._inflater = _create_inflater() if head.startswith(_GZIP) else None
        self._decoder: IncrementalDecoder | None = None
        self._lenient: IncrementalDecoder | None = None
        self._has_ended = False

    def read(self) -> str:
        """Return the next piece of text; empty at the end. What is not UTF-8 is replaced and noted."""
        while not self._has_ended:
            data = self._read_bytes()
            self._has_ended = not data
            if text := self._decode(data):
                return text
        return ""

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _decode(self, data: bytes) -> str:
        if self._decoder is None or self._lenient is None:
            make = getincrementaldecoder("utf-16" if data[:2] in _UTF16 else "utf-8-sig")
            self._decoder, self._lenient = make(errors="strict"), make(errors="replace")
        if not self.problem:
            state = self._decoder.getstate()
            try:
                return self._decoder.decode(data, final=self._has_ended)
            except UnicodeDecodeError:
                self._lenient.setstate(state)
                self.problem = "it is not all UTF-8: what is not was replaced"
        return self._lenient.decode(data, final=self._has_ended)

    def _read_bytes(self) -> bytes:
        """Return the next bytes, decompressed; what a damaged file holds before the damage is returned."""
        while data := self._file.read(_CHUNK):
            if self._inflater is None:
                return data
            text = self._inflate(data)
            if text or self._inflater is None:
                return text
        if self._inflater is not None and not self._inflater.eof:
            self.problem = "its compressed data ends early"
        return b""

    def _inflate(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        while data and self._inflater is not None:
            try:
                parts.append(self._inflater.decompress(data))
            except zlib.error:
                self.problem = "its compressed data is damaged"
                self._file.seek(0, SEEK_END)
                break
            data = self._inflater.unused_data
            if data.startswith(_GZIP):
                self._inflater = _create_inflater()
            elif self._inflater.eof:
                break  # padding
        return b"".join(parts)


def _learn_start(text: str) -> re.Pattern[str]:
    """Return a pattern of how the members of an array begin, from the beginning of the first one."""
    match = _FIRST_KEY.match(text)
    return re.compile(r"\{\s*" + re.escape(match[1]) + r"\s*:") if match else re.compile(r"\{")


def _create_inflater() -> "zlib._Decompress":
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


class JsonScanner:
    """A scanner of JSON values in a stream of text, one after the other."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._buffer, self._at = "", 0

    def peek(self, size: int) -> str:
        """Return the next characters, without going on."""
        while (missing := size - (len(self._buffer) - self._at)) > 0 and self._fill(missing):
            pass
        return self._buffer[self._at : self._at + size]

    def read_line(self) -> str:
        """Return the next line with its line feed; empty at the end."""
        searched = self._at
        while (end := self._buffer.find("\n", searched)) < 0:
            searched = len(self._buffer) - self._at
            if not self._fill(searched):  # at least doubled, so that a long line is copied a few times alone
                break
        end = len(self._buffer) if end < 0 else end + 1
        line, self._at = self._buffer[self._at : end], end
        return line

    def skip_past(self, pattern: re.Pattern[str]) -> bool:
        """Go on behind the first match of a pattern; False where there is none up to the end."""
        while True:
            if match := pattern.search(self._buffer, self._at):
                self._at = match.end()
                return True
            self._at = max(self._at, len(self._buffer) - _NEAR_END)
            if not self._fill():
                return False

    def read_members(self) -> Iterator[Any]:
        """Yield the members of the array that the scanner stands in; a ValueError in place of each damaged part.

        After damage it goes on at the next object that begins as the first member did.
        """
        start: re.Pattern[str] | None = None
        while True:
            self._skip_blanks()
            if not self.peek(1):
                yield ValueError("it ends in the middle")
                return
            if self.peek(1) == "]":
                return
            start = start or _learn_start(self.peek(_MAX_KEY))
            try:
                yield self._read_value()
            except ValueError as error:
                yield error
                if not self._recover(start):
                    return

    def _recover(self, start: re.Pattern[str]) -> bool:
        """Go on to the next whole member; False where there is none."""
        while True:
            self._at += 1
            if not self._skip_to(start):
                return False
            before = self._at
            with suppress(ValueError):
                self._read_value()
                self._at = before
                return True

    def _read_value(self) -> Any:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise ValueError("it is nested too deeply") from error
            except json.JSONDecodeError as error:
                is_near_end = error.pos >= len(self._buffer) - _NEAR_END
                is_cut = is_near_end or error.msg.startswith("Unterminated string")
                size = len(self._buffer) - self._at
                if is_cut and self._buffer.find("\0", self._at) >= 0:
                    raise ValueError(_NUL) from error
                if is_cut and size < _MAX_VALUE and self._fill(size):
                    continue
                raise ValueError("it is cut off" if is_cut else "it is not JSON") from error
            if isinstance(value, int | float) and end == len(self._buffer) and self._fill():
                continue  # a number may go on
            if self._buffer.find("\0", self._at, end) >= 0:
                raise ValueError(_NUL)
            self._at = end
            return value

    def _skip_to(self, start: re.Pattern[str]) -> bool:
        while True:
            if match := start.search(self._buffer, self._at):
                self._at = match.start()
                return True
            self._at = max(self._at, len(self._buffer) - _NEAR_END)
            if not self._fill():
                return False

    def _skip_blanks(self) -> None:
        while True:
            self._at = _BLANKS.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer) or not self._fill():
                return

    def _fill(self, least: int = 1) -> bool:
        """Read on, so that at least so many characters come; False at the end. What was read is dropped first."""
        pieces: list[str] = []
        size = 0
        while size < least and (piece := self._stream.read()):
            pieces.append(piece)
            size += len(piece)
        if not pieces:
            return False
        self._buffer = self._buffer[self._at :] + "".join(pieces)
        self._at = 0
        return True
