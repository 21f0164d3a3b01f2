"""The gate in front of the network: which requests may leave for a target, decided from the request itself.

Nothing that a probe claims counts here. The method, the URL and the headers as they would stand on the wire are held
against the rules of the target's kind (`conformance.safety.rules`) and the effects that the description gives to its
operations. A request with an unsafe method that is refused shows an internal error of the plan; a read that is refused
is one that a server led to.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from conformance.model import Effect, Headers, Operation, Response, Target
from conformance.safety.creations import Creations
from conformance.safety.overrides import has_credentials, list_overrides
from conformance.safety.paths import UrlPlace, compile_template, is_below, read_place
from conformance.safety.rules import RULES, find_exposure, find_refusal, kind_of

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that only read (RFC 9110, section 9.2.1); TRACE is not among them, as it echoes credentials."""
_TOKEN_IN_URL = re.compile(r"[?&;]access_token=", re.IGNORECASE)  # RFC 6750, section 2.3
_GRAVITY = (Effect.NONE, Effect.WRITE, Effect.MONEY, Effect.HARDWARE, Effect.IRREVERSIBLE)


class ForbiddenRequestError(Exception):
    """A request that the rules of the target forbid; it was not sent. `is_read` is true for a read."""

    def __init__(self, message: str, *, is_read: bool) -> None:
        super().__init__(message)
        self.is_read = is_read


class _Route(NamedTuple):
    """A path of the description as a pattern over the readings of a path, and its operations' effects by method."""

    pattern: re.Pattern[str]
    effects: dict[str, Effect]


class Gate:
    """Holds every request to the rules of one target.

    `operations` are those of the description. What a run created itself may be deleted again with --allow-writes alone,
    though deleting is irreversible: see `conformance.safety.creations`.
    """

    def __init__(self, target: Target, operations: Iterable[Operation], creations: Creations | None = None) -> None:
        self._target = _choose_strictest(target)
        self._base = read_place(target.base_url)
        self._prefix = self._base.paths[0].rstrip("/")
        self._token = read_place(target.token_url) if target.token_url else None
        self._routes = tuple(_compile_routes(operations))
        self._created = creations or Creations()
        self._match_routes = lru_cache(maxsize=1024)(self._find_routes)  # many requests of a run go to one path

    def check(self, method: str, url: str, headers: Headers = ()) -> None:
        """Let a request pass as it would stand on the wire.

        Raises:
            ForbiddenRequestError: the rules forbid it; the message names method, path and reason, and no secret.
        """
        if reason := self.refusal(method, url, headers):
            message = f"{method} {urlsplit(url).path or '/'} may not be sent: {reason}"
            raise ForbiddenRequestError(message, is_read=method in READ_METHODS)

    def refusal(self, method: str, url: str, headers: Headers = ()) -> str:
        """Return why a request may not leave; empty where it may."""
        place = read_place(url)
        if "@" in urlsplit(url).netloc or (not self._is_ours(place) and has_credentials(url, headers)):
            return "it carries credentials to an address outside the target"
        if _TOKEN_IN_URL.search(url) and (reason := find_exposure(self._target)):
            return reason
        overrides = list_overrides(url, headers)
        if overrides and not RULES[self._target.kind].writes:
            return f"no method override is ever sent to {self._target.kind}"
        if not overrides and self._is_token_request(method, url):
            return ""
        effects = [self._find_effect(name, place) for name in (_normalize_method(method), *overrides)]
        return find_refusal(self._target, max(effects, key=_GRAVITY.index))

    def observe(self, method: str, url: str, response: Response) -> None:
        """Learn from a response what the run created, and what was there before."""
        if self._target.may_write:
            self._created.observe(method, urlsplit(url).path, response)

    def _is_token_request(self, method: str, url: str) -> bool:
        """Return whether a request obtains a token (RFC 6749, section 4.4.2) and is no operation of the API."""
        own = method == "POST" and self._token is not None and url == self._target.token_url
        return own and not any(self._match_routes(path) for path in read_place(url).paths)

    def _is_ours(self, place: UrlPlace) -> bool:
        """Return whether every reading of a place lies below the base URL or beside the token endpoint."""
        below = place.origin == self._base.origin and all(is_below(path, self._prefix) for path in place.paths)
        return below or self._is_beside_token(place)

    def _is_beside_token(self, place: UrlPlace) -> bool:
        """Return whether every reading of a place lies in the folder of the token endpoint, or is that endpoint."""
        if self._token is None or place.origin != self._token.origin:
            return False
        folder = self._token.paths[0].rpartition("/")[0]
        return place == self._token or (bool(folder) and all(is_below(path, folder) for path in place.paths))

    def _find_effect(self, method: str, place: UrlPlace) -> Effect:
        """Return the gravest effect that a method may have at a place, however a server reads its path."""
        return max((self._find_effect_at(method, path, place) for path in place.paths), key=_GRAVITY.index)

    def _find_effect_at(self, method: str, path: str, place: UrlPlace) -> Effect:
        known = self._match_routes(path) if place.origin == self._base.origin else ()
        if known:
            effect = max((_find_known_effect(method, effects) for effects in known), key=_GRAVITY.index)
            mine = method == "DELETE" and effect is Effect.IRREVERSIBLE and path in self._created
            return Effect.WRITE if mine else effect
        if method in READ_METHODS:
            return Effect.NONE
        return Effect.WRITE if method == "POST" and self._is_beside_token(place) else Effect.IRREVERSIBLE

    def _find_routes(self, path: str) -> tuple[dict[str, Effect], ...]:
        """Return the effects by method of each documented path that a reading of a path fits."""
        if not is_below(path, self._prefix):
            return ()
        below = path[len(self._prefix) :] or "/"
        return tuple(route.effects for route in self._routes if route.pattern.fullmatch(below))


def _choose_strictest(target: Target) -> Target:
    """Return the target with the kind that its address has, where that one forbids writes and its own does not."""
    kind = kind_of(target.name, target.base_url)
    if RULES[target.kind].writes and not RULES[kind].writes:
        return msgspec.structs.replace(target, kind=kind)
    return target


def _compile_routes(operations: Iterable[Operation]) -> Iterator[_Route]:
    by_path: dict[str, dict[str, Effect]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation.effect
    for path, effects in by_path.items():
        yield _Route(compile_template(path), effects)


def _find_known_effect(method: str, known: dict[str, Effect]) -> Effect:
    """Return the effect of a method at a documented path.

    An unsafe method counts as a write even where the description says that it has no effect. An undocumented method is
    taken for the gravest that is known there: a GET where only an action is documented may be taken for the action.
    """
    if method in READ_METHODS:
        return known["GET"] if "GET" in known else max(known.values(), key=_GRAVITY.index)
    if method in known:
        return max(known[method], Effect.WRITE, key=_GRAVITY.index)
    guess = Effect.IRREVERSIBLE if method == "DELETE" else Effect.WRITE
    return max((guess, *known.values()), key=_GRAVITY.index)


def _normalize_method(method: str) -> str:
    """Return a method in upper case; `get` is not GET (RFC 9110, section 9.1): what a server makes of it is unknown."""
    return method if method.upper() in READ_METHODS else method.upper()
