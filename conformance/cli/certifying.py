"""What commands that judge outside pytest share: showing what came of it."""

import re
import shlex
import sys
from pathlib import Path

from rich.console import Console

from conformance.execution.directories import point_latest
from reports import build, fold, read
from reports.terminal import render

_DEFAULT_FORMATS = ("html", "json", "junit")


def show(log: Path, formats: list[str] | None) -> int:
    """Write reports of a log, print the summary, and give the exit code."""
    summary = fold(read([log]))
    written = build(summary, log.parent, tuple(dict.fromkeys((*_DEFAULT_FORMATS, *(formats or ())))))
    point_latest(log.parent)
    render(summary, Console(soft_wrap=not sys.stdout.isatty()), written.get("html"))
    return summary.verdict.exit_code


def command_line() -> str:
    """The command as it was given, without secrets."""
    return re.sub(r"whsec_[^\s']+", "whsec_…", shlex.join(["evconform", *sys.argv[1:]]))
