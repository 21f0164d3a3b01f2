"""Verdicts that changed when a run was judged again, on the terminal."""

from collections import Counter
from typing import TYPE_CHECKING

from conformance.cli.terminal import Terminal
from conformance.tools.visible_text import make_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reporting.verdict_changes import VerdictChange

_MAX_LISTED = 20


def print_changes(changes: "Sequence[VerdictChange]") -> None:
    """Print the changes by cause, and the first of them one by one."""
    terminal = Terminal()
    if not changes:
        terminal.print("judged again: every case has the verdict that it had", soft_wrap=True)
        return
    terminal.print(f"judged again: {len(changes):,} cases have another verdict", soft_wrap=True)
    for cause, count in Counter(change.cause for change in changes).most_common():
        terminal.print(f"  {count:,}: {make_visible(cause, one_line=True)}", soft_wrap=True)
    for change in changes[:_MAX_LISTED]:
        terminal.print(make_visible(f"  {change.sentence}", one_line=True), soft_wrap=True, markup=False)
    if len(changes) > _MAX_LISTED:
        terminal.print(f"  and {len(changes) - _MAX_LISTED:,} more, in the report", soft_wrap=True)
