"""The interface of a report format."""

from collections.abc import Callable

import msgspec

from reports.summary import Finding, Summary


class Format(msgspec.Struct, frozen=True):
    """A named format: `render` returns the content of its files by file name; `file` is the one to open.

    A file without content is not written, and removed if an earlier report wrote it.
    """

    name: str
    file: str
    render: Callable[[Summary], dict[str, bytes]]


def describe_finding(finding: Finding) -> str:
    """Return a finding in plain text, one line for each fact."""
    lines = [f"{finding.verdict} {finding.message}"]
    lines += [
        f"{name}: {getattr(finding, name)}" for name in ("pointer", "expected", "actual") if getattr(finding, name)
    ]
    return "\n".join([*lines, f"seen {finding.times} times", f"exchanges: {', '.join(finding.exchanges)}"])
