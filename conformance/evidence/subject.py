"""The API under test as checks and probes see it: description, validators, target and identities. No I/O."""

import random
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from conformance.description import Description
from conformance.evidence.payers import (
    ANY_READER,
    ANY_WRITER,
    EXPOSED,
    READER,
    UNPRIVILEGED,
    USER,
    choose_reader_kind,
    list_payers,
)
from conformance.model import Operation, Profile, Request, ResourceModel, Target
from conformance.validation import SchemaValidators, SecondOpinion


class Subject(msgspec.Struct, frozen=True):
    """The API under test: everything that checks and probes know besides the exchanges.

    `seeds` are configured values by parameter name. `today` is a midnight in UTC and the only clock that requests
    depend on: runs of one day with one seed send the same requests. `failed_histories` is the folder of histories that
    failed in an earlier run and are tried first, empty for none. `failed_requests` holds, by operation, single requests
    that failed in an earlier run, for the same use. With `strict_readings` what rests on a chosen
    reading is a violation.

    `payers` names, by kind of payer, the identities that the plan chose for the item.

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
    profile: Profile = Profile.STANDARD
    payers: dict[str, str] = {}
    part: int = 0
    parts: int = 1

    @property
    def turn(self) -> int:
        """Return the number of the part that is tried: the next seed begins where this one ended."""
        return self.seed - 1 + self.part

    @property
    def model(self) -> ResourceModel:
        """Return the resource model of the description."""
        return self.description.model

    @property
    def reader(self) -> str:
        """Return the identity for reads of everything."""
        return self.get_payer(READER)

    @property
    def any_reader(self) -> str:
        """Return the identity for reads of any data, and for reads that are refused for everybody."""
        return self.get_payer(ANY_READER)

    @property
    def any_writer(self) -> str:
        """Return the identity for writes that are refused for everybody."""
        return self.get_payer(ANY_WRITER)

    @property
    def user(self) -> str:
        """Return the identity of one user, who sees no other's data."""
        return self.get_payer(USER)

    @property
    def unprivileged(self) -> str:
        """Return the identity for requests that must be refused although the token is valid."""
        return self.get_payer(UNPRIVILEGED)

    def get_payer(self, kind: str) -> str:
        """Return the identity that the plan chose from a kind of payer, else the preferred one."""
        return self.payers.get(kind) or list_payers(kind, self.target)[0]

    def choose_reader(self, operation: Operation) -> str:
        """Return the identity for reads of an operation that are judged by all the data."""
        return self.get_payer(choose_reader_kind(operation, self.model))

    @property
    def exposed(self) -> str:
        """Return the identity for requests with the token where servers log it."""
        return self.get_payer(EXPOSED)

    @property
    def version_header(self) -> str:
        """Return the name of the header in which requests and responses state the version of the API."""
        return self.model.version_header or "EvEnergy-Version"

    @property
    def origin(self) -> str:
        """Return the scheme, host and port of the target, without path."""
        scheme, _, rest = self.target.base_url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    def make_random(self, *key: str) -> random.Random:
        """Return a random generator that depends on the seed of the run and `key` alone.

        Items therefore draw the same values whatever other items draw.
        """
        text = "\0".join((str(self.seed), *key))
        return random.Random(sha256(text.encode()).digest())  # noqa: S311 - reproducible, not secret
