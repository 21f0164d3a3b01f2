"""Which operations a requirement binds: named predicates, so that the catalogue stays data."""

from collections.abc import Callable
from types import MappingProxyType

from conformance.model import KeyKind, LinkKind, Operation, ResourceModel, Role, Scheme
from conformance.probes.unknown import beneath

Selector = Callable[[Operation, ResourceModel], bool]

API = "api"  # binds the API as a whole, not one operation
WHOLE = "*"  # the operation key of such a case


def _json_read(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and any(
        media.type.endswith("json")
        for each in operation.responses
        if each.status.startswith("2")
        for media in each.media
    )


def _keyed(operation: Operation, model: ResourceModel) -> bool:
    resource = model.by_name.get(operation.resource)
    return operation.role is Role.ITEM and resource is not None and resource.key_kind is KeyKind.ID


def _by_ids(operation: Operation, model: ResourceModel) -> bool:
    """Members of collections by their ids, and what hangs under such members and is read by these alone."""
    return _keyed(operation, model) or beneath(operation, model)


def _identified(operation: Operation, model: ResourceModel) -> bool:
    resource = model.by_name.get(operation.resource)
    return operation.method == "GET" and resource is not None and bool(resource.prefix)


def _linked(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and any(
        not link.own and link.kind is not LinkKind.EXTERNAL and link.targets for link in operation.links
    )


def _csv(operation: Operation, model: ResourceModel) -> bool:
    return any(media.type == "text/csv" for each in operation.responses for media in each.media)


def _expanding_answers(operation: Operation, model: ResourceModel) -> bool:
    """Reads, and changes that answer the new state, where something can be expanded."""
    shows = operation.method == "GET" or operation.role is Role.UPDATE
    return shows and any(each.resolvable for each in operation.expansions)


def _expanding(count: int) -> Selector:
    return lambda o, m: o.method == "GET" and sum(e.resolvable for e in o.expansions) >= count


SELECTORS: MappingProxyType[str, Selector] = MappingProxyType(
    {
        "every": lambda o, m: True,
        "reads": lambda o, m: o.safe,
        "writes": lambda o, m: not o.safe,
        "json-reads": _json_read,
        "lists": lambda o, m: o.role is Role.LIST,
        "items": lambda o, m: o.role is Role.ITEM,
        "keyed": _keyed,
        "by-ids": _by_ids,
        "identified": _identified,
        "linked": _linked,
        "expandable": _expanding(1),
        "expanding-answers": _expanding_answers,
        "nested-expandable": lambda o, m: o.method == "GET" and any(e.parent for e in o.expansions if e.resolvable),
        "multi-expandable": _expanding(2),
        "paginated": lambda o, m: o.pagination is not None,
        "cursor-paged": lambda o, m: o.pagination is not None and o.pagination.scheme is not Scheme.PAGE,
        "page-numbered": lambda o, m: o.pagination is not None and o.pagination.scheme is Scheme.PAGE,
        "sized": lambda o, m: o.pagination is not None and bool(o.pagination.size),
        "filtering": lambda o, m: bool(o.filters),
        "filtered": lambda o, m: any(f.field for f in o.filters),
        "ordered": lambda o, m: o.ordering is not None,
        "secured": lambda o, m: o.secured,
        "public": lambda o, m: not o.secured,
        "scoped": lambda o, m: o.secured and bool(o.scopes),
        "user-scoped": lambda o, m: bool(o.user_header),
        "personal": lambda o, m: o.secured and (bool(o.user_header) or o.resource in m.personal),
        "user-required": lambda o, m: o.user_required,
        "versioned": lambda o, m: True,
        "with-body": lambda o, m: o.body is not None,
        "creates": lambda o, m: o.role is Role.CREATE,
        "updates": lambda o, m: o.role is Role.UPDATE,
        "deletes": lambda o, m: o.role is Role.DELETE,
        "redirects": lambda o, m: any(each.status.startswith("3") for each in o.responses),
        "csv": _csv,
        "webhooks": lambda o, m: False,
    }
)
