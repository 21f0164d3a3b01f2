"""A response read as the description says: its JSON, its items, its links. Shared by checks and probes; pure."""

import json
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from conformance.description.guards import depth
from conformance.model import Exchange, Expansion, Link, Operation, Resource, ResourceModel, ResponseSpec, Role

CSV = "text/csv"
UNREADABLE: Any = object()  # the body is no JSON; None is a JSON value and would hide that
_DEEPEST = 64  # levels of nesting that are read; judges are recursive, and hostile bodies must not exhaust them
_REMEMBERED = 1 << 18  # bytes of a body that are worth to keep
_ALL_BUT_BRACKETS = bytes({*range(256)} - {*b"[]{}"})
_PORTS = {"http": 80, "https": 443}


class Answer:
    """An exchange seen as an answer to one operation. Cheap to make; parses on demand and once."""

    def __init__(self, exchange: Exchange, operation: Operation) -> None:
        self.exchange = exchange
        self.operation = operation
        self.shown: tuple[Thing, ...] | None = None  # what `things` found

    @property
    def status(self) -> int:
        """The HTTP status, 0 where nothing came back."""
        return self.exchange.status

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def own(self) -> bool:
        """Whether the operation's own method was used; HEAD, OPTIONS and wrong methods are answered by HTTP's rules."""
        return self.exchange.request.method == self.operation.method

    @cached_property
    def spec(self) -> ResponseSpec | None:
        """What the description says of this answer; None where it says nothing."""
        return self.operation.response(self.status) if self.own and self.status else None

    @cached_property
    def is_json(self) -> bool:
        """Whether the media type says JSON (RFC 6839, section 3.1: `+json` too)."""
        media = self.exchange.response.media_type if self.exchange.response else ""
        return media == "application/json" or media.endswith("+json")

    @cached_property
    def json(self) -> Any:
        """The parsed body, or UNREADABLE."""
        if self.exchange.response is None:
            return UNREADABLE
        return parsed(self.exchange.response.body)

    @cached_property
    def peculiar(self) -> str:
        """Why a body that is JSON by its grammar (RFC 8259) was not read all the same; empty where it was, or is none.

        The grammar allows lone surrogates, numbers of any size and depth; readers may refuse them (sections 6, 8, 9).
        """
        if self.json is not UNREADABLE or self.exchange.response is None:
            return ""
        try:
            json.loads(self.exchange.response.body.decode(), parse_constant=_refuse, parse_int=len, parse_float=len)
        except RecursionError:
            return "it nests too deeply"
        except ValueError:
            return ""
        return f"it holds a lone surrogate, a number out of all range, or more than {_DEEPEST} levels"

    @cached_property
    def items(self) -> tuple[tuple[str, Any], ...]:
        """The members of a list or the one object, each with its JSON pointer; empty where the body is neither.

        Only a 2xx answer to the operation's own method has items. Members are whatever the list holds: judging their
        type is the schema's business.
        """
        if not self.ok or not self.own or self.json is UNREADABLE:
            return ()
        if self.operation.role is not Role.LIST:
            return (("", self.json),) if isinstance(self.json, dict) else ()
        at = f"/{self.operation.items_at}" if self.operation.items_at else ""
        return tuple((f"{at}/{index}", item) for index, item in enumerate(self._members)) if self.listed else ()

    @property
    def listed(self) -> bool:
        """Whether there is a list where an operation that lists promises one."""
        return isinstance(self._members, list)

    @property
    def _members(self) -> Any:
        if not self.operation.items_at:
            return self.json
        return self.json.get(self.operation.items_at) if isinstance(self.json, dict) else None

    @cached_property
    def objects(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """The items that are JSON objects."""
        return tuple((at, item) for at, item in self.items if isinstance(item, dict))


def parsed(body: bytes) -> Any:
    """A JSON body as judges can read it, or UNREADABLE. Shared by all who read the same body: nobody changes it.

    An answer is read by the checks, then by the probe that asked, and shared reads again.
    """
    return _parsed_before(body) if len(body) <= _REMEMBERED else _parsed(body)


def _parsed(body: bytes) -> Any:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return UNREADABLE
    return UNREADABLE if _seems_deep(body) and depth(value) > _DEEPEST else value


_parsed_before = lru_cache(maxsize=64)(_parsed)


def _seems_deep(body: bytes) -> bool:
    """Whether brackets nest too deeply. Those in texts are counted too: who asks looks again where this says yes."""
    left = body.translate(None, _ALL_BUT_BRACKETS)
    for _ in range(_DEEPEST):
        inner = len(left)
        left = left.replace(b"[]", b"").replace(b"{}", b"")
        if not left:
            return False
        if len(left) == inner:
            break
    return True


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def escape(name: str) -> str:
    """A reference token of a JSON pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def values_at(item: Any, path: str, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value at a property path such as `a.b` or `logs[].url`, with its JSON pointer; nothing where it is absent.

    Lists on the way are walked whether or not the path marks them with `[]`, except at its end.
    """
    name, many, rest = _first_step(path)
    if not isinstance(item, dict) or name not in item:
        return
    value, at = item[name], f"{pointer}/{escape(name)}"
    members = ((f"{at}/{i}", v) for i, v in enumerate(value)) if isinstance(value, list) else [(at, value)]
    if rest:
        for where, member in members:
            yield from values_at(member, rest, where)
    elif many and isinstance(value, list):
        yield from members
    else:
        yield at, value


@lru_cache(maxsize=4096)
def _first_step(path: str) -> tuple[str, bool, str]:
    """The first name of a property path, whether it is marked as a list, and the rest."""
    name, _, rest = path.partition(".")
    return name.removesuffix("[]"), name.endswith("[]"), rest


def urls_at(item: Any, link: Link, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every URL that a link property holds, with its JSON pointer; expanded objects and nulls are passed over."""
    for at, value in values_at(item, link.path, pointer):
        if isinstance(value, str):
            yield at, value
        elif isinstance(value, list):
            for index, member in enumerate(value):
                if isinstance(member, str):
                    yield f"{at}/{index}", member


def expanded_at(answer: Answer, expansion: Expansion) -> Iterator[tuple[str, Any]]:
    """Whatever stands at an expand path, item by item, with its JSON pointer (`Expansion` tells where paths start)."""
    path = f"{expansion.within}.{expansion.path}" if expansion.within else expansion.path
    if answer.operation.items_at:
        yield from values_at(answer.json if answer.items else None, path)
    else:
        for where, item in answer.objects:
            yield from values_at(item, path, where)


@lru_cache(maxsize=1 << 16)  # the same links stand in every page of a list
def below(base_url: str, url: str) -> str | None:
    """The request target of an absolute URL below the base URL, as `/evses/x?page=2`; None where it is elsewhere.

    Scheme, host and port must be those of the base (RFC 3986, sections 6.2.2 and 6.2.3: scheme and host without case, a
    default port as if absent). A URL with user information or dot segments is elsewhere: clients rewrite it.
    """
    try:
        base, other = urlsplit(base_url), urlsplit(url)
        same = _origin(base) == _origin(other)
    except ValueError:
        return None
    prefix = base.path.rstrip("/")
    if not same or "@" in other.netloc or not (other.path == prefix or other.path.startswith(prefix + "/")):
        return None
    if any(unquote(segment) in {".", ".."} for segment in other.path.split("/")):
        return None
    return (other.path[len(prefix) :] or "/") + (f"?{other.query}" if other.query else "")


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def path_of(target: str) -> str:
    """The path of a request target. That is no URL: in `//host/x` no host is meant (RFC 9112, section 3.2.1)."""
    return target.partition("?")[0]


def match_path(template: str, path: str) -> dict[str, str] | None:
    """The decoded parameters of a path that fits a template, or None. A trailing slash on the path is tolerated."""
    if not path.startswith(_fixed_start(template)):
        return None
    wanted, given = (text.removeprefix("/").removesuffix("/").split("/") for text in (template, path))
    if len(wanted) != len(given):
        return None
    found: dict[str, str] = {}
    for want, have in zip(wanted, given, strict=True):
        if want.startswith("{") and "}" in want:
            name, _, suffix = want[1:].partition("}")
            if not have.endswith(suffix) or len(have) == len(suffix):
                return None
            found[name] = unquote(have[: len(have) - len(suffix)] if suffix else have)
        elif want != have:
            return None
    return found


@lru_cache(maxsize=4096)
def _fixed_start(template: str) -> str:
    """What every path that fits a template begins with: most fit none, and are told apart by that."""
    return template.partition("{")[0].removesuffix("/")


def reader_of(target: str, model: ResourceModel) -> Operation | None:
    """The operation that a GET of a request target calls; a fixed path wins over a template."""
    path = path_of(target)
    fitting = [o for o in model.operations if o.method == "GET" and match_path(o.path, path) is not None]
    return min(fitting, key=lambda o: o.path.count("{"), default=None)


class Thing(NamedTuple):
    """A resource seen in an answer, on its own or expanded inside another."""

    pointer: str
    body: dict[str, Any]
    resource: Resource


def things(answer: Answer, model: ResourceModel) -> tuple[Thing, ...]:
    """Every resource that a 2xx answer shows: its items and all that is expanded in them.

    An expanded object whose link may point at several resources is passed over: it cannot be told which it is.
    """
    resource = model.by_name.get(answer.operation.resource)
    if resource is None or answer.operation.role in {Role.ACTION, Role.DELETE, Role.REDIRECT}:
        return ()
    if answer.shown is None:  # several checks ask
        answer.shown = tuple(each for at, body in answer.objects for each in _thing(Thing(at, body, resource), model))
    return answer.shown


def _thing(thing: Thing, model: ResourceModel) -> Iterator[Thing]:
    yield thing
    for link in thing.resource.links:
        target = model.by_name.get(link.targets[0]) if len(link.targets) == 1 else None
        if target is None or not link.expandable:
            continue
        for at, value in values_at(thing.body, link.path, thing.pointer):
            members = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, member in members:
                if isinstance(member, dict):
                    where = at if index is None else f"{at}/{index}"
                    yield from _thing(Thing(where, member, target), model)
