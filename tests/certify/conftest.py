from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.certify.webhook_receivers.run import Options, opened
from conformance.certify.webhook_receivers.stimuli import STIMULI, How, Stimulus
from conformance.certify.webhook_receivers.world import World, alive
from conformance.description import Description, load
from conformance.model import Level, Profile, Verdict
from conformance.webhooks.loopback import serving
from reports import Summary, fold, read
from tests.receivers.sample import PREVIOUS, SECRET

TABLE = tuple(each for each in STIMULI if each.profile is Profile.STANDARD)
QUICK = tuple(each for each in TABLE if each.how is not How.STREAM)


@pytest.fixture(scope="session")
def description() -> Description:
    return load()


@pytest.fixture(scope="session")
def world(description: Description) -> Iterator[World]:
    with alive(description) as found:
        yield found


@pytest.fixture
def certified(description: Description, world: World, tmp_path: Path) -> Callable[..., Summary]:
    """Certifies an endpoint, or an ASGI application, and folds the record."""

    def certify(
        receiver: Any, *, stimuli: tuple[Stimulus, ...] = QUICK, observed: bool = False, **options: Any
    ) -> Summary:
        with _served(receiver) as endpoint:
            hook = endpoint.rpartition("/")[0] + "/effects" if observed else ""
            edges = {name: options.pop(name) for name in ("transport", "clock", "sleep") if name in options}
            given = {"secret": SECRET, "previous_secret": PREVIOUS, "rate": 0.0, **options}
            asked = Options(endpoint, directory=tmp_path / "report", observe=hook, **given)
            with opened(asked, description, world, **edges) as stage:
                stage.perform(stimuli)
        return fold(read([tmp_path / "report"]))

    return certify


@contextmanager
def _served(receiver: Any) -> Iterator[str]:
    if isinstance(receiver, str):
        yield receiver
    else:
        with serving(receiver) as origin:
            yield f"{origin}/webhook"


def verdicts(summary: Summary, *wanted: Verdict) -> set[str]:
    return {cell.requirement for cell in summary.cells if cell.verdict in wanted}


def failing(summary: Summary) -> set[str]:
    """The MUST requirements that are violated."""
    return {each for each in verdicts(summary, Verdict.FAIL) if summary.level(each) is Level.MUST}
