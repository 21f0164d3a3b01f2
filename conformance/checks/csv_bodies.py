"""CSV-01: comma-separated values that every reader reads in the same way (RFC 4180, section 2)."""

import csv
import io
from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import CSV, OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Verdict

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may run such a value (OWASP, CSV injection)


def check_csv(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a CSV body parses, and that all rows are as wide as a header of distinct names (CSV-01).

    A value that a spreadsheet may run as a formula is worth a warning.
    """
    http_response = response.exchange.response
    if (
        http_response is None
        or http_response.media_type != CSV
        or http_response.cut
        or response.exchange.request.method == "HEAD"
    ):
        return
    rows = parse_rows(http_response.body)
    problem = rows if isinstance(rows, str) else _find_problem(rows)
    if problem or isinstance(rows, str):
        yield fail_case(
            response, "CSV-01", str(problem), expected="CSV of RFC 4180", actual=repr(http_response.body[:80])
        )
        return
    yield pass_case(response, "CSV-01")
    for number, row in enumerate(rows[1:], 2):
        if formula := next(
            (value for value in row if value.startswith(_FORMULA_STARTS) and not _is_number(value)), None
        ):
            message = f"row {number} holds a value that a spreadsheet would run"
            yield judge_case(
                response, "CSV-01", Verdict.WARN, message, expected="a leading apostrophe", actual=formula[:80]
            )
            return


def parse_rows(body: bytes) -> list[list[str]] | str:
    """Return the rows of a CSV text, or a message that says what is wrong with it."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return f"the text is not UTF-8: {error}"
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return f"the text is not CSV: {error}"


def _find_problem(rows: list[list[str]]) -> str:
    """Return what is wrong with the shape of the rows; empty where nothing is."""
    if not rows or not any(rows[0]):
        return "there is no header row"
    if len(set(rows[0])) < len(rows[0]):
        return "two columns have the same name"
    width = len(rows[0])
    odd = next((number for number, row in enumerate(rows, 1) if len(row) != width), 0)
    return f"row {odd} has {len(rows[odd - 1])} values, the header {width}" if odd else ""


def _is_number(value: str) -> bool:
    """Return whether a value reads as a number, which spreadsheets do not run."""
    try:
        float(value)
    except ValueError:
        return False
    return True


CHECKS = (Check(("CSV-01",), check_csv, by_body=True),)
