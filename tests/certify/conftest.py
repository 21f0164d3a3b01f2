from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.certify.webhook_receivers.certification import ReceiverOptions, open_runner
from conformance.certify.webhook_receivers.definitions import SendMode, Stimulus
from conformance.certify.webhook_receivers.live_resources import LiveResources, serve_resources
from conformance.certify.webhook_receivers.stimuli import STIMULI
from conformance.description import Description, load_description
from conformance.model import Level, Profile, Verdict
from conformance.webhooks.loopback_server import serve_on_loopback
from reports import Summary, fold, read_events
from tests.receivers.sample import PREVIOUS, SECRET

TABLE = tuple(stimulus for stimulus in STIMULI if stimulus.profile is Profile.STANDARD)
QUICK = tuple(stimulus for stimulus in TABLE if stimulus.mode is not SendMode.UPLOAD)


@pytest.fixture(scope="session")
def description() -> Description:
    return load_description()


@pytest.fixture(scope="session")
def world(description: Description) -> Iterator[LiveResources]:
    with serve_resources(description) as resources:
        yield resources


@pytest.fixture
def run_certification(description: Description, world: LiveResources, tmp_path: Path) -> Callable[..., Summary]:
    """Return a function that certifies an endpoint or an ASGI application, and folds its run log."""

    def certify(
        receiver: Any, *, stimuli: tuple[Stimulus, ...] = QUICK, observed: bool = False, **options: Any
    ) -> Summary:
        with _serve(receiver) as endpoint:
            hook = endpoint.rpartition("/")[0] + "/effects" if observed else ""
            edges = {name: options.pop(name) for name in ("transport", "clock", "sleep") if name in options}
            settings = {"secret": SECRET, "previous_secret": PREVIOUS, "rate": 0.0, **options}
            settings.setdefault("directory", tmp_path / "report")
            receiver_options = ReceiverOptions(endpoint, observe=hook, **settings)
            with open_runner(receiver_options, description, world, **edges) as stage:
                stage.run_stimuli(stimuli)
        return fold(read_events([receiver_options.directory]))

    return certify


@contextmanager
def _serve(receiver: Any) -> Iterator[str]:
    if isinstance(receiver, str):
        yield receiver
    else:
        with serve_on_loopback(receiver) as origin:
            yield f"{origin}/webhook"


def verdicts(summary: Summary, *selected: Verdict) -> set[str]:
    return {result.requirement for result in summary.case_results if result.verdict in selected}


def failing(summary: Summary) -> set[str]:
    """Return the MUST requirements that are violated."""
    return {
        requirement
        for requirement in verdicts(summary, Verdict.FAIL)
        if summary.requirement_level(requirement) is Level.MUST
    }
