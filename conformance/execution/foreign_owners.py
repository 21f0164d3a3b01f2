"""AUT-15: over a run, the token of one user is shown nothing of another. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterator

from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.owners import find_owners
from conformance.evidence.responses import OperationResponse, find_resources
from conformance.evidence.subject import Subject
from conformance.model import Exchange, Outcome, Request, Role, Verdict

_MIN_PEOPLE = 2  # users that must be known by their own lists before owners are compared


def has_own_bucket(request: Request) -> bool:
    """Return whether a request counts for its identity: sent with its token, and not on behalf of another user."""
    return (
        bool(request.identity)
        and not request.token_in
        and not request.authority
        and not any(name.lower() in {"authorization", "evenergy-user"} for name, _ in request.headers)
    )


class ForeignOwners:
    """AUT-15: the token of one user is shown nothing that names another of the users as its owner.

    Nor does a query of a list show what the whole list of this user does not hold, and that of another does. The whole
    list counts where the run saw the thing before and after it: other people create and delete things too.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._people: dict[str, set[str]] = defaultdict(set)  # by identity, the users that its own list shows
        self._owners: dict[tuple[str, str, str], tuple[str, str]] = {}  # operation, identity, owner -> exchange, place
        self._listed: dict[tuple[str, str], list[tuple[float, set[str]]]] = defaultdict(list)  # whole lists, and when
        self._seen: dict[str, tuple[float, float]] = {}  # by url, when it stood in a list first and last
        self._shown: dict[tuple[str, str, str], tuple[str, str]] = {}  # operation, identity, url -> exchange, place

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        operation = self._subject.model.operations_by_key.get(exchange.request.operation)
        identity = exchange.request.identity
        if operation is None or not has_own_bucket(exchange.request):
            return
        response = OperationResponse(exchange, operation)
        if operation.role is Role.LIST:
            self._note_sightings(response)
        if not identity.startswith("user_") or response.json is UNREADABLE or not response.is_success:
            return
        if operation.resource == self._subject.model.principal_resource and exchange.request.target == operation.path:
            self._people[identity] |= {str(item.get("url")) for _, item in response.objects}
        for place, body, resource in find_resources(response, self._subject.model):
            for owner in find_owners(body, resource, self._subject.model):
                self._owners.setdefault((operation.key, identity, owner), (exchange.id, place))
        if operation.role is Role.LIST and "{" not in operation.path:
            self._add_list(response, identity)

    def _note_sightings(self, response: OperationResponse) -> None:
        """Remember when each item of a list was shown, to whomever."""
        moment = response.exchange.sent_at
        for _, item in response.objects:
            if isinstance(url := item.get("url"), str):
                first, last = self._seen.get(url, (moment, moment))
                self._seen[url] = (min(first, moment), max(last, moment))

    def _add_list(self, response: OperationResponse, identity: str) -> None:
        """Remember what a list shows, and what a whole one shows without any query."""
        key, request = response.operation.key, response.exchange.request
        urls = {item["url"]: place for place, item in response.objects if isinstance(item.get("url"), str)}
        for url, place in urls.items():
            self._shown.setdefault((key, identity, url), (response.exchange.id, place))
        paging = response.operation.pagination
        is_whole = paging is None or len(response.items) < paging.default_size
        if request.target == response.operation.path and is_whole:
            self._listed[key, identity].append((response.exchange.sent_at, set(urls)))

    def judge(self) -> Iterator[Outcome]:
        """Yield one outcome for each operation that showed a user something with an owner."""
        users = {identity: next(iter(urls)) for identity, urls in self._people.items() if len(urls) == 1}
        if len(set(users.values())) < _MIN_PEOPLE:
            return
        judged: dict[str, Outcome] = {}
        for (key, identity, owner), (exchange, place) in self._owners.items():
            ids = {user: extract_id(url) for user, url in users.items()}
            is_foreign = extract_id(owner) in ids.values() and extract_id(owner) != ids.get(identity, extract_id(owner))
            if is_foreign:
                message = "the token of one user is shown what belongs to another"
                judged[key] = Outcome(
                    "AUT-15", key, Verdict.FAIL, message, users[identity], owner, place, exchanges=(exchange,)
                )
            else:
                judged.setdefault(key, Outcome("AUT-15", key, Verdict.PASS, exchanges=(exchange,)))
        for (key, identity, url), (exchange, place) in self._shown.items():
            others = (
                urls
                for (other_key, other_identity), lists in self._listed.items()
                if other_key == key and other_identity != identity
                for _, urls in lists
            )
            if self._is_withheld(key, identity, url) and any(url in urls for urls in others):
                message = "a query shows one user what only another's list holds"
                judged[key] = Outcome("AUT-15", key, Verdict.FAIL, message, "", url, place, exchanges=(exchange,))
        yield from judged.values()

    def _is_withheld(self, key: str, identity: str, url: str) -> bool:
        """Return whether the whole list of an identity lacks a thing that was there before and after it was read."""
        lists = self._listed.get((key, identity), [])
        first, last = self._seen.get(url, (math.inf, -math.inf))
        return any(first < moment < last for moment, _ in lists) and not any(url in urls for _, urls in lists)
