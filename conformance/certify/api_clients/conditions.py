"""What the server does differently, and on which request: rules of a predicate and an act each."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Protocol

import msgspec

from conformance.certify.api_clients.trace import Part
from conformance.model import Headers

_WORD = re.compile(r"[A-Z][A-Z0-9_]+")  # how the API writes values of enumerations


class Asked(msgspec.Struct, frozen=True):
    """A request as it came: `target` below the base URL for the API, below the case's root otherwise."""

    part: Part
    method: str
    target: str
    operation: str
    headers: Headers = ()
    body: bytes = b""

    @property
    def bearer(self) -> str:
        """The bearer token, empty where there is none."""
        value = next((v for n, v in self.headers if n.lower() == "authorization"), "")
        scheme, _, token = value.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


class Answer(msgspec.Struct, frozen=True):
    """What goes back. `cut` resets the connection instead; `touched` tells that the condition is in it."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    cut: bool = False
    touched: bool = False

    def header(self, name: str) -> str:
        """The first value of a header, empty where it is absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def without(self, *names: str) -> Headers:
        """The headers but those named, and but the length, which the body has anew."""
        left_out = {each.lower() for each in (*names, "content-length")}
        return tuple((key, value) for key, value in self.headers if key.lower() not in left_out)

    def with_header(self, *added: tuple[str, str]) -> "Answer":
        """The same with headers in the place of those of their names, touched."""
        headers = (*self.without(*(name for name, _ in added)), *added)
        return msgspec.structs.replace(self, headers=headers, touched=True)

    def with_body(self, body: bytes) -> "Answer":
        """The same with another body, touched."""
        return msgspec.structs.replace(self, headers=self.without(), body=body, touched=True)


class Here(Protocol):
    """The case that an act works in. `memory` is its own; `scale` multiplies the waits that it asks for."""

    elsewhere: str  # another origin that leads to the same case
    scale: float
    memory: dict[str, Any]

    @property
    def base_url(self) -> str:
        """The API's base URL."""

    async def serve(self, asked: Asked) -> Answer:
        """What the server answers by itself."""

    async def session(self) -> None:
        """Let a charging session begin."""

    async def gone(self, seconds: float) -> bool:
        """Wait; true as soon as the client of this request has left, false where the time is up."""


Act = Callable[[Asked, Here], Awaitable[Answer | None]]
"""Answers a request, or leaves it (None) to the next rule and in the end to the server."""
On = Callable[[Asked], bool]


class Rule(msgspec.Struct, frozen=True):
    """One thing that the server does differently: after so many requests of its kind, so many times (0: for good)."""

    on: On
    act: Act
    skip: int = 0
    times: int = 0


def on(*operations: str) -> On:
    """Requests to some operations of the API."""
    return lambda asked: asked.part is Part.API and asked.operation in operations


def to(part: Part) -> On:
    """Every request to a part of the server."""
    return lambda asked: asked.part is part


def mentions(text: str) -> On:
    """Requests to the API whose target holds a text."""
    return lambda asked: asked.part is Part.API and text in asked.target


def problem(status: int, slug: str = "", **members: object) -> Answer:
    """A problem document (RFC 9457); without a slug it has no `type`."""
    document: dict[str, object] = {"title": "Refused", "status": status, "detail": "Refused.", **members}
    if slug:
        document["type"] = f"https://api.ev.energy/v2/problems/{slug}/"
    headers = (("Content-Type", "application/problem+json"), ("EvEnergy-Version", "2"))
    return Answer(status, headers, msgspec.json.encode(document), touched=True)


def answer(given: Answer) -> Act:
    """Answer that, and let the server not see the request."""

    async def act(_asked: Asked, _here: Here) -> Answer:
        return msgspec.structs.replace(given, touched=True)

    return act


def in_turn(*given: Answer) -> Act:
    """Answer these one after the other, again from the first after the last."""

    async def act(_asked: Asked, here: Here) -> Answer:
        number: int = here.memory.get("turn", 0)
        here.memory["turn"] = number + 1
        return msgspec.structs.replace(given[number % len(given)], touched=True)

    return act


def after_a_while(seconds: int, *, as_date: bool = False) -> Act:
    """429 with `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3)."""

    async def act(asked: Asked, here: Here) -> Answer:
        wait = str(max(1, round(seconds * here.scale)))
        refusal = problem(429, "rate-limit-exceeded", detail="Too many requests.")
        if as_date:
            served = await here.serve(asked)
            wait = _later(served.header("date"), int(wait) + 1)
        return refusal.with_header(("Retry-After", wait))

    return act


def _later(date: str, seconds: int) -> str:
    now = parsedate_to_datetime(date) if date else datetime.now(UTC)
    return format_datetime(now.astimezone(UTC) + timedelta(seconds=seconds), usegmt=True)


def cut(*, committed: bool) -> Act:
    """Reset the connection, after the server has done what was asked or before it saw it."""

    async def act(asked: Asked, here: Here) -> Answer:
        if committed:
            await here.serve(asked)
        return Answer(cut=True, touched=True)

    return act


def stall(seconds: float) -> Act:
    """Say nothing for so long, or until the client leaves; then answer."""

    async def act(asked: Asked, here: Here) -> Answer:
        await here.gone(seconds * here.scale)
        return msgspec.structs.replace(await here.serve(asked), touched=True)

    return act


def expire(*, for_good: bool = False, together: int = 1, wait_s: float = 1.0) -> Act:
    """401 to the token that came first, or to every one; to several requests at the same moment, where so many come."""

    async def act(asked: Asked, here: Here) -> Answer | None:
        first = here.memory.setdefault("first bearer", asked.bearer)
        if asked.bearer != first and not for_good:
            return None
        if together > 1:
            waiting: asyncio.Event = here.memory.setdefault("waiting", asyncio.Event())
            here.memory["arrived"] = here.memory.get("arrived", 0) + 1
            if here.memory["arrived"] >= together:
                waiting.set()
            try:
                await asyncio.wait_for(waiting.wait(), wait_s)
            except TimeoutError:
                waiting.set()
        refusal = problem(401, detail="The access token is not valid.")
        return refusal.with_header(("WWW-Authenticate", 'Bearer realm="api", error="invalid_token"'))

    return act


def linked(change: Callable[[str, Here], str | tuple[str, ...]], *, last: bool = False) -> Act:
    """Change the `Link` header of a page that has a next one, or of the `last`; several values make several lines."""

    async def act(asked: Asked, here: Here) -> Answer | None:
        served = await here.serve(asked)
        link = served.header("link")
        if served.status != 200 or (BLANK_NEXT in link) is not last:
            return served
        changed = change(link, here)
        values = (changed,) if isinstance(changed, str) else changed
        headers = (*served.without("link"), *(("Link", value) for value in values if value))
        return msgspec.structs.replace(served, headers=headers, touched=True)

    return act


BLANK_NEXT = '<about:blank>; rel="next"'


def headed(headers: Callable[[int], Mapping[str, str]]) -> Act:
    """Add headers that depend on how many answers had them before."""

    async def act(asked: Asked, here: Here) -> Answer:
        number = here.memory["headed"] = here.memory.get("headed", -1) + 1
        return (await here.serve(asked)).with_header(*headers(number).items())

    return act


def shown(change: Callable[[dict[str, Any], Here], dict[str, Any]]) -> Act:
    """Change every item of a JSON answer: of a list, or the one that it is."""

    async def act(asked: Asked, here: Here) -> Answer:
        served = await here.serve(asked)
        if served.status != 200:
            return served
        data = msgspec.json.decode(served.body)
        data = [change(each, here) for each in data] if isinstance(data, list) else change(data, here)
        return served.with_body(msgspec.json.encode(data))

    return act


async def begins_a_session(asked: Asked, here: Here) -> Answer | None:
    """Answer as the server does; after the first answer a session begins, and no webhook tells of it."""
    served = await here.serve(asked)
    if not here.memory.setdefault("began", False):
        here.memory["began"] = True
        await here.session()
    return served


def unknown_words(item: dict[str, Any], _here: Here) -> dict[str, Any]:
    """Values of enumerations that nobody has heard of."""
    return {name: "A_VALUE_OF_TOMORROW" if _is_word(value) else value for name, value in item.items()}


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(_WORD.fullmatch(value))


def unknown_fields(item: dict[str, Any], _here: Here) -> dict[str, Any]:
    """Fields that nobody has heard of, first and last."""
    return {"aaa_field_of_tomorrow": {"deep": [1, None, "ä"]}, **item, "zzz_field_of_tomorrow": True}
