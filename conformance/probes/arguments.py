"""Where the values of a call come from: lists first, then links, then configured seeds; never thin air.

Every read made here is a plain one that other probes make too, so that it is sent once for all of them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from conformance.answers import Answer, below, match_path, path_of, urls_at
from conformance.judging import without
from conformance.model import Headers, Link, Location, Operation, Outcome, Parameter, Request, Resource, Role, Verdict
from conformance.probes.base import Steps, ask
from conformance.subject import Subject

_PARENTS = 3  # parents tried before a child collection counts as empty
_SAFE = ":@!$'()*,;=-._~"  # stays readable in a path segment (RFC 3986, section 3.3; `+` and `&` are escaped)


class Call(msgspec.Struct, frozen=True):
    """How an operation is called: the path below the base URL, and the query and headers that it cannot do without."""

    operation: Operation
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()
    identity: str = "full"

    def request(self, *more: tuple[str, str], fresh: bool = False) -> Request:
        """The request with further query parameters."""
        query = urlencode((*self.query, *more), quote_via=quote, safe=":,")
        target = self.path + (f"?{query}" if query else "")
        return self.at(target, fresh=fresh)

    def at(self, target: str, *, fresh: bool = False) -> Request:
        """The same call at another request target."""
        key, method = self.operation.key, self.operation.method
        return Request(key, method, target, self.headers, identity=self.identity, fresh=fresh)


class Missing(msgspec.Struct, frozen=True):
    """Why an operation cannot be called."""

    reason: str


def call_of(operation: Operation, subject: Subject, identity: str = "full") -> Steps[Call | Missing]:
    """A call of the operation with real values, or why there is none."""
    paths = yield from _paths(operation.path, subject, 1, identity)
    if isinstance(paths, Missing):
        return paths
    query: list[tuple[str, str]] = []
    headers: list[tuple[str, str]] = []
    for parameter in operation.parameters:
        if not parameter.required or parameter.location in {Location.PATH, Location.COOKIE}:
            continue
        value = yield from _value_of(parameter, subject, identity)
        if value is None:
            return Missing(f"no value is known for the required parameter {parameter.name}")
        (query if parameter.location is Location.QUERY else headers).append((parameter.name, value))
    if operation.user_required and not any(name == operation.user_header for name, _ in headers):
        users = yield from _ids_of_prefix("user", subject, identity)
        if not users:
            return Missing("no user is known for the required user header")
        headers.append((operation.user_header, users[0]))
    return Call(operation, paths[0], tuple(query), tuple(headers), identity)


def calls_of(operation: Operation, subject: Subject, most: int, identity: str = "full") -> Steps[tuple[Call, ...]]:
    """Up to `most` calls of one operation that differ in their path; empty where none is possible."""
    first = yield from call_of(operation, subject, identity)
    if isinstance(first, Missing):
        return ()
    paths = yield from _paths(operation.path, subject, most, identity)
    if isinstance(paths, Missing):
        return (first,)
    return tuple(Call(operation, path, first.query, first.headers, identity) for path in paths)


def populated(operation: Operation, subject: Subject, identity: str = "full") -> Steps[tuple[Call, Answer] | Missing]:
    """A call of a list that shows something, and its plain answer; up to three parents are tried."""
    calls = yield from calls_of(operation, subject, _PARENTS, identity)
    if not calls:
        missing = yield from call_of(operation, subject, identity)
        return missing if isinstance(missing, Missing) else Missing("no call is possible")
    for call in calls:
        answer = yield from ask(operation, call.request())
        if answer.objects:
            return call, answer
        if not answer.ok:
            return Missing(f"the list answers {answer.status}")
    where = f" under {len(calls)} parents" if "{" in operation.path else ""
    return Missing(f"the collection is empty on the target{where}")


def untested(requirements: Iterable[str], operation: Operation, missing: Missing) -> Iterator[Outcome]:
    """NOT_TESTED for each requirement, with the reason."""
    for requirement in requirements:
        yield without(requirement, operation.key, Verdict.NOT_TESTED, missing.reason)


def list_of(resource: Resource, subject: Subject) -> Operation | None:
    """The operation that lists a collection."""
    return next(
        (
            operation
            for operation in subject.model.operations
            if operation.role is Role.LIST and operation.path == resource.list_path
        ),
        None,
    )


def _paths(template: str, subject: Subject, most: int, identity: str) -> Steps[tuple[str, ...] | Missing]:
    """Paths that fit a template, parameter by parameter from the left."""
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
        for path in paths[:_PARENTS]:
            keys = yield from _keys(f"{prefix.removesuffix(suffix)}", name, path, subject, identity)
            if isinstance(keys, Missing):
                missing = keys
                continue
            longer_paths += [f"{path}/{quote(key, safe=_SAFE)}{suffix}" for key in keys[: max(most, _PARENTS)]]
            if len(longer_paths) >= max(most, _PARENTS):
                break
        if not longer_paths:
            return missing
        paths = longer_paths
    return tuple(paths[:most])


def _keys(template: str, name: str, parent: str, subject: Subject, identity: str) -> Steps[tuple[str, ...] | Missing]:
    """Values of the last parameter of an item path, under one concrete parent path."""
    resource = next(
        (resource for resource in subject.model.resources if resource.item_path == template and not resource.singleton),
        None,
    )
    configured = subject.seeds.get(name, ())
    if resource is not None:
        keys = yield from _listed(resource, parent, subject, identity)
        if not keys and "{" not in resource.list_path:
            keys = yield from _linked(resource, subject, identity)
        if keys or configured:
            return keys or configured
        detail = "no list shows a member" if resource.list_path else "no list exists and no link shows a member"
        return Missing(f"no resource of {resource.name} on the target: {detail}")
    parameter = _path_parameter(template, name, subject)
    values = configured or _enumerated(parameter)
    return values or Missing(f"no value is known for the path parameter {name}")


def _path_parameter(template: str, name: str, subject: Subject) -> Parameter | None:
    for operation in subject.model.operations:
        if operation.path.startswith(template):
            return operation.parameter(name, Location.PATH)
    return None


def _enumerated(parameter: Parameter | None) -> tuple[str, ...]:
    values = parameter.schema.get("enum", ()) if parameter else ()
    return tuple(str(value) for value in values if value is not None)


def _listed(resource: Resource, parent: str, subject: Subject, identity: str) -> Steps[tuple[str, ...]]:
    operation = list_of(resource, subject)
    if operation is None:
        return ()
    tail = resource.list_path.rsplit("/", 1)[-1]
    path = parent if parent.endswith(f"/{tail}") else f"{parent}/{tail}"
    headers: Headers = ()
    if operation.user_required:
        users = yield from _ids_of_prefix("user", subject, identity)
        headers = tuple((operation.user_header, user) for user in users[:1])
    answer = yield from ask(operation, Request(operation.key, "GET", path, headers, identity=identity))
    return tuple(dict.fromkeys(_keys_in(answer, resource, subject)))


def _keys_in(answer: Answer, resource: Resource, subject: Subject) -> Iterator[str]:
    for _, item in answer.objects:
        url = item.get("url")
        target = below(subject.target.base_url, url) if isinstance(url, str) else None
        values = match_path(resource.item_path, path_of(target)) if target else None
        key = (values or {}).get(resource.key) or item.get(resource.key_field or "id")
        if isinstance(key, str) and key:
            yield key


def _linked(resource: Resource, subject: Subject, identity: str) -> Steps[tuple[str, ...]]:
    """Keys of a resource that no list shows, from links in lists that anybody can read."""
    for origin, link in _pointing(resource, subject):
        operation = list_of(origin, subject)
        if operation is None or "{" in operation.path or operation.user_required:
            continue
        answer = yield from ask(operation, Request(operation.key, "GET", operation.path, identity=identity))
        keys = [
            values[resource.key]
            for _, item in answer.objects
            for _, url in urls_at(item, link)
            if (target := below(subject.target.base_url, url))
            and (values := match_path(resource.item_path, path_of(target)))
        ]
        if keys:
            return tuple(dict.fromkeys(keys))
    return ()


def _pointing(resource: Resource, subject: Subject) -> Iterator[tuple[Resource, Link]]:
    for origin in subject.model.resources:
        for link in origin.links:
            if resource.name in link.targets and not link.own:
                yield origin, link


def _ids_of_prefix(prefix: str, subject: Subject, identity: str) -> Steps[tuple[str, ...]]:
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
    return (yield from _listed(resource, "", subject, identity))


def _value_of(parameter: Parameter, subject: Subject, identity: str) -> Steps[str | None]:
    """A plausible value of a required query or header parameter."""
    if configured := subject.seeds.get(parameter.name):
        return configured[0]
    schema: dict[str, Any] = parameter.schema
    if "const" in schema or "default" in schema:
        return str(schema.get("const", schema.get("default")))
    if values := _enumerated(parameter):
        return values[0]
    prefix = str(schema.get("pattern", "")).removeprefix("^")[:4]
    if schema.get("pattern") and any(resource.prefix == prefix for resource in subject.model.resources):
        keys = yield from _ids_of_prefix(prefix, subject, identity)
        return keys[0] if keys else None
    return plain_value(parameter, subject.today)


def plain_value(parameter: Parameter, today: datetime) -> str | None:
    """A value that the schema of a parameter allows, told from its name and type alone; None where it cannot be.

    Times are midnights: yesterday's, and today's where the name says that the parameter ends something.
    """
    schema, name = parameter.schema, parameter.name
    kind, form = schema.get("type"), schema.get("format")
    if form in {"date-time", "date"}:
        moment = today - timedelta(days=0 if "end" in name or name.endswith(("lte", "lt")) else 1)
        return moment.date().isoformat() if form == "date" else moment.isoformat().replace("+00:00", "Z")
    if kind in {"integer", "number"}:
        return str(schema.get("minimum", 1))
    if kind == "boolean":
        return "true"
    if form == "uri":
        return "https://example.com/callback"
    return None
