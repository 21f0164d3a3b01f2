"""The interface of a report format."""

from collections.abc import Callable

import msgspec

from reports.repeat_command import can_repeat_requests, write_repeat_command
from reports.request_commands import write_curl
from reports.summary import Finding, Summary

REPORT = "report.html"


class Format(msgspec.Struct, frozen=True):
    """A named format: `render` returns the content of its files by file name; `file` is the one to open.

    A file without content is not written, and removed if an earlier report wrote it.
    """

    name: str
    file: str
    render: Callable[[Summary], dict[str, bytes]]


def describe_finding(finding: Finding, summary: Summary) -> str:
    """Return a finding in plain text, one line for each fact, with the command that shows it again."""
    lines = [f"{finding.verdict} {finding.message}"]
    lines += [
        f"{name}: {getattr(finding, name)}" for name in ("pointer", "expected", "actual") if getattr(finding, name)
    ]
    lines += [f"seen {finding.times} times", f"exchanges: {', '.join(finding.exchanges)}"]
    exchange = summary.simplest_exchange(finding) if can_repeat_requests(summary) else None
    lines += [f"send the request again: {write_curl(exchange)}"] if exchange is not None else []
    lines += [f"reproduce it: {command}"] if (command := write_repeat_command(finding, summary)) else []
    return "\n".join([*lines, f"report: {REPORT}#{finding.id}"])
