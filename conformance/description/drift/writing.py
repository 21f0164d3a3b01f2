"""Drift as text, Markdown and JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from conformance.description.drift.change import FIXED, Change, Severity, View

_SHOWN = 3  # operations named where a change reaches many


def as_text(changes: Sequence[Change], view: View) -> Iterator[str]:
    """A heading for each severity, a line for each change, and the count."""
    for severity in Severity:
        found = [each for each in changes if each.severity(view) is severity]
        if found:
            yield f"{severity.upper()} for {view}s"
            yield from (f"  {each.place}: {each.message}{_values(each)}{_reach(each)}" for each in found)
    yield counted(changes, view)


def as_markdown(changes: Sequence[Change], view: View) -> Iterator[str]:
    """A table for each severity."""
    yield f"# Changes for {view}s"
    yield ""
    yield counted(changes, view)
    for severity in Severity:
        found = [each for each in changes if each.severity(view) is severity]
        if found:
            yield from ("", f"## {severity.capitalize()}", "", "| where | what | operations |", "| --- | --- | --- |")
            for each in found:
                cells = (f"`{each.place}`", each.message + _values(each), _operations(each, len(each.operations)))
                yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def as_json(changes: Sequence[Change], view: View) -> bytes:
    """`{"schema": "evconform/drift/1", "view": …, "counts": {…}, "changes": […]}`."""
    counts = Counter(each.severity(view) for each in changes)
    page = {
        "schema": "evconform/drift/1",
        "view": view.value,
        "counts": {severity.value: counts[severity] for severity in Severity},
        "changes": changes,
    }
    return msgspec.json.format(msgspec.json.encode(page))


def counted(changes: Sequence[Change], view: View) -> str:
    """How many changes of each severity."""
    counts = Counter(each.severity(view) for each in changes)
    return ", ".join(f"{counts[severity]} {severity}" for severity in Severity)


def _values(change: Change) -> str:
    """Old and new values, for changes of the table: all others name them in their message."""
    if change.rule not in FIXED or (change.old is None and change.new is None):
        return ""
    shown = ["nothing" if each is None else msgspec.json.encode(each).decode() for each in (change.old, change.new)]
    return f" ({' → '.join(shown)})"


def _reach(change: Change) -> str:
    named = _operations(change, _SHOWN)
    return f" — {named}" if named else ""


def _operations(change: Change, most: int) -> str:
    more = len(change.operations) - most
    return ", ".join(change.operations[:most]) + (f" and {more} more" if more > 0 else "")
