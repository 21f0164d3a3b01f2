"""Regressions of a run against its baseline, on the terminal and in the exit code."""

from conformance.cli.terminal import Terminal
from conformance.execution.mirrored_channel import BASELINE_TOPIC, HARMLESS, REGRESSION_TOPIC
from conformance.tools.visible_text import make_visible
from reports import Summary

_VIOLATIONS = 1


def conclude_comparison(summary: Summary, exit_code: int) -> int:
    """Print the regressions of a run and return its exit code: 1 where there is one that may break a client.

    A run without a baseline prints nothing and keeps its code.
    """
    sent = [notice.message for notice in summary.notices if notice.topic == BASELINE_TOPIC]
    if not sent:
        return exit_code
    terminal = Terminal()
    found = [notice for notice in summary.notices if notice.topic == REGRESSION_TOPIC]
    grave = [notice for notice in found if not notice.message.startswith(HARMLESS)]
    terminal.print(f"regressions: {len(grave):,}, and {len(found) - len(grave):,} harmless differences", soft_wrap=True)
    for notice in (*grave, *(notice for notice in found if notice not in grave)):
        line = make_visible(f"  {notice.operation}: {notice.message}", one_line=True)
        terminal.print(line, soft_wrap=True, markup=False)
    for message in sent:
        terminal.print(make_visible(message, one_line=True), soft_wrap=True, markup=False)
    return exit_code or (_VIOLATIONS if grave else 0)
