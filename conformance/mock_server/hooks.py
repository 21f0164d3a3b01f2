"""The hooks of seeded faults and readings: the places where they may change what the server does.

Each hook is named after the decision that is taken there. A hook gets the call (or its substitute), what is
decided, and the server's own value last; it returns the value to continue with. A plain server has no hooks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

Hook = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks of a server by place. A comment lists the arguments; the return value replaces the last one."""

    route: tuple[Hook, ...] = ()  # request, path below the base path: by which the operation is found
    method: tuple[Hook, ...] = ()  # request, method: by which the operation is found
    protocol: tuple[Hook, ...] = ()  # call | None, check, problem | None: version, accept, method, head
    query: tuple[Hook, ...] = ()  # call, pairs of the query: before anything reads them
    admit: tuple[Hook, ...] = ()  # call, problem | None: token and scope
    limit: tuple[Hook, ...] = ()  # call, allowance
    context: tuple[Hook, ...] = ()  # call, user id | None
    lookup: tuple[Hook, ...] = ()  # call, resource, members, key, record | None: of the path
    visible: tuple[Hook, ...] = ()  # call, record, bool: whether the caller may see it
    parameter: tuple[Hook, ...] = ()  # call, name, problem | None
    match: tuple[Hook, ...] = ()  # call, filter, record, value, bool: whether the record passes the filter
    order: tuple[Hook, ...] = ()  # call, records
    select: tuple[Hook, ...] = ()  # call, records: filtered and ordered
    cut: tuple[Hook, ...] = ()  # call, records, page
    link: tuple[Hook, ...] = ()  # call, {"previous": query | None, "next": query | None}
    item: tuple[Hook, ...] = ()  # call, position, data: of a record before it is encoded
    nested: tuple[Hook, ...] = ()  # call, path, record, data: of a record that replaces its link
    tree: tuple[Hook, ...] = ()  # call, paths to expand
    reject: tuple[Hook, ...] = ()  # call, body, errors by field: of a write
    apply: tuple[Hook, ...] = ()  # call, record, changes: of a write; the record of a POST is new
    unreadable: tuple[
        Hook, ...
    ] = ()  # call, problem | None: a body that cannot be decoded; with None it counts as empty
    rule: tuple[Hook, ...] = ()  # call, name of a rule in prose, bool: whether it is enforced
    remove: tuple[Hook, ...] = ()  # call, record, bool: whether DELETE takes effect
    answer: tuple[Hook, ...] = ()  # call | None, response: before it is encoded
    raw: tuple[Hook, ...] = ()  # call | None, response, bytes of the body
    token: tuple[Hook, ...] = ()  # form, body of the token endpoint's response
    token_headers: tuple[Hook, ...] = ()  # form, headers of the token endpoint's response
    code: tuple[Hook, ...] = ()  # form, authorization code | None where it is unknown or used
    refresh: tuple[Hook, ...] = ()  # form, client id, grant of the token | None, grant that is given | None
    revoke: tuple[Hook, ...] = ()  # form, tokens that end
    client: tuple[Hook, ...] = ()  # client id, secret, bool: whether the secret is the client's own
    message: tuple[Hook, ...] = ()  # message, (headers, body) of an attempt
    data: tuple[Hook, ...] = ()  # event, payload of a webhook

    @staticmethod
    def combine(planted: Iterable[Mapping[str, Hook]]) -> "Hooks":
        """Return the hooks of several faults together, in order."""
        hooks: dict[str, list[Hook]] = {place.name: [] for place in fields(Hooks)}
        for fault in planted:
            for name, hook in fault.items():
                hooks[name].append(hook)
        return Hooks(**{name: tuple(place_hooks) for name, place_hooks in hooks.items()})

    @property
    def has_rendering_hooks(self) -> bool:
        """Return whether a rendered record may differ from what it holds."""
        return bool(self.item or self.nested)


def apply_hooks(hooks: tuple[Hook, ...], *arguments: Any) -> Any:
    """Pass the last argument through each hook in turn, with the other arguments unchanged, and return the result."""
    *context, value = arguments
    for hook in hooks:
        value = hook(*context, value)
    return value
