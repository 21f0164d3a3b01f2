"""Files of traffic: the choice of the format by the content, and the entries one by one."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from conformance.errors import UsageError
from conformance.run_log.event_log import find_logs
from conformance.traffic.entry import LeftOut, TrafficEntry, UnreadableEntryError
from conformance.traffic.formats import event_log, har, postman, records
from conformance.traffic.text_stream import JsonScanner, TextStream

_DECODE = json.JSONDecoder(strict=False).decode
_HEAD = 1 << 16  # characters by which a format is known
_MAX_DOCUMENT = 1 << 27  # characters of a document that is read whole
_HAR = re.compile(r'\A\s*\{.*?"log"\s*:\s*\{', re.DOTALL)
_ENTRIES = re.compile(r'"entries"\s*:\s*\[')
_POSTMAN = re.compile(r'"(?:_postman_id|schema|collection|run|item)"\s*:\s*["{\[]')
_LISTS = re.compile(r'"(?:data|requests|items|exchanges|entries|flows)"\s*:\s*\[')
_CUT = "entries that are cut off or damaged"
_HINT = (
    "Give a HAR file, NDJSON with one exchange a line, a run log, or an export of Postman; gzip is read too. "
    f"A line is {records.EXAMPLE}"
)


def read_traffic(paths: Sequence[Path]) -> Iterator[TrafficEntry | LeftOut]:
    """Yield the entries of files in their order, and what of them cannot be judged. Memory does not grow with size.

    Raises:
        UsageError: a file cannot be read, or is in no known format; the message names it.
        LogError: a directory holds no run log.
    """
    for path in paths:
        if path.is_dir():
            yield from event_log.read_exchanges(find_logs(path))
        else:
            yield from _read_file(path)


def find_run_logs(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return those paths that are run logs, or report directories."""
    return tuple(path for path in paths if path.is_dir() or _is_run_log(path))


def _is_run_log(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(32).startswith(event_log.FIRST_WORDS)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=_HINT) from error


def _read_file(path: Path) -> Iterator[TrafficEntry | LeftOut]:
    if _is_run_log(path):
        yield from event_log.read_exchanges([path])
        return
    stream = TextStream(path)
    try:
        yield from _read_stream(stream, path)
        if stream.problem:
            yield LeftOut(f"parts of {path.name}: {stream.problem}", path.name)
    finally:
        stream.close()


def _read_stream(stream: TextStream, path: Path) -> Iterator[TrafficEntry | LeftOut]:
    scanner = JsonScanner(stream)
    head = scanner.peek(_HEAD).lstrip()
    if not head:
        raise UsageError(f"{path} is empty" + (f": {stream.problem}" if stream.problem else ""), hint=_HINT)
    if _HAR.match(head) and not har.is_entry(_parse_line(head.partition("\n")[0])):
        if not scanner.skip_past(_ENTRIES):
            raise UsageError(f"{path} is a HAR file without entries, or is cut off before them", hint=_HINT)
        yield from _read_members(scanner, path)
    elif head.startswith("["):
        scanner.skip_past(re.compile(r"\["))
        yield from _read_members(scanner, path)
    elif head.startswith("{"):
        yield from _read_objects(scanner, head, path)
    else:
        raise UsageError(f"{path} is not recorded traffic: it begins with {head[:20]!r}", hint=_HINT)


def _read_members(scanner: JsonScanner, path: Path) -> Iterator[TrafficEntry | LeftOut]:
    for number, member in enumerate(scanner.read_members(), 1):
        place = f"{path.name}, entry {number}"
        yield LeftOut(_CUT, f"{place}: {member}") if isinstance(member, ValueError) else _read_record(member, place)


def _read_objects(scanner: JsonScanner, head: str, path: Path) -> Iterator[TrafficEntry | LeftOut]:
    """Read NDJSON, an export of Postman, or one object with a list of exchanges."""
    first = _parse_line(head.partition("\n")[0])
    if records.is_record(first):
        yield from _read_lines(scanner, path)
    elif _POSTMAN.search(head):
        yield from _read_postman(scanner, path)
    elif _LISTS.search(head) and scanner.skip_past(_LISTS):
        yield from _read_members(scanner, path)
    elif "\n" in head:  # the first line may be damaged, or of another kind
        yield from _read_lines(scanner, path)
    else:
        raise UsageError(f"{path} is JSON, but not a known format of traffic", hint=_HINT)


def _read_lines(scanner: JsonScanner, path: Path) -> Iterator[TrafficEntry | LeftOut]:
    number, readable = 0, 0
    while line := scanner.read_line():
        number += 1
        if not line.strip():
            continue
        place = f"{path.name}, line {number}"
        record = _parse_line(line)
        entry = LeftOut(_CUT, place) if record is None else _read_record(record, place)
        readable += isinstance(entry, TrafficEntry)
        yield entry
    if not readable:
        raise UsageError(f"{path} holds no exchange in any of its {number} lines", hint=_HINT)


def _read_postman(scanner: JsonScanner, path: Path) -> Iterator[TrafficEntry | LeftOut]:
    text = scanner.peek(_MAX_DOCUMENT)
    document = _parse_line(text)
    if not postman.is_collection(document):
        raise UsageError(f"{path} is JSON, but not a known format of traffic, or is cut off", hint=_HINT)
    is_empty = True
    for number, (request, response) in enumerate(postman.list_records(document), 1):
        is_empty = False
        try:
            yield postman.read_pair(request, response)
        except UnreadableEntryError as error:
            yield LeftOut(f"entries that cannot be read: {error}", f"{path.name}, response {number}")
    if is_empty:
        raise UsageError(
            f"{path} is a Postman collection without saved responses",
            hint="Save responses as examples before exporting, or give a report of newman (--reporters json)",
        )


def _parse_line(line: str) -> Any:
    """Return the JSON value of a line; None where it is none."""
    try:
        return _DECODE(line)
    except (ValueError, RecursionError):
        return None


def _read_record(record: Any, place: str) -> TrafficEntry | LeftOut:
    try:
        return records.read_record(record)
    except UnreadableEntryError as error:
        return LeftOut(f"entries that cannot be read: {error}", place)
