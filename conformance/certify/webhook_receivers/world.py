"""What the messages are about: resources alive on a built-in server, whose reads are counted."""

import threading
from collections import Counter
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from conformance.description import Description
from conformance.errors import UsageError
from conformance.mock_server.assembly import Settings, assemble
from conformance.mock_server.control import PREFIX
from conformance.mock_server.identities import BY_NAME
from conformance.model import Role
from conformance.validation import Validators
from conformance.webhooks.judging import CREATED, ENDED
from conformance.webhooks.loopback import serving
from strategies import sample, schema_of_webhook, webhook_payloads

READER = BY_NAME["readonly"].token
_OWN = "x-evconform-own"  # marks reads that are ours, which do not count
_PAGE = 100
_FEW = settings(
    max_examples=20,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Pair(msgspec.Struct, frozen=True):
    """The two events that the messages tell of: something begins, and ends."""

    created: str
    ended: str


def pair_of(description: Description) -> Pair:
    """The first pair of `….created` and `….ended` among the description's webhooks; raises UsageError without one."""
    events = tuple(description.document.get("webhooks", {}))
    for event in events:
        ended = event.removesuffix(CREATED) + ENDED
        if event.endswith(CREATED) and ended in events:
            return Pair(event, ended)
    hint = "Name a --description whose webhooks have ….created and ….ended."
    raise UsageError("the description has no events to certify a receiver with", hint=hint)


class World:
    """Resources to tell of. Each is the JSON that a read of it shows."""

    def __init__(
        self,
        description: Description,
        client: httpx.Client,
        addresses: tuple[str, str],  # the server's own, and the one that stands before it, if any
        fetched: Counter[str],
        number: int,
    ) -> None:
        self.pair = pair_of(description)
        self.validators = Validators(description)
        self.base_url, public = addresses
        self._client, self._public = client, public or self.base_url
        self._fetched, self._seed = fetched, number
        self._lock = threading.Lock()
        self._drawn: dict[str, dict[str, Any]] = {}
        listed = self._listed(description)
        self._running = [each for each in listed if each.get("end") is None]
        self._done = [each for each in listed if each.get("end") is not None]

    def running(self) -> dict[str, Any]:
        """Something that has begun, always the same."""
        return self._running[0] if self._running else {**self._sample(self.pair.created), "end": None}

    def fresh(self) -> dict[str, Any]:
        """Something that has just begun and that no message told of yet; the same as `running` where none can begin."""
        answer = self._client.post(httpx.URL(self.base_url).copy_with(path=f"{PREFIX}/sessions"))
        paths = answer.json().get("sub_sessions", ()) if answer.status_code == 201 else ()
        return self._shown(self._client.get(self.base_url + paths[0]).content) if paths else self.running()

    def done(self) -> dict[str, Any]:
        """Something that has ended, another one each time as far as there are more."""
        with self._lock:
            self._done = self._done[1:] + self._done[:1]
            return self._done[0] if self._done else self._sample(self.pair.ended)

    def path(self, data: dict[str, Any]) -> str:
        """The path that shows a resource, empty where nothing does."""
        url = str(data.get("url", ""))
        return url.removeprefix(self._public) if url.startswith(self._public + "/") else ""

    def fetched(self, path: str) -> int:
        """How often a resource was read by others than us."""
        return self._fetched[path]

    def envelope(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """The payload of an event about a resource."""
        told = data.get("end") if event == self.pair.ended else data.get("start")
        stamped: dict[str, Any] = {"type": event, "timestamp": told or "2026-01-01T00:00:00Z"}
        return {**stamped, "data": data if event == self.pair.ended else {**data, "end": None}}

    def drawn(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """A payload drawn from the description, about a resource that is alive; the same for the same seed."""
        if event in self._drawn:
            return self._drawn[event]
        known: dict[str, Any] = {name: [data[name]] for name in ("id", "url") if name in data}
        payloads = _drawn(webhook_payloads(self.validators, event, known=known), self._seed)
        self._drawn[event] = max(payloads, key=lambda payload: len(msgspec.json.encode(payload)))
        return self._drawn[event]

    def nulled(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """A payload with null wherever the description allows it one property at a time."""
        payload, pointer = self.envelope(event, data), schema_of_webhook(self.validators, event)
        for name in data:
            tried = {**payload, "data": {**payload["data"], name: None}}
            if name not in {"id", "url", "start", "end"} and self.validators.matches(pointer, tried):
                payload = tried
        return payload

    def _sample(self, event: str) -> dict[str, Any]:
        payload = sample(self.validators, schema_of_webhook(self.validators, event)) or {}
        data = payload.get("data")
        return data if isinstance(data, dict) else {}

    def _listed(self, description: Description) -> list[dict[str, Any]]:
        name = self.pair.created.removesuffix(CREATED) + "s"
        resource = description.model.by_name.get(name)
        if resource is None or not resource.list_path or not self._readable(description, name):
            return []
        answer = self._client.get(self.base_url + resource.list_path, params={"page_size": _PAGE})
        items = self._shown(answer.content) if answer.status_code == 200 else []
        return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []

    def _readable(self, description: Description, name: str) -> bool:
        return any(each.role is Role.ITEM and each.resource == name for each in description.model.operations)

    def _shown(self, body: bytes) -> Any:
        """A body with the addresses under which the receiver reaches the server."""
        return msgspec.json.decode(body.replace(self.base_url.encode(), self._public.encode()))


def _drawn(strategy: SearchStrategy[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """A few examples of a strategy, the same for the same seed."""
    found: list[dict[str, Any]] = []

    @seed(number)
    @settings(_FEW)
    @given(strategy)
    def collect(payload: dict[str, Any]) -> None:
        found.append(payload)

    collect()
    return found


@contextmanager
def alive(description: Description, *, number: int = 1, port: int = 0, public: str = "") -> Iterator[World]:
    """A world on a server of this process. `public` is the address that stands before it, `https://host/v2`."""
    fetched: Counter[str] = Counter()
    server = assemble(Settings(seed=number), description)
    base = description.model.base_path

    async def counting(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            ours = any(name == _OWN.encode() for name, _ in scope["headers"])
            fetched[scope["path"].removeprefix(base)] += not ours
        await server(scope, receive, send)

    with serving(counting, port) as origin:
        headers = {"Authorization": f"Bearer {READER}", _OWN: "1"}
        with httpx.Client(headers=headers, trust_env=False) as client:
            yield World(description, client, (origin + base, public.rstrip("/")), fetched, number)
