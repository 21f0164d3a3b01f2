"""Selectors: named predicates that say which operations a requirement binds, so that requirements stay data."""

from collections.abc import Callable
from types import MappingProxyType

from conformance.model import KeyKind, LinkKind, Location, Operation, ResourceModel, Role, Scheme

Selector = Callable[[Operation, ResourceModel], bool]

API_SELECTOR = "api"  # selector of requirements that bind the API as a whole
WHOLE_API_KEY = "*"  # operation key of their cases


def is_any_operation(operation: Operation, model: ResourceModel) -> bool:
    """Return True: nothing but the requirements of a probe says where it runs."""
    return True


def is_plain_get(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a GET that should succeed."""
    return operation.method == "GET" and operation.role is not Role.REDIRECT


def is_get(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a GET."""
    return operation.method == "GET"


def is_write(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the method of the operation may have an effect."""
    return not operation.is_safe


def is_json_read(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a GET with a JSON body."""
    return operation.method == "GET" and any(
        media.type.endswith("json")
        for response in operation.responses
        if response.status.startswith("2")
        for media in response.media
    )


def is_list(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads a collection."""
    return operation.role is Role.LIST


def is_item(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads a member of a collection."""
    return operation.role is Role.ITEM


def is_read_by_id(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads a member of a collection by its id."""
    resource = model.resources_by_name.get(operation.resource)
    return (
        operation.role is Role.ITEM
        and resource is not None
        and resource.key_kind is KeyKind.ID
        and operation.path.endswith("{" + resource.key + "}")
    )


def is_read_below_ids(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads parts of resources with ids, needs only these ids, and documents 404."""
    id_parameters = {(Location.PATH, resource.key) for resource in model.resources if resource.prefix}
    required_parameters = {
        (parameter.location, parameter.name) for parameter in operation.parameters if parameter.required
    }
    is_documented_part = operation.role in {Role.LIST, Role.SINGLETON} and operation.find_response(404) is not None
    return (
        operation.method == "GET"
        and is_documented_part
        and bool(required_parameters)
        and required_parameters <= id_parameters
        and not operation.user_required
    )


def has_id_in_path(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads a member of a collection by its id, or something under such a member."""
    return is_read_by_id(operation, model) or is_read_below_ids(operation, model)


def has_prefixed_ids(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads a resource whose ids have a prefix."""
    resource = model.resources_by_name.get(operation.resource)
    return operation.method == "GET" and resource is not None and bool(resource.prefix)


def has_links(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads links to other resources of the API."""
    return operation.method == "GET" and any(
        not link.own and link.kind is not LinkKind.EXTERNAL and link.targets for link in operation.links
    )


def has_csv(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation documents a table as CSV."""
    return any(media.type == "text/csv" for response in operation.responses for media in response.media)


def is_expandable(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read documents a path that can be expanded."""
    return _count_expansions(operation) >= 1


def is_multi_expandable(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read documents several paths that can be expanded."""
    return _count_expansions(operation) > 1


def is_nested_expandable(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read documents a path of several levels that can be expanded."""
    return operation.method == "GET" and any(
        expansion.parent for expansion in operation.expansions if expansion.resolvable
    )


def can_expand_response(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a read, or an update that responds with the new state, can expand something."""
    has_state = operation.method == "GET" or operation.role is Role.UPDATE
    return has_state and any(expansion.resolvable for expansion in operation.expansions)


def _count_expansions(operation: Operation) -> int:
    return sum(expansion.resolvable for expansion in operation.expansions) if operation.method == "GET" else 0


def is_paginated(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads a list in pages."""
    return operation.pagination is not None


def has_page_size(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads a list whose page size can be chosen."""
    return operation.pagination is not None and bool(operation.pagination.size)


def has_page_numbers(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads a list by page numbers."""
    return operation.pagination is not None and operation.pagination.scheme is Scheme.PAGE


def has_cursors(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation reads a list by cursors."""
    return operation.pagination is not None and operation.pagination.scheme is not Scheme.PAGE


def has_filters(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation documents filters."""
    return bool(operation.filters)


def has_known_filters(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation documents a filter whose field is known."""
    return any(filter_.field for filter_ in operation.filters)


def has_ordering(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation documents an order that can be chosen."""
    return operation.ordering is not None


def is_secured(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation requires a token."""
    return operation.is_secured


def is_public(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation can be called without a token."""
    return not operation.is_secured


def has_scopes(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation requires a token with a scope."""
    return operation.is_secured and bool(operation.scopes)


def has_own_parameters(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a GET has query parameters that neither filter, order, page nor expand and are limited."""
    paging = operation.pagination
    known = {"expand", *(filter_.parameter for filter_ in operation.filters)}
    known |= {paging.size, paging.page, paging.after, paging.before} if paging else set()
    known |= {operation.ordering.parameter} if operation.ordering else set()
    others = [p for p in operation.parameters if p.location is Location.QUERY and p.name not in known]
    limits = {"enum", "const", "format", "pattern", "minLength", "maxLength", "items"}
    is_limited = any(p.schema.get("type") != "string" or limits & p.schema.keys() for p in others)
    return operation.method == "GET" and is_limited


def has_user_header(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation documents the header that narrows it to one user."""
    return bool(operation.user_header)


def is_personal(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation requires a token and acts on what belongs to one user."""
    is_narrowed = bool(operation.user_header) or is_listed_for_one_user(operation, model)
    return operation.is_secured and (is_narrowed or operation.resource in model.personal_resources)


def is_listed_for_one_user(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation updates a resource whose list a header narrows to one user."""
    lists = (other for other in model.operations if other.resource == operation.resource and other.role is Role.LIST)
    return operation.role is Role.UPDATE and any(other.user_header for other in lists)


def is_user_required(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation requires the header that narrows it to one user."""
    return operation.user_required


def has_body(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation documents a request body."""
    return operation.body is not None


def is_json_write(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a write that documents a JSON body."""
    documented = operation.body.media if operation.body else ()
    return not operation.is_safe and any(media.type == "application/json" and media.schema for media in documented)


def is_state_write(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation creates or updates a resource from a JSON body."""
    return operation.role in {Role.CREATE, Role.UPDATE} and is_json_write(operation, model)


def is_creation(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation creates a member of a collection."""
    return operation.role is Role.CREATE


def is_update(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation updates a resource."""
    return operation.role is Role.UPDATE


def is_deletion(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation deletes a member of a collection; what exists once is cleared instead."""
    return operation.role is Role.DELETE and operation.path.endswith("}")


def has_redirect(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation documents a redirect."""
    return any(response.status.startswith("3") for response in operation.responses)


SELECTORS: MappingProxyType[str, Selector] = MappingProxyType(
    {
        "every": is_any_operation,
        "reads": is_get,
        "writes": is_write,
        "json-reads": is_json_read,
        "lists": is_list,
        "items": is_item,
        "keyed": is_read_by_id,
        "by-ids": has_id_in_path,
        "identified": has_prefixed_ids,
        "linked": has_links,
        "expandable": is_expandable,
        "expanding-answers": can_expand_response,
        "nested-expandable": is_nested_expandable,
        "multi-expandable": is_multi_expandable,
        "paginated": is_paginated,
        "cursor-paged": has_cursors,
        "page-numbered": has_page_numbers,
        "sized": has_page_size,
        "filtering": has_filters,
        "parameterised": has_own_parameters,
        "filtered": has_known_filters,
        "ordered": has_ordering,
        "secured": is_secured,
        "public": is_public,
        "scoped": has_scopes,
        "user-scoped": has_user_header,
        "personal": is_personal,
        "user-required": is_user_required,
        "versioned": is_any_operation,
        "with-body": has_body,
        "state-writes": is_state_write,
        "creates": is_creation,
        "updates": is_update,
        "deletes": is_deletion,
        "redirects": has_redirect,
        "csv": has_csv,
        "webhooks": lambda o, m: False,
    }
)
