"""The places where a seeded fault may change what the server does, each named after the decision taken there.

A seam is a tuple of functions. Each gets the call (or what stands for it), what is being decided, and the right value
last; it returns the value to go on with. A server without faults has none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

Hook = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Seams:
    """Hooks by place; the comments give their arguments, the last of which is replaced by what they return."""

    protocol: tuple[Hook, ...] = ()  # call | None, check, Problem | None: version, accept, method
    admit: tuple[Hook, ...] = ()  # call, Problem | None: token and scope
    limit: tuple[Hook, ...] = ()  # call, Allowance
    context: tuple[Hook, ...] = ()  # call, user id | None
    lookup: tuple[Hook, ...] = ()  # call, resource, parent, key, Record | None
    visible: tuple[Hook, ...] = ()  # call, record, bool
    parameter: tuple[Hook, ...] = ()  # call, name, Problem | None
    match: tuple[Hook, ...] = ()  # call, filter, record, value, bool
    order: tuple[Hook, ...] = ()  # call, records
    select: tuple[Hook, ...] = ()  # call, records: filtered and ordered
    cut: tuple[Hook, ...] = ()  # call, records, Page
    link: tuple[Hook, ...] = ()  # call, {"previous": query | None, "next": query | None}
    item: tuple[Hook, ...] = ()  # call, place, data: a record as it is about to be shown
    nested: tuple[Hook, ...] = ()  # call, path, record, data: a record about to stand in for its link
    tree: tuple[Hook, ...] = ()  # call, paths to expand
    reject: tuple[Hook, ...] = ()  # call, body, errors by field: of a write
    apply: tuple[Hook, ...] = ()  # call, record, changes: of a write; the record of a POST is new
    unreadable: tuple[Hook, ...] = ()  # call, Problem | None: a body that cannot be read; None takes it as empty
    remove: tuple[Hook, ...] = ()  # call, record, bool: whether DELETE takes effect
    answer: tuple[Hook, ...] = ()  # call | None, answer
    raw: tuple[Hook, ...] = ()  # call, bytes of the body
    token: tuple[Hook, ...] = ()  # form, answer of the token endpoint
    message: tuple[Hook, ...] = ()  # attempt, webhook message
    data: tuple[Hook, ...] = ()  # event, webhook payload

    @staticmethod
    def of(planted: Iterable[Mapping[str, Hook]]) -> "Seams":
        """The hooks of several faults together, in order."""
        hooks: dict[str, list[Hook]] = {each.name: [] for each in fields(Seams)}
        for fault in planted:
            for name, hook in fault.items():
                hooks[name].append(hook)
        return Seams(**{name: tuple(found) for name, found in hooks.items()})

    @property
    def rendering(self) -> bool:
        """Whether what is shown of a record may differ from what it holds."""
        return bool(self.item or self.nested)


def through(hooks: tuple[Hook, ...], *arguments: Any) -> Any:
    """Pass the last argument through each hook in turn; the others stay."""
    *context, value = arguments
    for hook in hooks:
        value = hook(*context, value)
    return value
