"""The certification of a plain receiver: without a network, and the stimuli that a fault needs."""

import itertools
from pathlib import Path

import httpx

from conformance.certify.webhook_receivers.certification import ReceiverOptions, open_runner
from conformance.certify.webhook_receivers.definitions import Stimulus
from conformance.certify.webhook_receivers.live_resources import LiveResources
from conformance.certify.webhook_receivers.observation_hook import ObservationHook
from conformance.certify.webhook_receivers.stimuli import CONTROL, STIMULI
from conformance.certify.webhook_receivers.stimuli.valid import LAST
from conformance.description import Description
from conformance.model import Level, Profile, Verdict
from reports import Summary, fold, read_events
from tests.receivers.plain import PREVIOUS, SECRET, PlainReceiver

TABLE = tuple(stimulus for stimulus in STIMULI if stimulus.profile is Profile.STANDARD)
_RELATED = {"W31": {"W05", "W28"}, "W32": {"W05", "W12", "W21"}}
"""What may be refused, for the requirements that concern every refusal."""
_HOOK = "http://127.0.0.1/effects"


def certify_plain_receiver(
    receiver: PlainReceiver,
    description: Description,
    world: LiveResources,
    directory: Path,
    stimuli: tuple[Stimulus, ...] = TABLE,
) -> Summary:
    """Certify a receiver in this process, and fold the run log."""
    transport = httpx.MockTransport(receiver.handle)
    ticks = itertools.count()
    hook = ObservationHook(_HOOK, transport=transport, clock=lambda: float(next(ticks)), sleep=lambda _: None)
    options = ReceiverOptions(
        "http://127.0.0.1/webhook", SECRET, directory, previous_secret=PREVIOUS, observe=_HOOK, rate=0.0
    )
    with open_runner(options, description, world, hook=hook, transport=transport) as runner:
        runner.run_stimuli(stimuli)
    return fold(read_events([directory]))


def list_stimuli(requirement: str) -> tuple[Stimulus, ...]:
    """Return the stimuli that show a violation of a requirement."""
    related = _RELATED.get(requirement, {requirement})
    return (CONTROL, *(one for one in TABLE if one.requirement in related and one is not CONTROL), LAST)


def is_found(summary: Summary, requirement: str, *, is_warned: bool) -> bool:
    """Return whether a certification found the violation of a requirement; `is_warned` where it is a SHOULD."""
    verdicts = {Verdict.FAIL, Verdict.WARN} if is_warned else {Verdict.FAIL}
    is_graded = is_warned or summary.requirement_level(requirement) is Level.MUST
    return is_graded and any(
        case.requirement == requirement and case.verdict in verdicts for case in summary.case_results
    )
