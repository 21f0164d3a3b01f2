"""The API under test as checks and probes see it: its description, validators and target. No I/O."""

import random
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from conformance.description import Description
from conformance.model import Request, ResourceModel, Target
from conformance.validation import SecondOpinion, Validators


def spare(target: Target) -> str:
    """The identity for reads that anybody with reading scopes can make: it keeps the ledger of `full` for the rest."""
    return "readonly" if "readonly" in target.identities else "full"


def ample(target: Target) -> str:
    """The identity with most to spend among those that see everything: `full`, unless it pays for writes."""
    return spare(target) if target.may_write else "full"


def idle(target: Target) -> str:
    """The identity for requests whose own data will do: the ledger that has least to pay."""
    return "user_a" if "user_a" in target.identities else spare(target)


def other(target: Target) -> str:
    """The identity for requests that are refused whoever asks: another ledger than those of the reads."""
    return "user_b" if "user_b" in target.identities else idle(target)


def refused(target: Target) -> str:
    """The identity for requests in which a token may not count: one that is good and opens nothing will do."""
    return "noscope" if "noscope" in target.identities else idle(target)


class Subject(msgspec.Struct, frozen=True):
    """What a judgement needs to know beside the exchange.

    `seeds` are configured values by parameter name; `today` is a midnight in UTC, the only clock that requests depend
    on: runs of one day and one seed send the same. `memory` is the folder of histories that failed, to be tried first;
    empty for none. `first` are by operation single requests that failed before, for the same use.
    """

    description: Description
    validators: Validators
    opinion: SecondOpinion
    target: Target
    seed: int = 0
    seeds: dict[str, tuple[str, ...]] = {}
    today: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    memory: str = ""
    first: dict[str, tuple[Request, ...]] = {}

    @property
    def model(self) -> ResourceModel:
        """The resource model of the description."""
        return self.description.model

    @property
    def spare(self) -> str:
        """Who asks what need not be asked as `full`; in a plan the needs say SPARE."""
        return spare(self.target)

    @property
    def ample(self) -> str:
        """Who asks what whoever sees everything may ask; in a plan the needs say AMPLE."""
        return ample(self.target)

    @property
    def idle(self) -> str:
        """Who asks where anybody's own data will do; in a plan the needs say IDLE."""
        return idle(self.target)

    @property
    def other(self) -> str:
        """Who asks what is refused whoever asks; in a plan the needs say OTHER."""
        return other(self.target)

    @property
    def refused(self) -> str:
        """Who asks where a good token may not count; in a plan the needs say REFUSED."""
        return refused(self.target)

    @property
    def version_header(self) -> str:
        """The header in which a version is asked for and stated."""
        return self.model.version_header or "EvEnergy-Version"

    @property
    def origin(self) -> str:
        """Scheme, host and port of the target, without path."""
        scheme, _, rest = self.target.base_url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    def random(self, *key: str) -> random.Random:
        """A generator that depends on the run's seed and the key alone, so that items do not disturb each other."""
        text = "\0".join((str(self.seed), *key))
        return random.Random(sha256(text.encode()).digest())  # noqa: S311 - reproducible, not secret
