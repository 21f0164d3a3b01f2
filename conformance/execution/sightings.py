"""Where and when a run saw each resource: what the requirements on its history rest on. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.evidence.responses import UNREADABLE, OperationResponse, find_resources
from conformance.evidence.subject import Subject
from conformance.model import Exchange, Role

_CONTEXT_HEADERS = frozenset({"evenergy-user", "accept-language", "authorization"})


class Sighting(NamedTuple):
    """A resource as one response shows it, and the begin and end of the exchange in seconds."""

    began: float
    ended: float
    exchange: str
    operation: str
    context: tuple[str, ...]  # on whose behalf it was read, and in which language
    target: str
    pointer: str
    resource: str
    body: dict[str, Any]


class Sightings:
    """Every resource with a URL that the run saw, by that URL, in the order of time; and when the run wrote."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._by_url: dict[str, list[Sighting]] = defaultdict(list)
        self.writes: list[float] = []  # when a request was sent that may have changed something

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        request, response = exchange.request, exchange.response
        if not request.is_safe:
            if response is None or response.status < 300 or response.status >= 500:
                self.writes.append(exchange.sent_at)
            if response is None or response.status >= 300:
                return
        operation = self._subject.model.operations_by_key.get(request.operation)
        if operation is None or response is None or response.status >= 300 or response.cut:
            return
        answer = OperationResponse(exchange, operation)
        if answer.json is UNREADABLE:
            return
        headers = (f"{name}: {value}" for name, value in request.headers if name.lower() in _CONTEXT_HEADERS)
        context = (request.identity, *sorted(headers))
        ended = exchange.sent_at + response.elapsed_s
        for thing in find_resources(answer, self._subject.model):
            url = thing.body.get("url")
            if isinstance(url, str) and any(link.own for link in thing.resource.links):
                self._by_url[url].append(
                    Sighting(
                        exchange.sent_at, ended, exchange.id, operation.key, context, request.target, thing.pointer,
                        thing.resource.name, thing.body,
                    )
                )  # fmt: skip

    def iterate_histories(self) -> Iterator[tuple[str, list[Sighting]]]:
        """Yield each URL with its sightings, the earliest first."""
        for url, sightings in self._by_url.items():
            yield url, sorted(sightings, key=lambda sighting: (sighting.began, sighting.pointer))

    def find_single_read(self, one: Sighting, other: Sighting) -> str:
        """Return the key of the single read where the other sighting is a list's with the same schema; else empty."""
        operations = self._subject.model.operations_by_key
        pair = [operations[sighting.operation] for sighting in (one, other)]
        roles = {operation.role: operation.key for operation in pair if operation.resource == one.resource}
        is_same = pair[0].item_schema == pair[1].item_schema and bool(pair[0].item_schema)
        return roles[Role.ITEM] if roles.keys() == {Role.LIST, Role.ITEM} and is_same else ""

    def find_history(self, url: str) -> list[Sighting]:
        """Return the sightings of one resource, the earliest first; empty where there are none."""
        return sorted(self._by_url.get(url, ()), key=lambda sighting: (sighting.began, sighting.pointer))


def find_link_url(value: Any) -> str | None:
    """Return the URL of a link, or of the resource that stands in its place; None for anything else."""
    if isinstance(value, dict):
        value = value.get("url")
    return value if isinstance(value, str) else None
