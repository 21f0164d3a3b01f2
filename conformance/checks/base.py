"""What a passive check is."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.answers import Answer
from conformance.model import Outcome
from conformance.subject import Subject


class Check(msgspec.Struct, frozen=True):
    """A judgement of one answer. It yields nothing where the answer holds nothing to judge."""

    requirements: tuple[str, ...]
    judge: Callable[[Answer, Subject], Iterator[Outcome]]
