"""The type of a passive check."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome


class Check(msgspec.Struct, frozen=True):
    """A passive check: the requirements that it judges, and a pure function from a response to outcomes.

    `judge` yields nothing where the response holds nothing to judge.
    """

    requirements: tuple[str, ...]
    judge: Callable[[OperationResponse, Subject], Iterator[Outcome]]
