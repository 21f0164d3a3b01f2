"""Probes and what they declare.

A probe is a generator: `exchange = yield request` sends; `yield outcome` records an observation at once, so that it is
kept when a budget runs out; `yield notice` reports something that is not a verdict. A probe knows no socket, cache or
clock, and is tested with scripted responses.
"""

from collections.abc import Callable, Generator
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import (
    Effect,
    Exchange,
    Generated,
    KeywordsListed,
    Noticed,
    Operation,
    Outcome,
    Profile,
    Request,
    ResourceModel,
    Role,
)

T = TypeVar("T")


class Pause(msgspec.Struct, frozen=True):
    """A wait that a probe requests, for targets that are eventually consistent."""

    seconds: float


Steps = Generator[Request | Outcome | Noticed | KeywordsListed | Generated | Pause, Exchange, T]


# The operation of probes of the API as a whole; its key is the one of their cases.
WHOLE = Operation("*", "", "GET", "", "", Role.SINGLETON, Effect.NONE, "*")


class Need(msgspec.Struct, frozen=True, order=True):
    """Requests that a probe is expected to send to a correct server, planned before their values are known.

    Two equal needs that are `shared` are one request on the wire; otherwise each is `count` requests. `identity` is the
    identity whose budget pays. Requests that are repeated because something looks wrong come on top: the plan keeps a
    reserve for them, and no budget is exceeded. `sampled` marks requests that differ with each part of a sample.
    """

    key: str
    count: int = 1
    identity: str = "full"
    shared: bool = True
    sampled: bool = False


class UnsafeRequest(msgspec.Struct, frozen=True):
    """A request with an effect, or with a method that may have one, that a probe may send.

    `path` is a template below the base URL, or an absolute URL. `undo` marks the deletion of what the run itself
    created: the gate allows it with --allow-writes alone.
    """

    method: str
    path: str
    undo: bool = False


def list_own_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the operation's own request where it may have an effect, the default of `Probe.sends`."""
    if operation.is_safe and operation.effect is Effect.NONE:
        return ()
    return (UnsafeRequest(operation.method, operation.path),)


class Probe(msgspec.Struct, frozen=True):
    """An active probe: a generator that sends requests for one operation and judges the responses.

    - `requirements` are those it judges; an outcome on another one is an internal error.
    - `applies` returns whether it runs on an operation; `is_api_wide` marks a probe of the whole API, which runs once.
    - `needs` are the requests it is expected to send, for the cost of the plan.
    - `sends` are the requests with an effect that it may send: the plan has none that the gate would refuse.
    - `profile` is the first profile that includes it; `rank` orders the items of a run, 0 before 1.
    - `writes` marks probes whose requests may take effect; `writes_only_own` those that only touch what they created.
    - `payer` is the kind of payer (`conformance.evidence.payers`) that may send what needs and requests name `full`
      for; empty where it has to be `full`.
    - `is_plain_read` marks the probe of plain reads, to which the catalogue adds all requirements of checks and folds.
    - `identities` must all be configured. `exposes_token` marks probes that put a token where servers log it.
    - `ways` returns how many ways of trying its requirements it knows on an operation, where it tries `sample` of them
      at a time (`conformance.probes.toolkit.samples`); None where it always tries all.
    - `share` is N where one in N operations is tried with each seed; with seed 1 those of the turn `first_share`.
    - `sends_generated` marks probes of generated requests: they are paid from what other probes leave of a budget, and
      from what is kept for them (`PlanOptions.kept_for_generated`). They settle no case that another probe would judge.
    - `is_unique_way` marks a probe that tests its cases in a way that no other probe does: the plan counts them as
      untried even if another probe tests them.
    - `again` sends and judges one request, to show a violation with the smallest request that has it. `about` returns
      the requirements that such a request is a case of, before it is sent.
    """

    name: str
    requirements: tuple[str, ...]
    applies: Callable[[Operation, ResourceModel], bool]
    needs: Callable[[Operation, ResourceModel], tuple[Need, ...]]
    run: Callable[[Operation, Subject], Steps[None]]
    profile: Profile = Profile.STANDARD
    rank: int = 1
    payer: str = ""
    writes: bool = False
    writes_only_own: bool = False
    is_plain_read: bool = False
    sends: Callable[[Operation, ResourceModel], tuple[UnsafeRequest, ...]] = list_own_requests
    identities: tuple[str, ...] = ()
    exposes_token: bool = False
    is_api_wide: bool = False
    ways: Callable[[Operation, ResourceModel], int] | None = None
    sample: int = 1
    share: int = 1
    first_share: int = 0
    sends_generated: bool = False
    is_unique_way: bool = False
    again: Callable[[Request, Operation, Subject], Steps[None]] | None = None
    about: Callable[[Request, Operation, Subject], frozenset[str]] | None = None


def choose_turn(operation: Operation, count: int) -> int:
    """Return a number from 0 to count - 1 for an operation, the same in every run.

    Variants that are too expensive to send to every operation are spread over the operations by it.
    """
    return sha256(operation.key.encode()).digest()[0] % count


def send(operation: Operation, request: Request) -> Generator[Any, Exchange, OperationResponse]:
    """Send a request and return the response of the operation."""
    exchange = yield request
    return OperationResponse(exchange, operation)
