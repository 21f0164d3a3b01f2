"""What a report format is."""

from collections.abc import Callable

import msgspec

from reports.summary import Finding, Summary


class Format(msgspec.Struct, frozen=True):
    """A named format: `render` gives the content of its files by file name, `file` being the one to open.

    A file without content is not written, and removed where an earlier report left it.
    """

    name: str
    file: str
    render: Callable[[Summary], dict[str, bytes]]


def described(finding: Finding) -> str:
    """A finding in plain text, a line for each thing that there is to say."""
    lines = [f"{finding.verdict} {finding.message}"]
    lines += [
        f"{name}: {getattr(finding, name)}" for name in ("pointer", "expected", "actual") if getattr(finding, name)
    ]
    return "\n".join([*lines, f"seen {finding.times} times", f"exchanges: {', '.join(finding.exchanges)}"])
