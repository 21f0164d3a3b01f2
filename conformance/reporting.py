"""From a finished log to reports on disk."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from conformance.description import Description, load
from conformance.description.positions import places
from conformance.errors import UsageError
from conformance.model import Described, Event, Placed, ResourceModel
from reports import Summary, build, fold, read


def report(log: Path, formats: Sequence[str]) -> Summary:
    """Fold a run's log and write reports of it beside it."""
    summary = fold(read([log]))
    build(summary, log.parent, formats)
    return summary


def with_places(events: Iterable[Event], description: Path | None = None) -> Iterator[Event]:
    """The events, and the lines of operations where the record of a run that was killed does not tell them.

    They are found in the description named, else in the shipped one if the run was about that; raises UsageError where
    the one named is another, DescriptionError where it cannot be read.
    """
    model: ResourceModel | None = None
    placed = False
    for event in events:
        match event:
            case Described(found):
                model = found
            case Placed():
                placed = True
        yield event
    if model is None or placed:
        return
    about = _description_of(model, description)
    if about is not None:
        yield Placed(places(about, [each.pointer for each in model.operations]))
    elif description is not None:
        raise UsageError(
            f"{description} is not the description of this run", hint="Name the file that the run was about."
        )


def _description_of(model: ResourceModel, path: Path | None) -> Description | None:
    """The description that the model was made of, with overlays or without."""
    found = (load(path, overlays=overlays) for overlays in (True, False))
    return next((each for each in found if each.digest == model.digest), None)
