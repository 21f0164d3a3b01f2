"""A whole certification of a receiver: from options to a finished run log."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from conformance.certify.digests import digest_json, digest_suite
from conformance.certify.webhook_receivers.definitions import Stimulus
from conformance.certify.webhook_receivers.drafts import SigningKeys
from conformance.certify.webhook_receivers.live_resources import READER_TOKEN, LiveResources, serve_resources
from conformance.certify.webhook_receivers.observation_hook import ObservationHook
from conformance.certify.webhook_receivers.response_verdicts import OPERATION
from conformance.certify.webhook_receivers.sender import DEFAULT_RATE, RESPONSE_TIMEOUT_S, Endpoint, MessageSender
from conformance.certify.webhook_receivers.stimuli import CONTROL, STIMULI
from conformance.certify.webhook_receivers.stimulus_runner import StimulusRunner
from conformance.description import Description, load_description
from conformance.errors import UsageError
from conformance.execution.unscheduled_run import RunScope, UnscheduledRun
from conformance.model import Certification, Certified, Profile, Requirement, Target, TargetKind
from conformance.tools.url_secrets import find_url_secrets, hide_url_secrets
from conformance.webhooks.inputs import load_key
from conformance.webhooks.operations import build_delivery_operation
from specs.catalogue import load_requirements

_FAMILY = "W"
_DEPTH = tuple(Profile)


class ReceiverOptions(msgspec.Struct, frozen=True):
    """The options of a certification.

    `secret` and `previous_secret` may be `env:NAME`; `rate` is in deliveries a second. `subject` is the partner's name
    for the receiver (default: its address), `version` the partner's version of it. `api_url` is the public address of
    the built-in server on `api_port`, for a receiver that fetches the resource of an event. `longest_wait_s` limits the
    waits of the deep profile; `answer_s` is the time limit of a delivery, both in seconds.
    """

    endpoint: str
    secret: str
    directory: Path
    previous_secret: str = ""
    observe: str = ""
    description: Path | None = None
    profile: Profile = Profile.STANDARD
    seed: int = 1
    select: tuple[str, ...] = ()
    rate: float = DEFAULT_RATE
    concurrency: int = 50
    api_port: int = 0
    api_url: str = ""
    longest_wait_s: float = 600.0
    answer_s: float = RESPONSE_TIMEOUT_S
    command: str = ""
    subject: str = ""
    version: str = ""

    def __repr__(self) -> str:  # a traceback must not show a secret
        return f"Options({hide_url_secrets(self.endpoint)})"


def select_stimuli(select: tuple[str, ...], profile: Profile) -> tuple[Stimulus, ...]:
    """Return the stimuli of the selected requirements; the control is always the first.

    Raises UsageError for a requirement that no stimulus tests.
    """
    known = {stimulus.requirement for stimulus in STIMULI} | {"W31", "W32", "W33"}
    if unknown := sorted(set(select) - known):
        raise UsageError(
            f"{unknown[0]} is not a requirement on receivers", hint="Select W01 to W33, for example --select W12"
        )
    in_profile = [stimulus for stimulus in STIMULI if _DEPTH.index(stimulus.profile) <= _DEPTH.index(profile)]
    selected = set(select) & {stimulus.requirement for stimulus in STIMULI} or known
    return tuple(stimulus for stimulus in in_profile if stimulus.requirement in selected or stimulus is CONTROL)


def certify_receiver(options: ReceiverOptions, *, announce: Callable[[str], None] = lambda _: None) -> Path:
    """Certify a receiver and return the run log. `announce` receives the address for fetches of resources.

    Raises UsageError before anything is sent, LogError if the run log cannot be written.
    """
    Endpoint(options.endpoint), _load_keys(options)
    if options.observe:
        Endpoint(options.observe, "--observe")
    stimuli = select_stimuli(options.select, options.profile)
    description = load_description(options.description)
    with serve_resources(description, number=options.seed, port=options.api_port, public=options.api_url) as world:
        announce(f"the resources of the deliveries can be read at {world.base_url} with the token {READER_TOKEN}")
        with open_runner(options, description, world) as stage:
            stage.run_stimuli(stimuli)
    return options.directory / "events.jsonl"


@contextmanager
def open_runner(
    options: ReceiverOptions,
    description: Description,
    world: LiveResources,
    *,
    hook: ObservationHook | None = None,
    **edges: Any,
) -> Iterator[StimulusRunner]:
    """Open a runner: run log, sender and hook stay open as long as the context lasts.

    `hook` and `edges` are what a test replaces: the hook, and of the sender `transport`, `clock` and `sleep`.
    """
    endpoint, keys = Endpoint(options.endpoint), _load_keys(options)
    secrets = keys.current.secrets | find_url_secrets(options.endpoint, "endpoint")
    secrets |= find_url_secrets(options.observe, "observe")
    if keys.previous:
        secrets |= {f"previous-{name}": value for name, value in keys.previous.secrets.items()}
    with (
        UnscheduledRun(_build_scope(options, endpoint, description), secrets) as record,
        closing(
            MessageSender(
                endpoint,
                rate=options.rate,
                concurrency=options.concurrency,
                response_timeout_s=options.answer_s,
                **edges,
            )
        ) as sender,
        closing(hook or ObservationHook(options.observe)) as observed,
    ):
        yield StimulusRunner(record, sender, world, observed, keys, longest_s=options.longest_wait_s)


def _load_keys(options: ReceiverOptions) -> SigningKeys:
    """Return the keys of the options."""
    previous = load_key(options.previous_secret, "--previous-secret") if options.previous_secret else None
    return SigningKeys(load_key(options.secret), previous)


def load_receiver_requirements() -> tuple[Requirement, ...]:
    """Return the requirements on webhook receivers."""
    return tuple(requirement for requirement in load_requirements() if requirement.family == _FAMILY)


def _build_scope(options: ReceiverOptions, endpoint: Endpoint, description: Description) -> RunScope:
    """Return the scope of the run."""
    all_requirements = load_receiver_requirements()
    selected = {
        requirement.id for requirement in all_requirements if not options.select or requirement.id in options.select
    }
    return RunScope(
        target=Target("webhook receiver", TargetKind.URL, hide_url_secrets(endpoint.url)),
        description=description,
        operations=(build_delivery_operation(OPERATION, group="webhook"),),
        requirements=all_requirements,
        cases={requirement.id: (OPERATION,) for requirement in all_requirements if requirement.id in selected},
        directory=options.directory,
        profile=options.profile,
        seed=options.seed,
        command=options.command,
        certification=_build_certification(options),
    )


def _build_certification(options: ReceiverOptions) -> Certification:
    """Return what the run certifies."""
    stimuli = [
        (stimulus.requirement, stimulus.name, stimulus.level)
        for stimulus in select_stimuli(options.select, options.profile)
    ]
    return Certification(
        Certified.WEBHOOKS,
        options.subject or options.endpoint.partition("?")[0],
        options.version,
        "a selection" if options.select else options.profile.value,
        plan_sha256=digest_json([options.seed, stimuli]),
        suite_sha256=digest_suite(),
        whole=not options.select,
        selected=bool(options.select),
    )
