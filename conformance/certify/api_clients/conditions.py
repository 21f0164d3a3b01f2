"""Conditions: rules that say on which request the scenario server does what instead of its normal work."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from conformance.certify.api_clients.trace import ServerPart
from conformance.model import Headers

_ENUM_VALUE = re.compile(r"[A-Z][A-Z0-9_]+")  # the API writes values of enumerations so


class ScenarioRequest(msgspec.Struct, frozen=True):
    """A request as received. `target` is relative to the base URL for the API, else to the root of the scenario."""

    part: ServerPart
    method: str
    target: str
    operation: str
    headers: Headers = ()
    body: bytes = b""

    @property
    def bearer(self) -> str:
        """Return the bearer token of the request, empty where there is none."""
        header = next((value for name, value in self.headers if name.lower() == "authorization"), "")
        scheme, _, token = header.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


class ScenarioResponse(msgspec.Struct, frozen=True):
    """A response to send, or a reset of the connection; `is_affected` says that the condition changed it.

    With `pieces`, the body is sent in so many pieces without Content-Length, `pause_s` seconds apart. With `is_cut`,
    the connection is closed after half of the body. `is_delayed` says that the delay is the condition, which affects
    a client that does not wait for the response too.
    """

    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    is_reset: bool = False
    is_cut: bool = False
    is_affected: bool = False
    pieces: int = 0
    pause_s: float = 0.0
    is_delayed: bool = False

    def get_header(self, name: str) -> str:
        """Return the first value of a header, empty where it is absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def list_headers_without(self, *names: str) -> Headers:
        """Return the headers without those names and without Content-Length, which sending sets again."""
        excluded = {name.lower() for name in (*names, "content-length")}
        return tuple((key, value) for key, value in self.headers if key.lower() not in excluded)

    def with_header(self, *headers: tuple[str, str]) -> "ScenarioResponse":
        """Return the response with these headers, which replace those of the same names, marked as touched."""
        kept = self.list_headers_without(*(name for name, _ in headers))
        return msgspec.structs.replace(self, headers=(*kept, *headers), is_affected=True)

    def with_body(self, body: bytes) -> "ScenarioResponse":
        """Return the response with another body, marked as touched."""
        return msgspec.structs.replace(self, headers=self.list_headers_without(), body=body, is_affected=True)


class OtherOrigin(StrEnum):
    """Origins other than that of the API: an origin is scheme, host and port (RFC 6454, section 4)."""

    HOST = "under another host"
    PORT = "under the same host and another port"
    SIBLING = "under another host with the same last labels"
    USER_INFO = "under another host, with the host of the API as user information"
    PREFIX = "under the same host and a port that begins with that of the API"


class ScenarioContext(Protocol):
    """The scenario in which a rule acts. `memory` belongs to it; `scale` multiplies the waits that it requires."""

    other_origins: Mapping[OtherOrigin, str]  # root URLs of the same scenario under other origins
    scale: float
    memory: dict[str, Any]

    @property
    def base_url(self) -> str:
        """Return the base URL of the API."""

    async def send_to_mock(self, request: ScenarioRequest) -> ScenarioResponse:
        """Return the response of the mock server without any condition."""

    async def start_session(self) -> None:
        """Start a charging session in the mock world."""

    async def wait_for_disconnect(self, seconds: float) -> bool:
        """Wait; return true as soon as the client of this request disconnects, false when the time is over."""


Action = Callable[[ScenarioRequest, ScenarioContext], Awaitable[ScenarioResponse | None]]
"""Returns the response to a request, or None to leave it to the next rule and finally to the mock server."""
RequestMatcher = Callable[[ScenarioRequest], bool]


class ConditionRule(msgspec.Struct, frozen=True):
    """A rule of a condition: `action` replaces the response to requests that `matches` matches.

    The first `skip` matching requests are left alone; after that it acts `times` times (0: always).
    """

    matches: RequestMatcher
    action: Action
    skip: int = 0
    times: int = 0


def match_operations(*operations: str) -> RequestMatcher:
    """Match requests to some operations of the API."""
    return lambda request: request.part is ServerPart.API and request.operation in operations


def match_part(part: ServerPart) -> RequestMatcher:
    """Match every request to a part of the server."""
    return lambda request: request.part is part


def match_target_text(text: str) -> RequestMatcher:
    """Match requests to the API whose target contains a text."""
    return lambda request: request.part is ServerPart.API and text in request.target


def build_problem(status: int, slug: str = "", **members: object) -> ScenarioResponse:
    """Build a response with a problem document (RFC 9457); without a slug it has no `type`."""
    document: dict[str, object] = {"title": "Refused", "status": status, "detail": "Refused.", **members}
    if slug:
        document["type"] = f"https://api.ev.energy/v2/problems/{slug}/"
    headers = (("Content-Type", "application/problem+json"), ("EvEnergy-Version", "2"))
    return ScenarioResponse(status, headers, msgspec.json.encode(document), is_affected=True)


def respond_with(response: ScenarioResponse) -> Action:
    """Return an action that sends this response; the mock server does not receive the request."""

    async def act(_request: ScenarioRequest, _context: ScenarioContext) -> ScenarioResponse:
        return msgspec.structs.replace(response, is_affected=True)

    return act


def respond_in_turn(*responses: ScenarioResponse) -> Action:
    """Return an action that sends these responses in turn, and starts again after the last."""

    async def act(_request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        number: int = context.memory.get("turn", 0)
        context.memory["turn"] = number + 1
        return msgspec.structs.replace(responses[number % len(responses)], is_affected=True)

    return act


def refuse_with_retry_after(seconds: int, *, as_date: bool = False) -> Action:
    """Return an action that sends 429 with `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3)."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        wait = max(1, round(seconds * context.scale)) if seconds > 0 else seconds
        refusal = build_problem(429, "rate-limit-exceeded", detail="Too many requests.")
        if not as_date:
            return refusal.with_header(("Retry-After", str(wait)))
        response = await context.send_to_mock(request)
        return refusal.with_header(("Retry-After", _add_seconds(response.get_header("date"), wait + 1)))

    return act


def _add_seconds(date: str, seconds: int) -> str:
    now = parsedate_to_datetime(date) if date else datetime.now(UTC)
    return format_datetime(now.astimezone(UTC) + timedelta(seconds=seconds), usegmt=True)


def reset_connection(*, is_committed: bool) -> Action:
    """Return an action that resets the connection, with `is_committed` after the mock server has done the request."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        if is_committed:
            await context.send_to_mock(request)
        return ScenarioResponse(is_reset=True, is_affected=True)

    return act


def delay_response(seconds: float) -> Action:
    """Return an action that delays the response until the time is over or the client disconnects."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        await context.wait_for_disconnect(seconds * context.scale)
        return msgspec.structs.replace(await context.send_to_mock(request), is_affected=True, is_delayed=True)

    return act


def refuse_tokens(*, every_token: bool = False, parallel: int = 1, wait_s: float = 1.0) -> Action:
    """Return an action that sends 401 to the first token of the scenario, or `every_token` to every token.

    With `parallel`, responses wait up to `wait_s` seconds for so many requests, and are then sent at the same moment.
    """

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
        first = context.memory.setdefault("first bearer", request.bearer)
        if request.bearer != first and not every_token:
            return None
        if parallel > 1:
            waiting: asyncio.Event = context.memory.setdefault("waiting", asyncio.Event())
            context.memory["arrived"] = context.memory.get("arrived", 0) + 1
            if context.memory["arrived"] >= parallel:
                waiting.set()
            try:
                await asyncio.wait_for(waiting.wait(), wait_s)
            except TimeoutError:
                waiting.set()
        return build_unauthorized()

    return act


def build_unauthorized() -> ScenarioResponse:
    """Build the refusal of a token (RFC 6750, section 3)."""
    refusal = build_problem(401, detail="The access token is not valid.")
    return refusal.with_header(("WWW-Authenticate", 'Bearer realm="api", error="invalid_token"'))


def change_link_header(
    change: Callable[[str, ScenarioContext], str | tuple[str, ...]], *, on_last_page: bool = False
) -> Action:
    """Return an action that changes the `Link` header of pages with a next page, or of the last page.

    Each value that `change` returns is sent as a header line of its own.
    """

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
        response = await context.send_to_mock(request)
        link = response.get_header("link")
        if response.status != 200 or (BLANK_NEXT_LINK in link) is not on_last_page:
            return response
        new = change(link, context)
        values = (new,) if isinstance(new, str) else new
        headers = (*response.list_headers_without("link"), *(("Link", value) for value in values if value))
        return msgspec.structs.replace(response, headers=headers, is_affected=True)

    return act


BLANK_NEXT_LINK = '<about:blank>; rel="next"'


def add_headers(headers: Callable[[int], Mapping[str, str]]) -> Action:
    """Return an action that adds headers; `headers` gets the number of earlier responses with them."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        number = context.memory["headed"] = context.memory.get("headed", -1) + 1
        return (await context.send_to_mock(request)).with_header(*headers(number).items())

    return act


def change_items(change: Callable[[dict[str, Any], ScenarioContext], dict[str, Any]]) -> Action:
    """Return an action that changes every item of a JSON response: the members of a list, or the object."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        response = await context.send_to_mock(request)
        if not (200 <= response.status < 300 and response.body):
            return response
        data = msgspec.json.decode(response.body)
        data = [change(item, context) for item in data] if isinstance(data, list) else change(data, context)
        return response.with_body(msgspec.json.encode(data))

    return act


async def start_session_once(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Send the normal response; after the first one, start a charging session without a webhook."""
    response = await context.send_to_mock(request)
    if not context.memory.setdefault("began", False):
        context.memory["began"] = True
        await context.start_session()
    return response


def set_unknown_enum_values(item: dict[str, Any], _context: ScenarioContext) -> dict[str, Any]:
    """Replace the values of enumerations by undocumented ones."""
    return {name: "A_VALUE_OF_TOMORROW" if _is_enum_value(value) else value for name, value in item.items()}


def _is_enum_value(value: object) -> bool:
    return isinstance(value, str) and bool(_ENUM_VALUE.fullmatch(value))


def add_unknown_fields(item: dict[str, Any], _context: ScenarioContext) -> dict[str, Any]:
    """Add undocumented fields, before and after the others."""
    return {"aaa_field_of_tomorrow": {"deep": [1, None, "ä"]}, **item, "zzz_field_of_tomorrow": True}
