"""Calls of operations with real values: from lists first, then from links, then from configured seeds.

No id is invented. Every read that is sent here is a plain one that other probes send too, so it is sent once for all.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from conformance.evidence.outcomes import skip_case
from conformance.evidence.responses import OperationResponse, find_urls
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path, match_path, strip_base_url
from conformance.model import Headers, Link, Location, Operation, Outcome, Parameter, Request, Resource, Role, Verdict
from conformance.probes.toolkit.base import Steps, send
from conformance.probes.toolkit.plain_values import choose_plain_value

_MAX_PARENTS = 3  # tried before a child collection counts as empty
_SAFE = ":@!$'()*,;=-._~"  # stays readable in a path segment (RFC 3986, section 3.3; `+` and `&` are escaped)


class OperationCall(msgspec.Struct, frozen=True):
    """A call of an operation: the path below the base URL, and the required query parameters and headers."""

    operation: Operation
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()
    identity: str = "full"

    def build_request(self, *more: tuple[str, str], fresh: bool = False) -> Request:
        """Return the request, with further query parameters."""
        query = urlencode((*self.query, *more), quote_via=quote, safe=":,")
        target = self.path + (f"?{query}" if query else "")
        return self.build_request_to(target, fresh=fresh)

    def build_request_to(self, target: str, *, fresh: bool = False) -> Request:
        """Return the same call at another request target."""
        key, method = self.operation.key, self.operation.method
        return Request(key, method, target, self.headers, identity=self.identity, fresh=fresh)


class Missing(msgspec.Struct, frozen=True):
    """The reason why an operation cannot be called."""

    reason: str


def find_call(operation: Operation, subject: Subject, identity: str = "full") -> Steps[OperationCall | Missing]:
    """Find real values for a call of the operation, or return why there are none."""
    paths = yield from _fill_template(operation.path, subject, 1, identity)
    if isinstance(paths, Missing):
        return paths
    query: list[tuple[str, str]] = []
    headers: list[tuple[str, str]] = []
    for parameter in operation.parameters:
        is_user = parameter.name == operation.user_header and parameter.name not in subject.seeds
        if not parameter.required or is_user or parameter.location in {Location.PATH, Location.COOKIE}:
            continue
        value = yield from _choose_value(parameter, subject, identity)
        if value is None:
            return Missing(f"no value is known for the required parameter {parameter.name}")
        (query if parameter.location is Location.QUERY else headers).append((parameter.name, value))
    if operation.user_required and not any(name == operation.user_header for name, _ in headers):
        user = yield from _choose_user(operation.user_header, subject, identity)
        if not user:
            return Missing("no user is known for the required user header")
        headers.append((operation.user_header, user))
    return OperationCall(operation, paths[0], tuple(query), tuple(headers), identity)


def find_calls(
    operation: Operation, subject: Subject, limit: int, identity: str = "full"
) -> Steps[tuple[OperationCall, ...]]:
    """Find up to `limit` calls of one operation that differ in their path; none where no call is possible."""
    first = yield from find_call(operation, subject, identity)
    if isinstance(first, Missing):
        return ()
    paths = yield from _fill_template(operation.path, subject, limit, identity)
    if isinstance(paths, Missing):
        return (first,)
    return tuple(OperationCall(operation, path, first.query, first.headers, identity) for path in paths)


def find_populated_list(
    operation: Operation, subject: Subject, identity: str = "full"
) -> Steps[tuple[OperationCall, OperationResponse] | Missing]:
    """Find a call of a list that shows something, and its plain response; try up to three parents.

    Where any reader would do and the one that pays sees nothing, one that sees everything reads the list.
    """
    populated_list = yield from _find_populated_list(operation, subject, identity)
    if isinstance(populated_list, Missing) and identity == subject.any_reader != subject.reader:
        return (yield from _find_populated_list(operation, subject, subject.reader))
    return populated_list


def _find_populated_list(
    operation: Operation, subject: Subject, identity: str
) -> Steps[tuple[OperationCall, OperationResponse] | Missing]:
    calls = yield from find_calls(operation, subject, _MAX_PARENTS, identity)
    if not calls:
        missing = yield from find_call(operation, subject, identity)
        return missing if isinstance(missing, Missing) else Missing("no call is possible")
    for call in calls:
        response = yield from send(operation, call.build_request())
        if response.objects:
            return call, response
        if not response.is_success:
            return Missing(f"the list returns {response.status}")
    where = f" under {len(calls)} parents" if "{" in operation.path else ""
    return Missing(f"the collection is empty on the target{where}")


def report_untested(requirements: Iterable[str], operation: Operation, missing: Missing) -> Iterator[Outcome]:
    """Yield NOT_TESTED for each requirement, with the reason."""
    for requirement in requirements:
        yield skip_case(requirement, operation.key, Verdict.NOT_TESTED, missing.reason)


def find_list_operation(resource: Resource, subject: Subject) -> Operation | None:
    """Return the operation that lists a collection, None where there is none."""
    return next(
        (
            operation
            for operation in subject.model.operations
            if operation.role is Role.LIST and operation.path == resource.list_path
        ),
        None,
    )


def _fill_template(template: str, subject: Subject, most: int, identity: str) -> Steps[tuple[str, ...] | Missing]:
    """Return paths that fit a template, filled parameter by parameter from the left."""
    at = template.find("{")
    if at < 0:
        return (template,)
    paths: list[str] = [""]
    prefix = ""
    missing = Missing("")
    for segment in template.strip("/").split("/"):
        if "{" not in segment:
            paths = [f"{path}/{segment}" for path in paths]
            prefix += f"/{segment}"
            continue
        prefix += f"/{segment}"
        name, _, suffix = segment[1:].partition("}")
        longer_paths: list[str] = []
        for path in paths[:_MAX_PARENTS]:
            keys = yield from _find_keys(f"{prefix.removesuffix(suffix)}", name, path, subject, identity)
            if isinstance(keys, Missing):
                missing = keys
                continue
            longer_paths += [f"{path}/{quote(key, safe=_SAFE)}{suffix}" for key in keys[: max(most, _MAX_PARENTS)]]
            if len(longer_paths) >= max(most, _MAX_PARENTS):
                break
        if not longer_paths:
            return missing
        paths = longer_paths
    return tuple(paths[:most])


def _find_keys(
    template: str, name: str, parent: str, subject: Subject, identity: str
) -> Steps[tuple[str, ...] | Missing]:
    """Return values of the last parameter of an item path, below one concrete parent path."""
    resource = next(
        (resource for resource in subject.model.resources if resource.item_path == template and not resource.singleton),
        None,
    )
    configured = subject.seeds.get(name, ())
    if resource is not None:
        members = yield from _read_list(resource, parent, subject, identity)
        keys = _list_keys(members, resource, subject)
        if not keys and "{" not in resource.list_path:
            keys = yield from _keys_from_links(resource, subject, identity)
        if keys or configured:
            return keys or configured
        detail = "no list shows a member" if resource.list_path else "no list exists and no link shows a member"
        if members is not None and not members.is_success:
            detail = f"{members.operation.key} returns {members.status}"
        return Missing(f"no {resource.name} is known on the target: {detail}")
    parameter = _find_path_parameter(template, name, subject)
    values = configured or _enum_values(parameter)
    return values or Missing(f"no value is known for the path parameter {name}")


def _find_path_parameter(template: str, name: str, subject: Subject) -> Parameter | None:
    for operation in subject.model.operations:
        if operation.path.startswith(template):
            return operation.find_parameter(name, Location.PATH)
    return None


def _enum_values(parameter: Parameter | None) -> tuple[str, ...]:
    values = parameter.schema.get("enum", ()) if parameter else ()
    return tuple(str(value) for value in values if value is not None)


def _keys_from_list(resource: Resource, parent: str, subject: Subject, identity: str) -> Steps[tuple[str, ...]]:
    """Return the keys that the list of a collection shows below a parent path."""
    members = yield from _read_list(resource, parent, subject, identity)
    return _list_keys(members, resource, subject)


def _list_keys(members: OperationResponse | None, resource: Resource, subject: Subject) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_extract_keys(members, resource, subject))) if members is not None else ()


def _read_list(resource: Resource, parent: str, subject: Subject, identity: str) -> Steps[OperationResponse | None]:
    """Return the response of the list of a collection below a parent path; None where it has no list."""
    operation = find_list_operation(resource, subject)
    if operation is None:
        return None
    tail = resource.list_path.rsplit("/", 1)[-1]
    path = parent if parent.endswith(f"/{tail}") else f"{parent}/{tail}"
    headers: Headers = ()
    if operation.user_required:
        user = yield from _choose_user(operation.user_header, subject, identity)
        headers = ((operation.user_header, user),) if user else ()
    return (yield from send(operation, Request(operation.key, "GET", path, headers, identity=identity)))


def _extract_keys(response: OperationResponse, resource: Resource, subject: Subject) -> Iterator[str]:
    """Yield the keys of the members, those with the fewest nulls first: what they show can be judged.

    A list that begins with the newest begins with what still runs, has no end yet, and contradicts nothing.
    """
    for item in sorted((item for _, item in response.objects), key=_count_nulls):
        url = item.get("url")
        target = strip_base_url(subject.target.base_url, url) if isinstance(url, str) else None
        values = match_path(resource.item_path, extract_path(target)) if target else None
        key = (values or {}).get(resource.key) or item.get(resource.key_field or "id")
        if isinstance(key, str | int) and not isinstance(key, bool) and key != "":
            yield str(key)


def _count_nulls(item: Mapping[str, Any]) -> int:
    return sum(value is None for value in item.values())


def _keys_from_links(resource: Resource, subject: Subject, identity: str) -> Steps[tuple[str, ...]]:
    """Return keys of a resource that no list shows, from links in lists that need no parameters."""
    for origin, link in _find_links_to(resource, subject):
        operation = find_list_operation(origin, subject)
        if operation is None or "{" in operation.path or operation.user_required:
            continue
        response = yield from send(operation, Request(operation.key, "GET", operation.path, identity=identity))
        keys = [
            values[resource.key]
            for _, item in response.objects
            for _, url in find_urls(item, link)
            if (target := strip_base_url(subject.target.base_url, url))
            and (values := match_path(resource.item_path, extract_path(target)))
        ]
        if keys:
            return tuple(dict.fromkeys(keys))
    return ()


def _find_links_to(resource: Resource, subject: Subject) -> Iterator[tuple[Resource, Link]]:
    """Yield the links to a resource, each with the resource that holds it."""
    for origin in subject.model.resources:
        for link in origin.links:
            if resource.name in link.targets and not link.own:
                yield origin, link


def _choose_user(header: str, subject: Subject, identity: str) -> Steps[str]:
    """Return a value for the user header, empty where no user is known.

    It is an id, or a URL where the target takes URLs alone: the guide names one form, the description the other.
    """
    people = subject.model.resources_by_name.get(subject.model.principal_resource)
    members = (yield from _read_list(people, "", subject, identity)) if people and people.list_path else None
    if people is None or members is None or not (users := _list_keys(members, people, subject)):
        return ""
    url = next((url for _, item in members.objects if isinstance(url := item.get("url"), str)), "")
    trial = next((o for o in subject.model.operations if o.user_header == header and _is_plain_list(o)), None)
    if trial is None or not url:
        return users[0]
    by_id = yield from send(trial, _read_as(users[0], header, trial, subject))
    if by_id.status != 400:
        return users[0]
    by_url = yield from send(trial, _read_as(url, header, trial, subject))
    return url if by_url.is_success else users[0]


def _is_plain_list(operation: Operation) -> bool:
    """Return whether an operation lists something without any required value."""
    needs_values = any(parameter.required for parameter in operation.parameters) or operation.user_required
    return operation.role is Role.LIST and "{" not in operation.path and not needs_values


def _read_as(user: str, header: str, operation: Operation, subject: Subject) -> Request:
    return Request(operation.key, "GET", operation.path, ((header, user),), identity=subject.reader)


def _list_ids_with_prefix(prefix: str, subject: Subject, identity: str) -> Steps[tuple[str, ...]]:
    resource = next(
        (
            resource
            for resource in subject.model.resources
            if resource.prefix == prefix and resource.list_path and not resource.parent
        ),
        None,
    )
    if resource is None:
        return ()
    return (yield from _keys_from_list(resource, "", subject, identity))


def _choose_value(parameter: Parameter, subject: Subject, identity: str) -> Steps[str | None]:
    """Choose a plausible value of a required query or header parameter; None where none is known."""
    if configured := subject.seeds.get(parameter.name):
        return configured[0]
    schema: dict[str, Any] = parameter.schema
    if "const" in schema or "default" in schema:
        return str(schema.get("const", schema.get("default")))
    if values := _enum_values(parameter):
        return values[0]
    prefix = str(schema.get("pattern", "")).removeprefix("^")[:4]
    if schema.get("pattern") and any(resource.prefix == prefix for resource in subject.model.resources):
        keys = yield from _list_ids_with_prefix(prefix, subject, identity)
        return keys[0] if keys else None
    return choose_plain_value(parameter, subject.today)
