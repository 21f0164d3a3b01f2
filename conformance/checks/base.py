"""The type of a passive check."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome


class Check(msgspec.Struct, frozen=True):
    """A passive check: the requirements that it judges, and a pure function from a response to outcomes.

    `judge` yields nothing where the response holds nothing to judge. With `by_body` it depends on nothing but the
    request, the values of its headers left out, and on the status, the media type and the body of the response: what
    passes once passes again.
    """

    requirements: tuple[str, ...]
    judge: Callable[[OperationResponse, Subject], Iterator[Outcome]]
    by_body: bool = False
