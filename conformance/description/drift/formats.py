"""Drift as text, Markdown and JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from conformance.description.drift.change import FIXED_RULES, DescriptionChange, Severity, View

_MAX_NAMED = 3  # operations that a change names at most


def format_text(changes: Sequence[DescriptionChange], view: View) -> Iterator[str]:
    """Yield a heading for each severity, a line for each change, and the counts."""
    for severity in Severity:
        selected = [change for change in changes if change.find_severity(view) is severity]
        if selected:
            yield f"{severity.upper()} for {view}s"
            yield from (
                f"  {change.place}: {_format_message(change, view)}{_format_reach(change)}" for change in selected
            )
    yield format_counts(changes, view)


def format_markdown(changes: Sequence[DescriptionChange], view: View) -> Iterator[str]:
    """Yield a table for each severity."""
    yield f"# Changes for {view}s"
    yield ""
    yield format_counts(changes, view)
    for severity in Severity:
        selected = [change for change in changes if change.find_severity(view) is severity]
        if selected:
            yield from ("", f"## {severity.capitalize()}", "", "| where | what | operations |", "| --- | --- | --- |")
            for change in selected:
                cells = (
                    f"`{change.place}`",
                    _format_message(change, view),
                    _list_operations(change, len(change.operations)),
                )
                yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def format_json(changes: Sequence[DescriptionChange], view: View) -> bytes:
    """Return `{"schema": "evconform/drift/1", "view": …, "counts": {…}, "changes": […]}`."""
    counts = Counter(change.find_severity(view) for change in changes)
    page = {
        "schema": "evconform/drift/1",
        "view": view.value,
        "counts": {severity.value: counts[severity] for severity in Severity},
        "changes": changes,
    }
    return msgspec.json.format(msgspec.json.encode(page))


def format_counts(changes: Sequence[DescriptionChange], view: View) -> str:
    """Return the number of changes of each severity."""
    counts = Counter(change.find_severity(view) for change in changes)
    return ", ".join(f"{counts[severity]} {severity}" for severity in Severity)


def _format_message(change: DescriptionChange, view: View) -> str:
    """Return what changed, and for servers what they must do from now on."""
    duty = f"; {change.duty}" if change.duty and view is View.SERVER else ""
    return f"{change.message}{_format_values(change)}{duty}"


def _format_values(change: DescriptionChange) -> str:
    """Return old and new values for changes in `FIXED`; all others name them in their message."""
    if change.rule not in FIXED_RULES or (change.old is None and change.new is None):
        return ""
    shown = ["nothing" if value is None else msgspec.json.encode(value).decode() for value in (change.old, change.new)]
    return f" ({' → '.join(shown)})"


def _format_reach(change: DescriptionChange) -> str:
    named = _list_operations(change, _MAX_NAMED)
    return f" — {named}" if named else ""


def _list_operations(change: DescriptionChange, limit: int) -> str:
    rest = len(change.operations) - limit
    return ", ".join(change.operations[:limit]) + (f" and {rest} more" if rest > 0 else "")
