"""An operation as the description states it, and what is derived from it: pagination, filters, links, expansions.

Derived by the package `conformance.description`. Schemas are named by JSON pointers (RFC 6901, with a leading `#`) into
the description, so that the model stays small enough to cache and log.
"""

from enum import StrEnum
from typing import Any

import msgspec


class Role(StrEnum):
    """The role of an operation towards its resource."""

    LIST = "list"  # GET of a collection
    ITEM = "item"  # GET of one member, by id, timestamp or name
    SINGLETON = "singleton"  # GET of something that exists once under its parent, or once in all
    CREATE = "create"  # POST to a collection
    UPDATE = "update"  # PATCH or PUT
    DELETE = "delete"
    ACTION = "action"  # POST beside a resource: `/boost_start`, `:submit`
    REDIRECT = "redirect"  # GET whose response redirects with a 3xx


class Effect(StrEnum):
    """The effect of a successful operation outside the API; decides what the safety rules allow."""

    NONE = "none"
    WRITE = "write"
    HARDWARE = "hardware"  # moves a vehicle, charger or real load
    MONEY = "money"  # payouts, rebates
    IRREVERSIBLE = "irreversible"  # deletes, onboarding, messages to people


class Location(StrEnum):
    """The place of a parameter in a request (OpenAPI 3.1, section 4.8.12.1)."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"


class Parameter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A parameter of an operation; `schema` is the description's own, with its outermost `$ref` followed."""

    name: str
    location: Location
    required: bool = False
    schema: dict[str, Any] = {}
    style: str = ""
    explode: bool = True


class Media(msgspec.Struct, frozen=True, omit_defaults=True):
    """A media type and the pointer of its schema; an empty pointer means that there is none."""

    type: str
    schema: str = ""


class HeaderSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """A documented response header and the pointer of its schema."""

    name: str
    schema: str = ""
    required: bool = False


class ResponseSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """A documented response. `status` is `200`, `4XX` or `default`; `pointer` leads to its object."""

    status: str
    media: tuple[Media, ...] = ()
    headers: tuple[HeaderSpec, ...] = ()
    pointer: str = ""


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """The request body that an operation accepts."""

    required: bool
    media: tuple[Media, ...]


class Security(msgspec.Struct, frozen=True, omit_defaults=True):
    """One scheme that must be satisfied, and the scopes that it requires."""

    scheme: str
    scopes: tuple[str, ...] = ()


class Scheme(StrEnum):
    """The way in which a list is divided into pages."""

    CURSOR = "cursor"  # page_after / page_before take an id
    TIMESTAMP = "timestamp"  # page_after / page_before take a timestamp
    PAGE = "page"  # page number from 1


class Pagination(msgspec.Struct, frozen=True, omit_defaults=True):
    """The pagination of a list. `size` names the page-size parameter, empty if the list has none."""

    scheme: Scheme
    size: str = ""
    after: str = ""
    before: str = ""
    page: str = ""
    default_size: int = 25
    max_size: int = 100


class Operator(StrEnum):
    """The comparison that a filter makes; named like the suffix of its parameter."""

    EQ = "eq"
    GTE = "gte"
    LTE = "lte"
    GT = "gt"
    LT = "lt"
    IN = "in"
    RANGE = "range"
    ISNULL = "isnull"


class Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A query parameter that selects items by a field.

    `field` is the path of the property in an item, dots between levels, empty if the description does not say which one
    (then only the form of the filter can be checked). If the field is an array, one matching element is enough
    (`tags`); in a singleton the items stand in an array that the path names (`schedules[].started_at`). `by_id_of`
    names the resource if the filter takes the id of a linked resource (`evse_id` compares with the link in `evse`).
    """

    parameter: str
    operator: Operator
    field: str = ""
    by_id_of: str = ""
    required: bool = False


class Ordering(msgspec.Struct, frozen=True, omit_defaults=True):
    """A parameter that orders a list, and the fields it offers, each ascending; `-` reverses if `reversible`."""

    parameter: str
    fields: tuple[str, ...]
    reversible: bool = False


class StatedOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """The order that a text states of a list: by what, in its words, and which end comes first.

    `field` is as the text names it (`started_at`, `start time`), empty where it says only what is new or old.
    `is_descending` is None where the text names no direction.
    """

    field: str = ""
    is_descending: bool | None = None


class LinkKind(StrEnum):
    """The kind of resource that a link leads to."""

    ITEM = "item"  # a member of a collection, by id, timestamp or name
    SINGLETON = "singleton"
    LIST = "list"  # a collection, usually filtered by the query of the link
    EXTERNAL = "external"  # outside the API: icons, portals, onboarding pages


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """A property of a resource that holds one or several URLs of other resources.

    `path` is the property's path in the item, dots between levels, as `default_location.tariff`; `[]` marks array
    levels inside it (`schedules[].plan`). `targets` are names of resources, empty if the description names none.
    `own` marks the resource's `url`. `outside` marks links of the object around the items of a wrapped list
    (`Operation.items_at`), whose paths start there.
    """

    path: str
    kind: LinkKind
    targets: tuple[str, ...] = ()
    many: bool = False
    nullable: bool = False
    expandable: bool = False
    own: bool = False
    outside: bool = False


class Reading(msgspec.Struct, frozen=True, omit_defaults=True):
    """A statement of the description that has two admissible readings, and the one that was chosen.

    `about` says what it is about: `security`, `scope` or `expand`, where an overlay chose; `value NAME`, `absent NAME`
    or `absent property NAME` where the text about a parameter or field of the body says another thing than its schema.
    `chosen` and `published` are the two readings in words: ours, and the one that the description has as it was
    published. `depends_on` names parameters or fields without which the other reading does not apply.
    """

    about: str
    chosen: str
    published: str
    depends_on: tuple[str, ...] = ()


class Expansion(msgspec.Struct, frozen=True, omit_defaults=True):
    """A documented value of `expand` on an operation.

    `path` is the value, as `model.make`. `target` names the resource that it leads to, empty if unknown;
    `schema` is the pointer of the expanded object's schema. `many` is true if the property holds an array.
    `resolvable` is false if the path leads to a property that cannot be an object (a defect of the description).
    The path starts in an item; in the whole body of a wrapped list (`Operation.items_at`); or in the members of the
    array that `within` names (`schedule_plans[]`). `reading` is the chosen one where another one does not expand it.
    """

    path: str
    target: str = ""
    schema: str = ""
    many: bool = False
    resolvable: bool = True
    within: str = ""
    reading: Reading | None = None

    @property
    def parent(self) -> str:
        """Return the path one level up, empty at the first level."""
        return self.path.rpartition(".")[0]


class Operation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One operation of the description and all that was derived of it. `key` is `GET /evses/{evse_id}`.

    `resource` names the resource that a 2xx body shows (or that the write acts on), empty for a plain response.
    `security` holds alternatives, each a conjunction; an empty alternative means that no token is needed.
    `item_schema` is the pointer of one item's schema: of the array's items for a list, of the body otherwise.
    `items_at` is the property that wraps the items of a list (`carbon_intensities`), empty for a bare array.
    `group` is the first path segment: items of one group run on one worker. `fields` are the paths of what successful
    JSON bodies can show, dots between levels, `[]` for arrays (`[].id` in a bare list), nothing of linked resources.
    `readings` are chosen readings of what it states, those of its expansions left to them.
    """

    key: str
    id: str
    method: str
    path: str
    pointer: str
    role: Role
    effect: Effect
    group: str
    tags: tuple[str, ...] = ()
    resource: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    responses: tuple[ResponseSpec, ...] = ()
    security: tuple[tuple[Security, ...], ...] = ()
    item_schema: str = ""
    items_at: str = ""
    pagination: Pagination | None = None
    filters: tuple[Filter, ...] = ()
    ordering: Ordering | None = None
    stated_order: StatedOrder | None = None  # of its list, unless another one is asked for
    expansions: tuple[Expansion, ...] = ()
    links: tuple[Link, ...] = ()
    fields: tuple[str, ...] = ()
    user_header: str = ""  # the header that narrows to one user, empty where the operation has none
    user_required: bool = False
    deprecated: bool = False
    readings: tuple[Reading, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Return whether the operation only reads."""
        return self.method in {"GET", "HEAD", "OPTIONS"}

    @property
    def is_secured(self) -> bool:
        """Return whether every alternative of its security requires a token."""
        return bool(self.security) and all(self.security)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return the scopes of the first security alternative, sorted."""
        return tuple(
            sorted({scope for alternative in self.security[:1] for scheme in alternative for scope in scheme.scopes})
        )

    @property
    def first_expansions(self) -> tuple[Expansion, ...]:
        """Return the expansions that start at an item or body, not inside another expansion."""
        known = {expansion.path for expansion in self.expansions}
        return tuple(expansion for expansion in self.expansions if expansion.parent not in known)

    @property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters in the path, in the order of the template."""
        parameters = [parameter for parameter in self.parameters if parameter.location is Location.PATH]
        return tuple(sorted(parameters, key=lambda parameter: self.path.find("{" + parameter.name + "}")))

    def find_parameter(self, name: str, location: Location = Location.QUERY) -> Parameter | None:
        """Return the parameter of that name and place, or None; header names compare without case."""
        expected = name.lower() if location is Location.HEADER else name
        for parameter in self.parameters:
            actual = parameter.name.lower() if parameter.location is Location.HEADER else parameter.name
            if parameter.location is location and actual == expected:
                return parameter
        return None

    def find_response(self, status: int) -> ResponseSpec | None:
        """Return what is documented for a status: exactly, by class (`4XX`) or by `default`; else None."""
        for key in (str(status), f"{status // 100}XX", "DEFAULT"):
            for response in self.responses:
                if response.status.upper() == key:
                    return response
        return None
