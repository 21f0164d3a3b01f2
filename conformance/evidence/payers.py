"""Payers: the identities that may send a request for which no particular identity is needed.

A probe names a kind of payer; the plan chooses, for each item, the identity of that kind with most requests left.
"""

from conformance.model import Operation, ResourceModel, Target
from conformance.model.target import DISPOSABLE

READER = "(reader)"
"""Reads everything: for lists, filters and other judgements that need all the data."""
ANY_READER = "(any reader)"
"""Reads any data, or sends reads that are refused for everybody."""
ANY_WRITER = "(any writer)"
"""Has a token that may write; for writes that are refused for everybody."""
USER = "(user)"
"""Sees the data of one user."""
UNPRIVILEGED = "(unprivileged)"
"""Has a valid token that allows nothing."""
EXPOSED = "(exposed)"
"""Has a token that may stand where servers log it: one made for that, else one that allows nothing."""

USER_A, USER_B = "user_a", "user_b"
"""Two users, neither of whom may see what belongs to the other."""

_ALL_DATA, _USERS = ("readonly", "full"), (USER_A, USER_B)
_UNPRIVILEGED = (("noscope",), _USERS, _ALL_DATA)
_CANDIDATES = {  # by kind: who may pay, and who where none of these is configured
    READER: (_ALL_DATA,),
    ANY_READER: ((*_USERS, *_ALL_DATA),),
    ANY_WRITER: ((*reversed(_USERS), "full"),),
    USER: (_USERS, _ALL_DATA),
    UNPRIVILEGED: _UNPRIVILEGED,
    EXPOSED: ((DISPOSABLE,), *_UNPRIVILEGED),
}


def choose_reader_kind(operation: Operation, model: ResourceModel) -> str:
    """Return the kind of payer for reads that are judged by all the data: anybody where nothing belongs to one user."""
    is_private = bool(operation.user_header) or operation.resource in model.personal_resources
    return READER if is_private else ANY_READER


def is_payer_kind(identity: str) -> bool:
    """Return whether the identity of a need stands for several."""
    return identity in _CANDIDATES


def list_payers(kind: str, target: Target) -> tuple[str, ...]:
    """Return the identities of a target that may pay, the preferred one first; `full` is assumed to exist."""
    known = {"full", *target.identities}
    names = (tuple(name for name in names if name in known) for names in _CANDIDATES[kind])
    return next(filter(None, names), ("full",))


def has_choice(identity: str, target: Target) -> bool:
    """Return whether the identity of a need stands for several that a target has."""
    return is_payer_kind(identity) and len(list_payers(identity, target)) > 1
