"""The resources of the messages: they live on a built-in server that counts the receiver's reads."""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from conformance.description import Description
from conformance.errors import UsageError
from conformance.mock_server.assembly import ServerSettings, assemble_server
from conformance.mock_server.identities import IDENTITIES_BY_NAME
from conformance.model import Role
from conformance.validation import SchemaValidators
from conformance.webhooks.delivery_checks import CREATED, ENDED
from conformance.webhooks.loopback_server import serve_on_loopback
from strategies import sample, schema_of_webhook, webhook_payloads

READER_TOKEN = IDENTITIES_BY_NAME["readonly"].token
_OWN = "x-evconform-own"  # marks reads of the harness, which do not count
_PAGE = 100
_RANDOM = 16  # characters of an id that are random (ULID specification, "Components")
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_Message = MutableMapping[str, Any]
_FEW = settings(
    max_examples=20,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class EventPair(msgspec.Struct, frozen=True):
    """The two events of the messages: a resource begins, and ends."""

    created: str
    ended: str


def find_event_pair(description: Description) -> EventPair:
    """Return the first pair of `….created` and `….ended` of the description; raises UsageError without one."""
    events = tuple(description.document.get("webhooks", {}))
    for event in events:
        ended = event.removesuffix(CREATED) + ENDED
        if event.endswith(CREATED) and ended in events:
            return EventPair(event, ended)
    hint = "Name a --description whose webhooks have ….created and ….ended"
    raise UsageError("the description has no pair of events to certify a receiver with", hint=hint)


class LiveResources:
    """The resources of the messages. Each is the JSON that a read of it returns."""

    def __init__(
        self,
        description: Description,
        client: httpx.Client,
        addresses: tuple[str, str],  # the server's own address, and its public address if it has one
        traffic: "ReceiverTraffic",
        seed: int,
    ) -> None:
        self.pair = find_event_pair(description)
        self.validators = SchemaValidators(description)
        self.base_url, public = addresses
        self._client, self._public = client, public or self.base_url
        self._traffic, self._seed = traffic, seed
        self._drawn: dict[str, dict[str, Any]] = {}
        resources = self._fetch_list(description)
        self._running = [resource for resource in resources if resource.get("end") is None]
        self._done = [resource for resource in resources if resource.get("end") is not None]

    def start_resource(self) -> dict[str, Any]:
        """Return a resource that has just begun and is in no other message, of this run or another."""
        running = self._running[0] if self._running else {**self._build_sample(self.pair.created), "end": None}
        return self._rename(running)

    def end_resource(self) -> dict[str, Any]:
        """Return a resource that has ended and is in no other message, of this run or another."""
        return self._rename(self._done[0] if self._done else self._build_sample(self.pair.ended))

    def _rename(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return a resource under an id of its own, by which the server knows it as well."""
        identifier = data.get("id")
        if not isinstance(identifier, str) or len(identifier) <= _RANDOM:
            return data
        new = identifier[:-_RANDOM] + "".join(secrets.choice(_BASE32) for _ in range(_RANDOM))
        self._traffic.aliases[new] = identifier
        return _replace_text(data, identifier, new)

    def find_path(self, data: dict[str, Any]) -> str:
        """Return the path of a resource, empty if it has none on this server."""
        url = str(data.get("url", ""))
        return url.removeprefix(self._public) if url.startswith(self._public + "/") else ""

    def count_reads(self, path: str) -> int:
        """Return how often the receiver read a resource."""
        return self._traffic.reads[path]

    def build_payload(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """Return the payload of an event about a resource."""
        event_time = data.get("end") if event == self.pair.ended else data.get("start")
        head: dict[str, Any] = {"type": event, "timestamp": event_time or "2026-01-01T00:00:00Z"}
        return {**head, "data": data if event == self.pair.ended else {**data, "end": None}}

    def draw_payload(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """Return a payload drawn from the description, about a living resource; the same for the same seed.

        An end keeps its own times: beside drawn ones it might be older than the beginning.
        """
        if event not in self._drawn:
            known_values: dict[str, Any] = {name: [data[name]] for name in ("id", "url") if name in data}
            payloads = _draw_examples(webhook_payloads(self.validators, event, known=known_values), self._seed)
            self._drawn[event] = max(payloads, key=lambda payload: len(msgspec.json.encode(payload)))
        drawn = self._drawn[event]
        old, new = drawn["data"].get("id"), data.get("id")
        if isinstance(old, str) and isinstance(new, str):
            drawn = _replace_text(drawn, old, new)
        if event != self.pair.ended:
            return drawn
        times = {name: data[name] for name in ("start", "end") if name in data}
        timestamp = self.build_payload(event, data)["timestamp"]
        return {**drawn, "timestamp": timestamp, "data": {**drawn["data"], **times}}

    def build_null_payload(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """Return a payload with null in every property where the description allows it."""
        payload, pointer = self.build_payload(event, data), schema_of_webhook(self.validators, event)
        for name in data:
            candidate = {**payload, "data": {**payload["data"], name: None}}
            if name not in {"id", "url", "start", "end"} and self.validators.is_valid(pointer, candidate):
                payload = candidate
        return payload

    def build_required_payload(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """Return a payload without the properties of the data that the description does not require."""
        payload, pointer = self.build_payload(event, data), schema_of_webhook(self.validators, event)
        for name in data:
            candidate = {**payload, "data": {key: value for key, value in payload["data"].items() if key != name}}
            if name not in {"id", "url", "start", "end"} and self.validators.is_valid(pointer, candidate):
                payload = candidate
        return payload

    def _build_sample(self, event: str) -> dict[str, Any]:
        """Return the data of a sample payload."""
        payload = sample(self.validators, schema_of_webhook(self.validators, event)) or {}
        data = payload.get("data")
        return data if isinstance(data, dict) else {}

    def _fetch_list(self, description: Description) -> list[dict[str, Any]]:
        """Return the first page of the resource's list, empty if the server has none."""
        name = self.pair.created.removesuffix(CREATED) + "s"
        resource = description.model.resources_by_name.get(name)
        if resource is None or not resource.list_path or not self._can_read(description, name):
            return []
        response = self._client.get(self.base_url + resource.list_path, params={"page_size": _PAGE})
        items = self._decode_public(response.content) if response.status_code == 200 else []
        return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []

    def _can_read(self, description: Description, name: str) -> bool:
        """Return whether the description has an operation that reads one such resource."""
        return any(
            operation.role is Role.ITEM and operation.resource == name for operation in description.model.operations
        )

    def _decode_public(self, body: bytes) -> Any:
        """Return a body as JSON, with the addresses under which the receiver reaches the server."""
        return msgspec.json.decode(body.replace(self.base_url.encode(), self._public.encode()))


def _replace_text(value: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return JSON with a text replaced wherever it stands."""
    replaced: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value).replace(old.encode(), new.encode()))
    return replaced


def _draw_examples(strategy: SearchStrategy[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """Return a few examples of a strategy, the same for the same seed."""
    payloads: list[dict[str, Any]] = []

    @seed(number)
    @settings(_FEW)
    @given(strategy)
    def collect(payload: dict[str, Any]) -> None:
        payloads.append(payload)

    collect()
    return payloads


class ReceiverTraffic:
    """The reads of the receiver, by path; `aliases` gives the id that the server knows for each other id."""

    def __init__(self, server: Any, base_path: str) -> None:
        self.reads: Counter[str] = Counter()
        self.aliases: dict[str, str] = {}
        self._server, self._base_path = server, base_path

    async def __call__(self, scope: _Message, receive: Any, send: Callable[[_Message], Awaitable[None]]) -> None:
        """Count a read, and answer it under the id that was asked for (ASGI 3)."""
        if scope["type"] == "http" and scope["method"] == "GET":
            is_own = any(name == _OWN.encode() for name, _ in scope["headers"])
            self.reads[scope["path"].removeprefix(self._base_path)] += not is_own
            alias = next((part for part in scope["path"].split("/") if part in self.aliases), "")
            if alias:
                scope, send = self._translate(scope, send, alias, self.aliases[alias])
        await self._server(scope, receive, send)

    def _translate(
        self, scope: _Message, send: Callable[[_Message], Awaitable[None]], alias: str, identifier: str
    ) -> tuple[_Message, Callable[[_Message], Awaitable[None]]]:
        """Return a request for the id that the server knows, and a response that shows the alias; both are as long."""
        path = scope["path"].replace(alias, identifier)

        async def send_renamed(message: _Message) -> None:
            body = message.get("body", b"")
            await send({**message, "body": body.replace(identifier.encode(), alias.encode())} if body else message)

        return {**scope, "path": path, "raw_path": path.encode()}, send_renamed


@contextmanager
def serve_resources(
    description: Description, *, number: int = 1, port: int = 0, public: str = ""
) -> Iterator[LiveResources]:
    """Serve resources in this process. `public` is the public address of the server, such as `https://host/v2`."""
    base_path = description.model.base_path
    traffic = ReceiverTraffic(assemble_server(ServerSettings(seed=number), description), base_path)
    with serve_on_loopback(traffic, port) as origin:
        headers = {"Authorization": f"Bearer {READER_TOKEN}", _OWN: "1"}
        with httpx.Client(headers=headers, trust_env=False) as client:
            yield LiveResources(description, client, (origin + base_path, public.rstrip("/")), traffic, number)
