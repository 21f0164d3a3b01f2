"""A whole certification of a receiver: from what somebody asked for to a finished log."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from conformance.certify.digests import sha256_of, suite_sha256
from conformance.certify.opening import key_of, receiver_target
from conformance.certify.record import About, Record, posted
from conformance.certify.webhook_receivers.effects import Hook
from conformance.certify.webhook_receivers.judging import OPERATION
from conformance.certify.webhook_receivers.performing import Keys, Stage
from conformance.certify.webhook_receivers.sender import ANSWER_S, Endpoint, Sender
from conformance.certify.webhook_receivers.stimuli import STIMULI, Stimulus
from conformance.certify.webhook_receivers.world import READER, World, alive
from conformance.description import Description, load
from conformance.errors import UsageError
from conformance.model import Certification, Certified, Profile, Requirement
from specs.catalogue import requirements

_FAMILY = "W"
_DEPTH = tuple(Profile)


class Options(msgspec.Struct, frozen=True):
    """What somebody asked for. `secret` and `previous_secret` may be `env:NAME`; `rate` is deliveries a second.

    `subject` is the partner's name for the receiver (its address otherwise), `version` the partner's version of it.
    `api_url` is the address that stands before the built-in server on `api_port`, for a receiver that fetches what it
    is told of; `longest_wait_s` bounds the waits of the deep profile; `answer_s` is how long a
    delivery may take.
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
    rate: float = 25.0
    concurrency: int = 50
    api_port: int = 0
    api_url: str = ""
    longest_wait_s: float = 600.0
    answer_s: float = ANSWER_S
    command: str = ""
    subject: str = ""
    version: str = ""

    def __repr__(self) -> str:  # a traceback must not show a secret
        return f"Options({self.endpoint})"


def chosen(select: tuple[str, ...], profile: Profile) -> tuple[Stimulus, ...]:
    """The stimuli of the selected requirements; the control comes first, whatever is selected.

    Raises UsageError for a requirement that no stimulus asks about.
    """
    known = {each.requirement for each in STIMULI} | {"W31", "W32", "W33"}
    if unknown := sorted(set(select) - known):
        raise UsageError(f"{unknown[0]} is no requirement on receivers", hint="W01 to W33, as in --select W12.")
    reached = [each for each in STIMULI if _DEPTH.index(each.profile) <= _DEPTH.index(profile)]
    wanted = set(select) & {each.requirement for each in STIMULI} or known
    return tuple(each for each in reached if each.requirement in wanted or each is STIMULI[0])


def certify(options: Options, *, said: Callable[[str], None] = lambda _: None) -> Path:
    """Certify a receiver and give the log. `said` is told where a thin fetch goes.

    Raises UsageError before anything is sent; LogError where the record cannot be written.
    """
    Endpoint(options.endpoint), _keys(options)
    if options.observe:
        Endpoint(options.observe, "--observe")
    stimuli = chosen(options.select, options.profile)
    description = load(options.description)
    with alive(description, number=options.seed, port=options.api_port, public=options.api_url) as world:
        said(f"what the deliveries tell of can be read at {world.base_url} with the token {READER}")
        with opened(options, description, world) as stage:
            stage.perform(stimuli)
    return options.directory / "events.jsonl"


@contextmanager
def opened(options: Options, description: Description, world: World, **edges: Any) -> Iterator[Stage]:
    """A certification ready to send: its record, its sender and its hook are open as long as the context lasts.

    `edges` are those of the sender that a test replaces: `transport`, `clock`, `sleep`.
    """
    endpoint, keys = Endpoint(options.endpoint), _keys(options)
    secrets = dict(keys.current.secrets)
    if keys.previous:
        secrets |= {f"previous-{name}": value for name, value in keys.previous.secrets.items()}
    with (
        Record(_about(options, endpoint, description), secrets) as record,
        closing(
            Sender(endpoint, rate=options.rate, concurrency=options.concurrency, answer_s=options.answer_s, **edges)
        ) as sender,
        closing(Hook(options.observe)) as hook,
    ):
        yield Stage(record, sender, world, hook, keys, longest_s=options.longest_wait_s)


def _keys(options: Options) -> Keys:
    previous = key_of(options.previous_secret, "--previous-secret") if options.previous_secret else None
    return Keys(key_of(options.secret), previous)


def catalogue() -> tuple[Requirement, ...]:
    """The requirements on webhook receivers."""
    return tuple(each for each in requirements() if each.family == _FAMILY)


def _about(options: Options, endpoint: Endpoint, description: Description) -> About:
    known = catalogue()
    wanted = {each.id for each in known if not options.select or each.id in options.select}
    return About(
        target=receiver_target(endpoint.url),
        description=description,
        operations=(posted(OPERATION, group="webhook"),),
        requirements=known,
        cases={each.id: (OPERATION,) for each in known if each.id in wanted},
        directory=options.directory,
        profile=options.profile,
        seed=options.seed,
        command=options.command,
        certification=_certification(options),
    )


def _certification(options: Options) -> Certification:
    stimuli = [(each.requirement, each.name, each.level) for each in chosen(options.select, options.profile)]
    return Certification(
        Certified.WEBHOOKS,
        options.subject or options.endpoint.partition("?")[0],
        options.version,
        "a selection" if options.select else options.profile.value,
        plan_sha256=sha256_of([options.seed, stimuli]),
        suite_sha256=suite_sha256(),
        whole=not options.select,
    )
