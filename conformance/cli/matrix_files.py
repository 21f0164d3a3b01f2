"""Files of the matrices: results that a later run takes up, and tables between markers in a document."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from conformance.errors import UsageError

Result = TypeVar("Result", bound=msgspec.Struct)


def read_results(file: Path | None, kind: type[Result]) -> Iterator[Result]:
    """Yield the results that a file holds, one per line; none where there is no file."""
    if file and file.exists():
        yield from msgspec.json.Decoder(kind).decode_lines(file.read_bytes())


def append_result(file: Path | None, result: msgspec.Struct) -> None:
    """Append a result to a file, where there is one."""
    if file:
        with file.open("ab") as stream:
            stream.write(msgspec.json.encode(result) + b"\n")


def replace_table(file: Path, text: str, kind: str) -> None:
    """Replace the text between the markers that the command `evconform KIND` fills.

    Raises:
        UsageError: The file has no markers.
    """
    begin, end = f"<!-- {kind}: made by `evconform {kind} --into` -->", f"<!-- /{kind} -->"
    old = file.read_text(encoding="utf-8")
    head, begun, rest = old.partition(begin)
    _, ended, tail = rest.partition(end)
    if not begun or not ended:
        raise UsageError(f"{file} has no markers for the table", hint=f"Add the lines {begin} and {end}")
    file.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", encoding="utf-8")
