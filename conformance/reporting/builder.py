"""From a finished run log to reports on disk."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from conformance.description import Description, load_description
from conformance.description.positions import find_places
from conformance.errors import UsageError
from conformance.execution.directories import link_latest
from conformance.model import Described, Event, Placed, ResourceModel
from conformance.reporting.compared_runs import read_compared_runs, record_run
from reports import DEFAULT_FORMATS, Summary, build, fold, read_events


def write_reports(
    log: Path,
    formats: Sequence[str] = DEFAULT_FORMATS,
    *,
    summary: Summary | None = None,
    since: Sequence[Path] = (),
    history: Path | None = None,
) -> dict[str, Path]:
    """Write the reports of a run beside its log and make it the latest run; return the files to open by format.

    `summary` is that of the log, where it is already known; `since` are the logs of earlier runs to compare with, the
    last one in detail. A history file gives further runs, and gets this one.
    """
    summary = summary or fold(read_events([log]))
    compared = read_compared_runs(since, history)
    written = build(summary, log.parent, formats, since=compared.latest, history=compared.runs)
    if history:
        record_run(summary, history)
    link_latest(log.parent)
    return written


def add_places(events: Iterable[Event], description: Path | None = None) -> Iterator[Event]:
    """Yield the events, and the lines of operations where the log of a killed run does not hold them.

    The lines are those of the description named, else of the bundled description if the run was about it.

    Raises:
        UsageError: the description named is not that of the run.
        DescriptionError: the description cannot be read.
    """
    model: ResourceModel | None = None
    has_places = False
    for event in events:
        match event:
            case Described(described):
                model = described
            case Placed():
                has_places = True
        yield event
    if model is None or has_places:
        return
    source = _find_description(model, description)
    if source is not None:
        yield Placed(find_places(source, [operation.pointer for operation in model.operations]))
    elif description is not None:
        raise UsageError(
            f"{description} is not the description of this run", hint="Name the description that the run was about"
        )


def _find_description(model: ResourceModel, path: Path | None) -> Description | None:
    """Return the description that the model was made of, with overlays or without."""
    candidates = (load_description(path, overlays=overlays) for overlays in (True, False))
    return next((description for description in candidates if description.digest == model.digest), None)
