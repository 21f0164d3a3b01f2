"""CSV-01: comma-separated values that every reader reads alike (RFC 4180, section 2)."""

import csv
import io
from collections.abc import Iterator

from conformance.answers import CSV, Answer
from conformance.checks.base import Check
from conformance.judging import observed, passed, violated
from conformance.model import Outcome, Verdict
from conformance.subject import Subject

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may run (OWASP, CSV injection)


def is_csv(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """CSV-01: it parses, has a header of distinct names, and all rows are as wide as the header."""
    response = answer.exchange.response
    if response is None or response.media_type != CSV or response.cut or answer.exchange.request.method == "HEAD":
        return
    rows = rows_of(response.body)
    complaint = rows if isinstance(rows, str) else _complaint(rows)
    if complaint or isinstance(rows, str):
        yield violated(answer, "CSV-01", str(complaint), expected="CSV of RFC 4180", actual=repr(response.body[:80]))
        return
    yield passed(answer, "CSV-01")
    for number, row in enumerate(rows[1:], 2):
        if running := next((cell for cell in row if cell.startswith(_FORMULA) and not _is_number(cell)), None):
            message = f"row {number} holds a value that a spreadsheet would run"
            yield observed(
                answer, "CSV-01", Verdict.WARN, message, expected="a leading apostrophe", actual=running[:80]
            )
            return


def rows_of(body: bytes) -> list[list[str]] | str:
    """The rows, or what is wrong with the text."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return f"the text is not UTF-8: {error}"
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return f"the text is no CSV: {error}"


def _complaint(rows: list[list[str]]) -> str:
    if not rows or not any(rows[0]):
        return "there is no header row"
    if len(set(rows[0])) < len(rows[0]):
        return "two columns have the same name"
    width = len(rows[0])
    odd = next((number for number, row in enumerate(rows, 1) if len(row) != width), 0)
    return f"row {odd} has {len(rows[odd - 1])} values, the header {width}" if odd else ""


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


CHECKS = (Check(("CSV-01",), is_csv),)
