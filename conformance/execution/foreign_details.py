"""AUT-14 over a run: no refusal of a user's request names what only another user is shown of themselves. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import unquote_plus

from conformance.evidence.containers import parse_moment
from conformance.evidence.disclosures import list_telling_texts, read_text
from conformance.evidence.outcomes import quote_json
from conformance.evidence.responses import OperationResponse, find_resources
from conformance.evidence.subject import Subject
from conformance.execution.foreign_owners import has_own_bucket
from conformance.model import Exchange, Outcome, Verdict

_USERS = "user_"  # with which the names of identities begin that are one user each
_MAX_TEXTS = 100_000  # that are remembered of what one user was shown


class _Refusal(NamedTuple):
    """A response 4xx to a user: its text, and everything that the request said."""

    identity: str
    operation: str
    exchange: str
    text: str
    request: str


def _is_personal(text: str) -> bool:
    """Return whether a text may identify one user: not a time, and of a link only its id."""
    return not text.startswith("http") and parse_moment(text) is None


class ForeignDetails:
    """AUT-14: a refusal reveals to a user no address, name or id that only another user is shown.

    What the request named itself may be repeated, and what the user was shown anywhere else.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._own: dict[str, set[str]] = defaultdict(set)  # by identity, what its own user shows
        self._people: dict[str, set[str]] = defaultdict(set)  # by identity, the users that it was shown as its own
        self._shown: dict[str, set[str]] = defaultdict(set)  # by identity, what it was shown of anything
        self._refusals: list[_Refusal] = []
        self._known: set[tuple[str, str, bytes]] = set()  # identity, operation and digest of a body

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        request, response = exchange.request, exchange.response
        operation = self._subject.model.operations_by_key.get(request.operation)
        if operation is None or response is None or not request.identity.startswith(_USERS):
            return
        if not has_own_bucket(request) or not response.body or response.cut:
            return
        said = request.target.encode() + request.body if response.status >= 400 else b""
        kind = (request.identity, operation.key, sha256(response.body + said).digest())
        if kind in self._known:
            return
        self._known.add(kind)
        answer = OperationResponse(exchange, operation)
        if answer.is_success:
            self._note_shown(answer)
        elif 400 <= answer.status < 500:
            whole = " ".join((exchange.url, said.decode(errors="replace"), *(value for _, value in request.headers)))
            whole = f"{whole} {unquote_plus(whole)}"
            self._refusals.append(_Refusal(request.identity, operation.key, exchange.id, read_text(answer), whole))

    def _note_shown(self, response: OperationResponse) -> None:
        identity = response.exchange.request.identity
        if len(self._shown[identity]) < _MAX_TEXTS:
            self._shown[identity].update(list_telling_texts(response.json))
        principal = self._subject.model.principal_resource
        if response.operation.resource != principal or response.exchange.request.target != response.operation.path:
            return
        for thing in find_resources(response, self._subject.model):
            if thing.resource.name == principal:
                self._people[identity].add(str(thing.body.get("url")))
                self._own[identity].update(filter(_is_personal, list_telling_texts(thing.body)))

    def judge(self) -> Iterator[Outcome]:
        """Yield a violation for each operation with a refusal that names another user."""
        own = {identity: texts for identity, texts in self._own.items() if len(self._people[identity]) == 1}
        reported: set[str] = set()
        for refusal in self._refusals:
            foreign = {text for other, texts in own.items() if other != refusal.identity for text in texts}
            known = self._shown[refusal.identity]
            told = (t for t in sorted(foreign - known) if t in refusal.text and t not in refusal.request)
            text = next(told, "") if refusal.operation not in reported else ""
            if text:
                reported.add(refusal.operation)
                message = "a refusal reveals what only another user is shown"
                yield Outcome(
                    "AUT-14", refusal.operation, Verdict.FAIL, message, actual=quote_json(text),
                    exchanges=(refusal.exchange,),
                )  # fmt: skip
