"""Selectors: named predicates that say which operations a requirement binds, so that requirements stay data."""

from collections.abc import Callable
from types import MappingProxyType

from conformance.checks.charging import find_bound_names, find_rules
from conformance.model import KeyKind, LinkKind, Operation, ResourceModel, Role, Scheme
from conformance.probes.authorization.foreign_references import is_referring_write
from conformance.probes.authorization.foreign_refusals import is_personal_item
from conformance.probes.authorization.foreign_user_header import is_user_scoped_read
from conformance.probes.errors.unknown_ids import is_read_below_ids
from conformance.probes.paths.method_overrides import is_scoped_create
from conformance.probes.paths.unauthorized_access import is_secured_read

Selector = Callable[[Operation, ResourceModel], bool]

API_SELECTOR = "api"  # selector of requirements that bind the API as a whole
WHOLE_API_KEY = "*"  # operation key of their cases


def _is_json_read(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and any(
        media.type.endswith("json")
        for response in operation.responses
        if response.status.startswith("2")
        for media in response.media
    )


def _is_read_by_id(operation: Operation, model: ResourceModel) -> bool:
    """Return whether an operation reads a member of a collection by its id."""
    resource = model.resources_by_name.get(operation.resource)
    return operation.role is Role.ITEM and resource is not None and resource.key_kind is KeyKind.ID


def _has_id_in_path(operation: Operation, model: ResourceModel) -> bool:
    """Return whether an operation reads a member of a collection by its id, or something under such a member."""
    return _is_read_by_id(operation, model) or is_read_below_ids(operation, model)


def _has_prefixed_ids(operation: Operation, model: ResourceModel) -> bool:
    """Return whether an operation reads a resource whose ids have a prefix."""
    resource = model.resources_by_name.get(operation.resource)
    return operation.method == "GET" and resource is not None and bool(resource.prefix)


def _has_links(operation: Operation, model: ResourceModel) -> bool:
    """Return whether an operation reads links to other resources of the API."""
    return operation.method == "GET" and any(
        not link.own and link.kind is not LinkKind.EXTERNAL and link.targets for link in operation.links
    )


def _has_csv(operation: Operation, model: ResourceModel) -> bool:
    return any(media.type == "text/csv" for response in operation.responses for media in response.media)


def _can_expand_response(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read, or an update that responds with the new state, can expand something."""
    has_state = operation.method == "GET" or operation.role is Role.UPDATE
    return has_state and any(expansion.resolvable for expansion in operation.expansions)


def _group_fields(operation: Operation) -> tuple[frozenset[str], ...]:
    """Return the names of the properties of each object that an operation can show, expansions left out."""
    objects: dict[str, set[str]] = {}
    for field in operation.fields:
        head, _, name = field.rpartition(".")
        objects.setdefault(head, set()).add(name.removesuffix("[]"))
    return tuple(map(frozenset, objects.values()))


def _is_bound_by(requirement: str) -> Selector:
    """Return the selector of reads that show an object which a rule of a charging requirement binds."""

    def select(operation: Operation, _model: ResourceModel) -> bool:
        return operation.method == "GET" and any(
            rule.requirement == requirement for names in _group_fields(operation) for rule in find_rules(names)
        )

    return select


def _has_bounds(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and any(find_bound_names(tuple(sorted(n))) for n in _group_fields(operation))


def _shows(*shapes: frozenset[str]) -> Selector:
    """Return the selector of reads that show an object with all properties of one of the shapes."""
    return lambda o, m: o.method == "GET" and any(shape <= names for names in _group_fields(o) for shape in shapes)


def _show_alone(*names: str) -> Selector:
    """Return the selector of reads of resources that show one of these properties."""
    return _shows(*(frozenset({name, "url"}) for name in names))


def _has_series(operation: Operation, model: ResourceModel) -> bool:
    """Return whether an operation reads intervals: with a begin and a length, or with a begin and an end."""
    shapes = ({"started_at", "interval_seconds"}, {"period_start", "period_end"})
    return operation.role in {Role.LIST, Role.SINGLETON} and any(
        shape <= names for names in _group_fields(operation) for shape in shapes
    )


def _has_expansions(count: int) -> Selector:
    """Return the selector of reads with at least `count` expansions."""
    return lambda o, m: o.method == "GET" and sum(e.resolvable for e in o.expansions) >= count


SELECTORS: MappingProxyType[str, Selector] = MappingProxyType(
    {
        "every": lambda o, m: True,
        "reads": lambda o, m: o.is_safe,
        "writes": lambda o, m: not o.is_safe,
        "json-reads": _is_json_read,
        "lists": lambda o, m: o.role is Role.LIST,
        "items": lambda o, m: o.role is Role.ITEM,
        "keyed": _is_read_by_id,
        "by-ids": _has_id_in_path,
        "identified": _has_prefixed_ids,
        "linked": _has_links,
        "expandable": _has_expansions(1),
        "expanding-answers": _can_expand_response,
        "nested-expandable": lambda o, m: o.method == "GET" and any(e.parent for e in o.expansions if e.resolvable),
        "multi-expandable": _has_expansions(2),
        "paginated": lambda o, m: o.pagination is not None,
        "cursor-paged": lambda o, m: o.pagination is not None and o.pagination.scheme is not Scheme.PAGE,
        "page-numbered": lambda o, m: o.pagination is not None and o.pagination.scheme is Scheme.PAGE,
        "sized": lambda o, m: o.pagination is not None and bool(o.pagination.size),
        "filtering": lambda o, m: bool(o.filters),
        "filtered": lambda o, m: any(f.field for f in o.filters),
        "ordered": lambda o, m: o.ordering is not None,
        "secured": lambda o, m: o.is_secured,
        "secured-reads": is_secured_read,
        "scoped-creates": is_scoped_create,
        "public": lambda o, m: not o.is_secured,
        "scoped": lambda o, m: o.is_secured and bool(o.scopes),
        "user-scoped": lambda o, m: bool(o.user_header),
        "referring-writes": is_referring_write,
        "user-scoped-reads": is_user_scoped_read,
        "personal-items": is_personal_item,
        "personal": lambda o, m: o.is_secured and (bool(o.user_header) or o.resource in m.personal_resources),
        "user-required": lambda o, m: o.user_required,
        "versioned": lambda o, m: True,
        "with-body": lambda o, m: o.body is not None,
        "creates": lambda o, m: o.role is Role.CREATE,
        "updates": lambda o, m: o.role is Role.UPDATE,
        "deletes": lambda o, m: o.role is Role.DELETE,
        "redirects": lambda o, m: any(response.status.startswith("3") for response in o.responses),
        "csv": _has_csv,
        "link-lists": lambda o, m: o.method == "GET" and any(link.many for link in o.links),
        "plug-states": _is_bound_by("CHG-01"),
        "derived-states": _is_bound_by("CHG-02"),
        "parts": _is_bound_by("CHG-03"),
        "flows": _is_bound_by("CHG-04"),
        "rates": _is_bound_by("CHG-05"),
        "bounds": _has_bounds,
        "series": _has_series,
        "sessions": _shows(frozenset({"sub_sessions", "start"})),
        "energy": _shows(
            frozenset({"energy_delivered_watt_hours", "end"}), frozenset({"intervals", "charging_sub_session"})
        ),
        "counters": _show_alone("odometer_meters", "meter_reading_watt_hours"),
        "ending": _shows(frozenset({"start", "end", "url"})),
        "latest-logs": _show_alone("latest_status_log"),
        "updated": _show_alone("updated_at", "last_updated_at", "ticket_updated_at"),
        "timed": _show_alone("created_at", "joined_at", "start", "sampled_at", "logged_at", "started_at"),
        "webhooks": lambda o, m: False,
    }
)
