"""Run logs on disk: JSON lines, written so that a killed process leaves every finished line readable."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

import msgspec

from conformance.errors import LogError
from conformance.model.event import OLD_SCHEMAS, SCHEMA, Event, Noticed, RunFinished, RunStarted
from conformance.run_log.line_decoder import LineDecoder
from conformance.run_log.line_encoder import LineEncoder

KEEP_HINT = "Free some disk space; what there is can be read with `evconform report build DIRECTORY`"
"""What to do when a run log cannot be written any more."""
CUT_OFF_TOPIC = "cut-off"
"""The topic of the notice that `read` adds for a log that ends before its footer."""


class LogWriter:
    """An append-only run log; each event is one line, written before `append` returns (see `stored_lines`).

    A half-written last line of an earlier, killed process is dropped first, so that a resumed log stays readable.

    Raises:
        LogError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._encoder = LineEncoder()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _truncate_partial_line(path)
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise LogError(f"{path} cannot be written: {error.strerror}", hint="Choose another --report-dir") from error

    def append(self, event: Event) -> None:
        """Write one event.

        Raises:
            LogError: the file cannot be written.
        """
        self.append_together((event,))

    def append_together(self, events: Sequence[Event]) -> None:
        """Write events of one item that only count together, as one line.

        Raises:
            LogError: the file cannot be written.
        """
        if not events:
            return
        line, written = memoryview(self._encoder.encode(events)), 0
        try:
            while written < len(line):
                written += self._file.write(line[written:]) or 0
        except OSError as error:
            if written:  # half a line would spoil the next one
                os.truncate(self.path, self.path.stat().st_size - written)
            raise LogError(f"{self.path}: writing stopped: {error.strerror}", hint=KEEP_HINT) from error

    def close(self) -> None:
        """Close the file; nothing can be appended afterwards."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_events(paths: Iterable[Path]) -> Iterator[Event]:
    """Yield the events of several logs, one log after the other.

    A directory stands for the logs of one run inside it (see `find_logs`). A log that has no footer, or whose last line
    is incomplete, ends with a notice of the topic `cut-off`.

    Raises:
        LogError: a file cannot be read, or a line is not an event of this schema; names file and line.
    """
    for path in paths:
        for log in find_logs(path) if path.is_dir() else (path,):
            yield from _read_one(log)


def find_logs(directory: Path) -> tuple[Path, ...]:
    """Return the logs of one run: `events.jsonl` if it is complete, else this and the logs of the workers.

    Raises:
        LogError: the directory holds no log.
    """
    whole = directory / "events.jsonl"
    workers = tuple(sorted(directory.glob("workers/*.jsonl")))
    if whole.is_file() and (not workers or _has_footer(whole)):
        return (whole,)
    logs = (whole, *workers) if whole.is_file() else workers
    if not logs:
        raise LogError(f"{directory} holds no run log", hint="Name a report directory or its events.jsonl")
    return logs


def _read_one(path: Path) -> Iterator[Event]:
    try:
        with _open_log(path) as file:
            yield from _read_lines(path, file)
    except OSError as error:
        raise LogError(f"{path} cannot be read: {error.strerror}", hint="Name an events.jsonl") from error


def _open_log(path: Path) -> IO[bytes]:
    """Open a log in which a reader can go back; one that comes through a pipe is copied first."""
    file = path.open("rb")
    if file.seekable():
        return file
    with file:
        copy = TemporaryFile()  # noqa: SIM115 - the caller closes it
        copyfileobj(file, copy)
        copy.seek(0)
        return copy


def _read_lines(path: Path, file: IO[bytes]) -> Iterator[Event]:
    """Yield the events of an open log, and a notice where it ends before its footer."""
    finished, number, offset = False, 0, 0

    def read_earlier(start: int) -> bytes:
        file.seek(start)
        line = file.readline()
        file.seek(offset)
        return line

    decoder = LineDecoder(read_earlier)
    while line := file.readline():
        number, start, offset = number + 1, offset, offset + len(line)
        if not line.endswith(b"\n"):
            yield Noticed(CUT_OFF_TOPIC, f"{path.name} ends in the middle of line {number}")
            return
        for event in _decode(line, start, decoder, f"{path}, line {number}"):
            finished = isinstance(event, RunFinished)
            yield event
    if not finished:
        yield Noticed(CUT_OFF_TOPIC, f"{path.name} ends after {number} lines, without a footer")


def _decode(line: bytes, offset: int, decoder: LineDecoder, where: str) -> list[Event]:
    try:
        events = list(decoder.decode(line, offset))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise LogError(
            f"{where} is not an event of {SCHEMA}: {error}", hint="It may be from another version of evconform"
        ) from error
    for event in events:
        if isinstance(event, RunStarted) and event.schema not in {SCHEMA, *OLD_SCHEMAS}:
            raise LogError(
                f"{where} has the schema {event.schema!r}, expected {SCHEMA!r}",
                hint="Use the version of evconform that wrote it",
            )
    return events


def _has_footer(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65536))
        tail = file.read()
    last = tail.rstrip(b"\n").rpartition(b"\n")[2]
    return tail.endswith(b"\n") and b'"type":"run_finished"' in last[:40]


def _truncate_partial_line(path: Path) -> None:
    if not path.is_file():
        return
    data = path.read_bytes()
    keep = data.rfind(b"\n") + 1
    if keep != len(data):
        os.truncate(path, keep)
