"""AUT-05: the queries of a list by which user_b might be shown what belongs to user_a."""

from collections.abc import Iterator
from typing import Any

from conformance.evidence.filter_semantics import extract_id, get_filtered_values, is_satisfied
from conformance.evidence.outcomes import fail_case, quote_json
from conformance.evidence.owners import find_owners
from conformance.evidence.payers import USER_A, USER_B
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Filter, Operation, Request, Resource, ResourceModel
from conformance.probes.toolkit.base import Need, Steps, send
from conformance.probes.toolkit.calls import OperationCall, find_list_operation

Query = tuple[tuple[str, str], ...]


def count_other_queries(operation: Operation, model: ResourceModel) -> int:
    """Return the number of the other queries of a list.

    They are: a page of one item, with `expand`, and with filters: each that takes the id of a person's thing, else one.
    """
    has_size = bool(operation.pagination and operation.pagination.size)
    has_expansion = any(expansion.resolvable for expansion in operation.first_expansions)
    has_filter = any(query_filter.field for query_filter in operation.filters)
    return has_size + has_expansion + max(len(list_owner_filters(operation, model)), has_filter)


def list_owner_filters(operation: Operation, model: ResourceModel) -> tuple[tuple[Filter, Resource], ...]:
    """Return the filters that take the id of a thing that belongs to a person, each with the resource of the thing.

    Where no property of an item is known to hold the id, the parameter is named like the id in a path (`vehicle_id`).
    """
    by_key = {resource.key: resource for resource in model.resources if resource.list_path and not resource.parent}
    pairs = []
    for query_filter in operation.filters:
        named = by_key.get(query_filter.parameter) if not query_filter.field else None
        resource = model.resources_by_name.get(query_filter.by_id_of) or named
        if resource is not None and resource.name in model.personal_resources and not query_filter.required:
            pairs.append((query_filter, resource))
    return tuple(pairs)


def list_thing_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads of both users that find a thing of user_a for the filters whose property is not known."""
    if "{" in operation.path:
        return ()
    resources = {resource for query_filter, resource in list_owner_filters(operation, model) if not query_filter.field}
    paths = sorted(resource.list_path for resource in resources if resource.name != model.principal_resource)
    return tuple(Need(f"read {path}", identity=identity) for path in paths for identity in (USER_A, USER_B))


def search_as_other_user(
    mine: OperationResponse,
    theirs: OperationResponse,
    call: OperationCall,
    people: tuple[str, ...],
    subject: Subject,
) -> Steps[None]:
    """Check that user_b gets no resource of user_a with other queries of the list; `call` is that of user_b."""
    foreign_items = _list_foreign_items(mine, theirs, subject) if theirs.is_success else []
    if not foreign_items:
        return
    hidden_urls = {item.get("url") for item in foreign_items}
    resource = subject.model.resources_by_name[mine.operation.resource]
    queries = list(_list_plain_queries(call.operation))
    queries += yield from _find_filter_queries(call.operation, foreign_items, people, subject)
    for query in queries:
        response = yield from send(call.operation, call.build_request(*query))
        name = " and ".join(dict.fromkeys(name for name, _ in query))
        for at, item in response.objects:
            owner = next(iter(find_owners(item, resource, subject.model)), None)
            if item.get("url") in hidden_urls or (owner and extract_id(owner) == extract_id(people[0])):
                message = f"with {name} one user's list shows another user's resource"
                actual = quote_json(item.get("url"))
                yield fail_case(response, "AUT-05", message, actual=actual, pointer=at, also=(mine, theirs))
                return


def _list_foreign_items(mine: OperationResponse, theirs: OperationResponse, subject: Subject) -> list[dict[str, Any]]:
    """Return the items of user_a's list that user_b's list lacks.

    Where both users may see a thing, a further page of user_b's list may show it, so that none counts then.
    """
    pagination = mine.operation.pagination
    is_whole = pagination is None or len(theirs.items) < pagination.default_size
    if not is_whole and mine.operation.resource not in subject.model.owned_resources:
        return []
    shown_urls = {item.get("url") for _, item in theirs.objects} | {None}
    return [item for _, item in mine.objects if item.get("url") not in shown_urls]


def _list_plain_queries(operation: Operation) -> Iterator[Query]:
    """Yield the queries that name nothing: a page of one item, and the largest page with an expansion."""
    pagination = operation.pagination
    size = pagination.size if pagination else ""
    if size:
        yield ((size, "1"),)
    expansion = next((candidate for candidate in operation.first_expansions if candidate.resolvable), None)
    if expansion:
        largest = ((size, str(pagination.max_size)),) if pagination and size else ()
        yield (("expand", expansion.path), *largest)


def _find_filter_queries(
    operation: Operation, foreign_items: list[dict[str, Any]], people: tuple[str, ...], subject: Subject
) -> Steps[list[Query]]:
    """Return the queries with a filter: each that takes the id of a person's thing, else one that user_a's items pass.

    They name things of user_a.
    """
    queries: list[Query] = []
    for query_filter, resource in list_owner_filters(operation, subject.model):
        if query_filter.field:
            value = _choose_value(query_filter, foreign_items)
        elif resource.name == subject.model.principal_resource:
            value = extract_id(people[0])
        else:
            value = yield from _find_foreign_id(resource, subject)
        queries += [((query_filter.parameter, value),)] if value else []
    for query_filter in operation.filters:
        if not queries and query_filter.field and (value := _choose_value(query_filter, foreign_items)):
            queries.append(((query_filter.parameter, value),))
    return queries


def _choose_value(query_filter: Filter, items: list[dict[str, Any]]) -> str:
    """Return a value of a filter that some of the items satisfy; empty where there is none."""
    for item in items:
        for value in get_filtered_values(query_filter, item):
            text = extract_id(value) if query_filter.by_id_of else value
            if isinstance(text, str) and text and is_satisfied(query_filter, item, text):
                return text
    return ""


def _find_foreign_id(resource: Resource, subject: Subject) -> Steps[str]:
    """Return the id of a thing that user_a's list shows and user_b's does not; empty where there is none."""
    lister = find_list_operation(resource, subject)
    if lister is None:
        return ""
    ids_by_user = []
    for identity in (USER_A, USER_B):
        response = yield from send(lister, Request(lister.key, "GET", lister.path, identity=identity))
        ids_by_user.append([extract_id(item) for _, item in response.objects])
    return next((thing for thing in ids_by_user[0] if thing and thing not in ids_by_user[1]), "")
