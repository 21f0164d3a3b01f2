"""Responses read with the description: their JSON, items, links and resources. Shared by checks and probes; pure."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from conformance.evidence.json_bodies import UNREADABLE, explain_unreadable, parse_json
from conformance.evidence.urls import extract_path, match_path
from conformance.model import Exchange, Expansion, Link, Operation, Resource, ResourceModel, ResponseSpec, Role

CSV = "text/csv"


class OperationResponse:
    """The response of one exchange, read with the description of its operation. Parses on demand, and once."""

    def __init__(self, exchange: Exchange, operation: Operation) -> None:
        self.exchange = exchange
        self.operation = operation
        self.resources: tuple[ShownResource, ...] | None = None  # cache of `find_resources`

    def release(self) -> None:
        """Forget the parsed body and all that was read from it; it is parsed again on demand."""
        for name in ("json", "items", "objects"):
            self.__dict__.pop(name, None)
        self.resources = None

    @property
    def status(self) -> int:
        """Return the HTTP status, 0 where there was no response."""
        return self.exchange.status

    @property
    def is_success(self) -> bool:
        """Return whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def is_own_method(self) -> bool:
        """Return whether the request used the operation's method; only then does the description bind the response.

        Nor does it bind a part of the body.
        """
        return self.exchange.request.method == self.operation.method and not self.is_part

    @property
    def is_part(self) -> bool:
        """Return whether the response is the part of a body that `Range` asked for (RFC 9110, section 15.3.7)."""
        return self.status == 206 and any(name.lower() == "range" for name, _ in self.exchange.request.headers)

    @cached_property
    def spec(self) -> ResponseSpec | None:
        """Return the documented response for this status, None where there is none."""
        return self.operation.find_response(self.status) if self.is_own_method and self.status else None

    @cached_property
    def is_json(self) -> bool:
        """Return whether the media type is JSON, `+json` included (RFC 6839, section 3.1)."""
        media = self.exchange.response.media_type if self.exchange.response else ""
        return media == "application/json" or media.endswith("+json")

    @cached_property
    def json(self) -> Any:
        """Return the parsed body, UNREADABLE where it cannot be read as JSON, or is the beginning of a longer one."""
        if self.exchange.response is None or self.exchange.response.cut:
            return UNREADABLE
        return parse_json(self.exchange.response.body)

    @cached_property
    def unreadable_reason(self) -> str:
        """Return why a body that is JSON by its grammar could not be read; empty if it was read or is not JSON."""
        if self.json is not UNREADABLE or self.exchange.response is None:
            return ""
        return explain_unreadable(self.exchange.response.body)

    @cached_property
    def items(self) -> tuple[tuple[str, Any], ...]:
        """Return the members of a list or the single object, each with its JSON pointer; empty for any other body.

        Only a 2xx response to the operation's method has items. Members of a list have any type: the schema check
        judges that.
        """
        if not self.is_success or not self.is_own_method or self.json is UNREADABLE:
            return ()
        if self.operation.role is not Role.LIST:
            return (("", self.json),) if isinstance(self.json, dict) else ()
        at = f"/{self.operation.items_at}" if self.operation.items_at else ""
        return tuple((f"{at}/{index}", item) for index, item in enumerate(self._members)) if self.has_list else ()

    @property
    def has_list(self) -> bool:
        """Return whether a list stands where a list operation documents one."""
        return isinstance(self._members, list)

    @property
    def _members(self) -> Any:
        if not self.operation.items_at:
            return self.json
        return self.json.get(self.operation.items_at) if isinstance(self.json, dict) else None

    @cached_property
    def objects(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Return the items that are JSON objects."""
        return tuple((at, item) for at, item in self.items if isinstance(item, dict))


def parse_clock(text: str) -> datetime | None:
    """Return the time in a header Date (RFC 9110, section 6.6.1), None where it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def escape_pointer_token(name: str) -> str:
    """Escape a name as a reference token of a JSON pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def find_values(item: Any, path: str, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value at a property path such as `a.b` or `logs[].url`, with its JSON pointer.

    Lists along the path are entered with or without the mark `[]`; a list at its end is entered only with it.
    """
    name, many, rest = _first_step(path)
    if not isinstance(item, dict) or name not in item:
        return
    value, at = item[name], f"{pointer}/{escape_pointer_token(name)}"
    members = ((f"{at}/{i}", v) for i, v in enumerate(value)) if isinstance(value, list) else [(at, value)]
    if rest:
        for member_at, member in members:
            yield from find_values(member, rest, member_at)
    elif many and isinstance(value, list):
        yield from members
    else:
        yield at, value


@lru_cache(maxsize=4096)
def _first_step(path: str) -> tuple[str, bool, str]:
    """Split a property path into its first name, whether that is marked as a list, and the rest."""
    name, _, rest = path.partition(".")
    return name.removesuffix("[]"), name.endswith("[]"), rest


def find_urls(item: Any, link: Link, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield every URL of a link property with its JSON pointer; skip expanded objects and nulls."""
    for at, value in find_values(item, link.path, pointer):
        if isinstance(value, str):
            yield at, value
        elif isinstance(value, list):
            for index, member in enumerate(value):
                if isinstance(member, str):
                    yield f"{at}/{index}", member


def find_expanded(response: OperationResponse, expansion: Expansion) -> Iterator[tuple[str, Any]]:
    """Yield the values at an expand path with their JSON pointers, item by item.

    `Expansion.within` says where in the body the path starts.
    """
    path = f"{expansion.within}.{expansion.path}" if expansion.within else expansion.path
    if response.operation.items_at:
        yield from find_values(response.json if response.items else None, path)
    else:
        for at, item in response.objects:
            yield from find_values(item, path, at)


def find_reader(target: str, model: ResourceModel) -> Operation | None:
    """Return the operation that a GET of a request target calls, or None; a fixed path wins over a template."""
    path = extract_path(target)
    candidates = model.operations_by_depth.get(path.strip("/").count("/"), ())
    matches = [o for o in candidates if o.method == "GET" and match_path(o.path, path) is not None]
    return min(matches, key=lambda o: o.path.count("{"), default=None)


def find_homes(resource: Resource, model: ResourceModel) -> tuple[Resource, ...]:
    """Return a resource, and for an alias (`…/current`) the collections of which it may show a member.

    An alias is a resource of its own in the description; what it shows lives in a collection with the same schema.
    """
    if not resource.singleton:
        return (resource,)
    collections = (
        candidate
        for candidate in model.resources
        if not candidate.singleton and candidate.item_path and candidate.schema == resource.schema
    )
    return (resource, *collections)


class ShownResource(NamedTuple):
    """A resource in a response, as an item or expanded inside another resource."""

    pointer: str
    body: dict[str, Any]
    resource: Resource


def find_resources(response: OperationResponse, model: ResourceModel) -> tuple[ShownResource, ...]:
    """Return every resource in a 2xx response: its items and the resources expanded in them.

    An expanded object whose link may point at several resources is skipped, as its resource is unknown.
    """
    resource = model.resources_by_name.get(response.operation.resource)
    if resource is None or response.operation.role in {Role.ACTION, Role.DELETE, Role.REDIRECT}:
        return ()
    if response.resources is None:  # several checks need them
        items = (ShownResource(at, body, resource) for at, body in response.objects)
        response.resources = tuple(thing for item in items for thing in _walk_expansions(item, model))
    return response.resources


def _walk_expansions(thing: ShownResource, model: ResourceModel) -> Iterator[ShownResource]:
    """Yield a resource and all resources expanded in it, at any depth."""
    yield thing
    for link, first, target in model.expandable_links[thing.resource.name]:
        if thing.body.get(first) is None or isinstance(thing.body[first], str):
            continue  # most links are not expanded
        for at, value in find_values(thing.body, link.path, thing.pointer):
            members = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, member in members:
                if isinstance(member, dict):
                    member_at = at if index is None else f"{at}/{index}"
                    yield from _walk_expansions(ShownResource(member_at, member, target), model)
