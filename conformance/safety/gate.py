"""The gate in front of the network: which requests may leave for a target, decided from the request itself.

Nothing that a probe claims counts here. The method, the URL and the headers as they would stand on the wire are held
against the rules of the target's kind (`conformance.safety.rules`) and the effects that the description gives to its
operations. A request that is refused shows an internal error of the plan: the run ends with exit code 4.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from conformance.model import Effect, Headers, Operation, Response, Target
from conformance.safety.rules import RULES, kind_of, refusal_of

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that only read (RFC 9110, section 9.2.1); TRACE is not among them, as it echoes credentials."""
OVERRIDE_HEADERS = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
"""Headers by which a request asks to be taken for another method."""
_OVERRIDE_PARAMETER = "_method"
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
_TOKEN_PARAMETER = "access_token"  # noqa: S105 - a name (RFC 6750, section 2.3)
_GRAVITY = (Effect.NONE, Effect.WRITE, Effect.MONEY, Effect.HARDWARE, Effect.IRREVERSIBLE)
_MAX_DECODINGS = 3  # rounds of percent-decoding that a lenient server may make


class ForbiddenRequestError(Exception):
    """The plan holds a request that the rules of the target forbid: an internal error; nothing was sent."""


class _Route(NamedTuple):
    """A path of the description as a pattern over its decoded segments, and its operations' effects by method."""

    pattern: re.Pattern[str]
    effects: dict[str, Effect]


class _Place(NamedTuple):
    """A URL without query: its origin as (scheme, host, port), and the ways to read its path."""

    origin: tuple[str, str, int | None]
    paths: tuple[str, ...]


class Gate:
    """Holds every request to the rules of one target.

    `operations` are those of the description. What a run created itself (201 to a POST) may be deleted again with
    --allow-writes alone, though deleting is irreversible: the gate remembers such addresses from the responses.
    """

    def __init__(self, target: Target, operations: Iterable[Operation] = ()) -> None:
        self._target = _strictest(target)
        self._base = _place(target.base_url)
        self._prefix = self._base.paths[0].rstrip("/")
        self._token = _place(target.token_url) if target.token_url else None
        self._routes = tuple(_routes(operations))
        self._created: set[str] = set()

    def check(self, method: str, url: str, headers: Headers = ()) -> None:
        """Let a request pass as it would stand on the wire.

        Raises:
            ForbiddenRequestError: the rules forbid it; the message names method, path and reason, and no secret.
        """
        if reason := self.refusal(method, url, headers):
            raise ForbiddenRequestError(f"{method} {urlsplit(url).path or '/'} may not be sent: {reason}")

    def refusal(self, method: str, url: str, headers: Headers = ()) -> str:
        """Return why a request may not leave; empty where it may."""
        place = _place(url)
        if not self._is_ours(place) and _has_credentials(url, headers):
            return "it carries credentials to an address outside the target"
        overrides = _overrides(url, headers)
        if overrides and not RULES[self._target.kind].writes:
            return f"no method override is ever sent to {self._target.kind}"
        effects = [self._effect(name, place) for name in (_canonical(method), *overrides)]
        return refusal_of(self._target, max(effects, key=_GRAVITY.index))

    def observe(self, method: str, url: str, response: Response) -> None:
        """Remember what a response says was created, so that it may be deleted again."""
        path = created_path(method, urlsplit(url).path, response)
        if path:
            self._created |= {*_place(f"{url[: url.index(urlsplit(url).path)]}{path}").paths}

    def _is_ours(self, place: _Place) -> bool:
        """Return whether every reading of a place lies below the base URL or beside the token endpoint."""
        below = place.origin == self._base.origin and all(_is_below(path, self._prefix) for path in place.paths)
        return below or self._is_beside_token(place)

    def _is_beside_token(self, place: _Place) -> bool:
        if self._token is None or place.origin != self._token.origin:
            return False
        folder = self._token.paths[0].rpartition("/")[0]
        return all(_is_below(path, folder) for path in place.paths)

    def _effect(self, method: str, place: _Place) -> Effect:
        """The gravest effect that a method may have at a place, however a server reads its path."""
        if self._token is not None and place == self._token and method == "POST":
            return Effect.NONE  # buying a token (RFC 6749, section 4.4.2) is how anything else is read
        if place.origin != self._base.origin:
            beside = self._is_beside_token(place) and method == "POST"
            return Effect.NONE if method in READ_METHODS else Effect.WRITE if beside else Effect.IRREVERSIBLE
        return max((self._effect_at(method, path, place) for path in place.paths), key=_GRAVITY.index)

    def _effect_at(self, method: str, path: str, place: _Place) -> Effect:
        if not _is_below(path, self._prefix):
            if method in READ_METHODS:
                return Effect.NONE
            return Effect.WRITE if self._is_beside_token(place) and method == "POST" else Effect.IRREVERSIBLE
        effects = [route.effects for route in self._routes if route.pattern.fullmatch(path[len(self._prefix) :])]
        effect = max((_effect_of(method, known) for known in effects), key=_GRAVITY.index, default=None)
        if effect is None:
            return Effect.NONE if method in READ_METHODS else Effect.IRREVERSIBLE
        if effect is Effect.IRREVERSIBLE and method == "DELETE" and path in self._created:
            return Effect.WRITE
        return effect


def created_path(method: str, path: str, response: Response) -> str:
    """Return the path of what a response says was created directly below the path of its request; else empty.

    Only 201 says that a thing is new (RFC 9110, section 15.3.2): a server that answers 200 may show what was there
    before. The address stands in the body's `url`, else in `Location`.
    """
    if method != "POST" or response.status != 201:
        return ""
    try:
        body = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    url = body.get("url") if isinstance(body, dict) else None
    address = urlsplit(url if isinstance(url, str) and url else response.find_header("location") or "").path
    parent, _, name = address.rstrip("/").rpartition("/")
    return address if name not in {"", ".", ".."} and parent == path.rstrip("/") else ""


def _strictest(target: Target) -> Target:
    """Return the target with the kind that its address has, where that one forbids writes and its own does not."""
    kind = kind_of(target.name, target.base_url)
    if RULES[target.kind].writes and not RULES[kind].writes:
        return msgspec.structs.replace(target, kind=kind)
    return target


def _routes(operations: Iterable[Operation]) -> Iterator[_Route]:
    by_path: dict[str, dict[str, Effect]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation.effect
    for path, effects in by_path.items():
        literal = (re.escape(part) for part in re.split(r"\{[^}]*\}", path.casefold()))
        yield _Route(re.compile("[^/]+".join(literal)), effects)


def _effect_of(method: str, known: dict[str, Effect]) -> Effect:
    """The effect of a method at a documented path.

    An unsafe method counts as a write even where the description says that it has no effect. An undocumented one is
    taken for the gravest that is known there.
    """
    if method in READ_METHODS:
        return known.get("GET", Effect.NONE)
    if method in known:
        return max(known[method], Effect.WRITE, key=_GRAVITY.index)
    guess = Effect.IRREVERSIBLE if method == "DELETE" else Effect.WRITE
    return max((guess, *known.values()), key=_GRAVITY.index)


def _has_credentials(url: str, headers: Headers) -> bool:
    named = any(name.lower() in _CREDENTIALS for name, _ in headers)
    return named or any(name == _TOKEN_PARAMETER for name, _ in parse_qsl(urlsplit(url).query))


def _canonical(method: str) -> str:
    """A method in upper case; `get` is not GET (RFC 9110, section 9.1), and nobody knows what a server makes of it."""
    return method if method.upper() in READ_METHODS else method.upper()


def _overrides(url: str, headers: Headers) -> tuple[str, ...]:
    """The methods that a request asks to be taken for."""
    named = [value.strip().upper() for name, value in headers if name.lower() in OVERRIDE_HEADERS]
    asked = [value.strip().upper() for name, value in parse_qsl(urlsplit(url).query) if name == _OVERRIDE_PARAMETER]
    return (*named, *asked)


def _place(url: str) -> _Place:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    origin = (parts.scheme, (parts.hostname or "").rstrip("."), port)
    return _Place(origin, tuple(dict.fromkeys(_readings(parts.path))))


def _readings(path: str) -> Iterator[str]:
    """The paths that a server may read: as it stands, percent-decoded, parameters cut off, dot segments resolved."""
    for rounds in range(_MAX_DECODINGS + 1):
        yield _plain(path, resolve=False)
        yield _plain(path, resolve=True)
        decoded = unquote(path)
        if decoded == path or rounds == _MAX_DECODINGS:
            return
        path = decoded


def _plain(path: str, *, resolve: bool) -> str:
    """A path in lower case without empty segments, segment parameters and a last slash."""
    segments: list[str] = []
    for segment in path.replace("\\", "/").casefold().split("/"):
        name = segment.partition(";")[0].strip()
        if resolve and name == "..":
            segments = segments[:-1]
        elif name and not (resolve and name == "."):
            segments.append(name)
    return "/" + "/".join(segments)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")
