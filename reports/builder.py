"""The report formats, and the writing of their files into a directory."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from conformance.errors import UsageError
from conformance.model import Event
from conformance.tools.files import replace_file
from conformance.tools.registry import collect_members
from reports import formats as formats_package
from reports.difference import diff
from reports.event_fold import fold
from reports.formats.base import Format
from reports.history import PastRun
from reports.summary import Summary


def _collect_formats() -> Mapping[str, Format]:
    by_name: dict[str, Format] = {}
    for report_format in collect_members(formats_package, "FORMATS", Format):
        if report_format.name in by_name:
            raise ValueError(f"two report formats are called {report_format.name!r}")
        by_name[report_format.name] = report_format
    return MappingProxyType(by_name)


FORMATS: Mapping[str, Format] = _collect_formats()
DEFAULT_FORMATS: tuple[str, ...] = ("html", "json", "junit")


def build(
    source: Summary | Iterable[Event],
    directory: Path,
    formats: Sequence[str] = DEFAULT_FORMATS,
    *,
    since: Summary | None = None,
    history: Sequence[PastRun] = (),
) -> dict[str, Path]:
    """Write the named formats into a directory; return the path of the file to open by format name.

    `since` is an earlier run to compare with, `history` are earlier runs for the trend. The files depend on the events
    and on these alone: no clock, no random ids. Each file replaces its predecessor in one step.

    Raises:
        UsageError: a format does not exist, or the directory cannot be written.
    """
    check_formats(formats)
    summary = source if isinstance(source, Summary) else fold(source)
    if since is not None:
        summary = msgspec.structs.replace(summary, since=diff(since, summary))
    summary = msgspec.structs.replace(summary, history=tuple(history)) if history else summary
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in formats:
            for file, content in FORMATS[name].render(summary).items():
                _replace_file(directory / file, content)
    except OSError as error:
        raise UsageError(
            f"the reports cannot be written into {directory}: {error.strerror}",
            hint="Build them from the run log at any time: `evconform report build LOG --report-dir DIR`",
        ) from error
    return {name: directory / FORMATS[name].file for name in formats}


def check_formats(formats: Sequence[str]) -> None:
    """Raise UsageError if a name is not that of a report format."""
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(f"--format {unknown[0]!r} is not a report format", hint=f"One of: {', '.join(FORMATS)}")


def _replace_file(path: Path, content: bytes) -> None:
    """Replace a file in one step, or remove it where the content is empty."""
    if not content:
        path.unlink(missing_ok=True)
        return
    replace_file(path, content)
