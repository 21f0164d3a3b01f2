"""The API under test as checks and probes see it: description, validators, target and identities. No I/O."""

import random
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from conformance.description import Description
from conformance.model import Request, ResourceModel, Target
from conformance.model.target import DISPOSABLE
from conformance.validation import SchemaValidators, SecondOpinion


def choose_reader(target: Target) -> str:
    """Return the identity for reads that need no more than reading scopes, to save the allowance of `full`."""
    return "readonly" if "readonly" in target.identities else "full"


def choose_bulk_reader(target: Target) -> str:
    """Return the identity with the most requests left that can read everything: `full`, unless it pays for writes."""
    return choose_reader(target) if target.may_write else "full"


def choose_user_reader(target: Target) -> str:
    """Return the identity for requests that any user's data satisfies: one that the plan uses little."""
    return "user_a" if "user_a" in target.identities else choose_reader(target)


def choose_error_sender(target: Target) -> str:
    """Return the identity for requests that are refused for every identity: one that pays for no other reads."""
    return "user_b" if "user_b" in target.identities else choose_user_reader(target)


def choose_unprivileged(target: Target) -> str:
    """Return the identity for requests that must be refused although the token is valid: one without scopes."""
    return "noscope" if "noscope" in target.identities else choose_user_reader(target)


def choose_exposed(target: Target) -> str:
    """Return the identity whose token may stand where servers log it: one made for that, else one without scopes."""
    return DISPOSABLE if DISPOSABLE in target.identities else choose_unprivileged(target)


class Subject(msgspec.Struct, frozen=True):
    """The API under test: everything that checks and probes know besides the exchanges.

    `seeds` are configured values by parameter name. `today` is a midnight in UTC and the only clock that requests
    depend on: runs of one day with one seed send the same requests. `failed_histories` is the folder of histories that
    failed in an earlier run and are tried first, empty for none. `failed_requests` holds, by operation, single requests
    that failed in an earlier run, for the same use. With `strict_readings` what rests on a chosen
    reading is a violation.

    A probe that samples takes the part number `part` of what it knows, counted from the one that the seed chooses, and
    `parts` of them.
    """

    description: Description
    validators: SchemaValidators
    second_opinion: SecondOpinion
    target: Target
    seed: int = 0
    seeds: dict[str, tuple[str, ...]] = {}
    today: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    failed_histories: str = ""
    failed_requests: dict[str, tuple[Request, ...]] = {}
    strict_readings: bool = False
    part: int = 0
    parts: int = 1

    @property
    def turn(self) -> int:
        """The number of the part that is tried: the next seed begins where this one ended."""
        return self.seed - 1 + self.part

    @property
    def model(self) -> ResourceModel:
        """The resource model of the description."""
        return self.description.model

    @property
    def reader(self) -> str:
        """The identity for reads that need no more than reading scopes."""
        return choose_reader(self.target)

    @property
    def bulk_reader(self) -> str:
        """The identity for reads that need access to everything."""
        return choose_bulk_reader(self.target)

    @property
    def user_reader(self) -> str:
        """The identity for requests that any user's data satisfies."""
        return choose_user_reader(self.target)

    @property
    def error_sender(self) -> str:
        """The identity for requests that are refused for every identity."""
        return choose_error_sender(self.target)

    @property
    def unprivileged(self) -> str:
        """The identity for requests that must be refused although the token is valid."""
        return choose_unprivileged(self.target)

    @property
    def exposed(self) -> str:
        """The identity for requests with the token where servers log it."""
        return choose_exposed(self.target)

    @property
    def version_header(self) -> str:
        """The name of the header in which requests and responses state the version of the API."""
        return self.model.version_header or "EvEnergy-Version"

    @property
    def origin(self) -> str:
        """Scheme, host and port of the target, without path."""
        scheme, _, rest = self.target.base_url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    def make_random(self, *key: str) -> random.Random:
        """Return a random generator that depends on the seed of the run and `key` alone.

        Items therefore draw the same values whatever other items draw.
        """
        text = "\0".join((str(self.seed), *key))
        return random.Random(sha256(text.encode()).digest())  # noqa: S311 - reproducible, not secret
