"""Links to a page after the last one, as faults of a user's lists share them."""

from typing import Any

from conformance.mock_server.hooks import Hook
from conformance.mock_server.world.builder import MockWorld

Queries = dict[str, list[tuple[str, str]] | None]


def link_behind_users_last(world: MockWorld) -> Hook:
    """Return a hook on `link` that gives a user's last page of a list paged by cursor a next one, which is empty."""

    def go_on(call: Any, queries: Queries) -> Queries:
        paging = call.operation.pagination
        if queries["next"] is not None or not call.user:
            return queries
        keys = sorted(r.key for r in world.store.iterate_records(call.operation.resource) if r.owner == call.user)
        if not keys or call.last_query_value(paging.after) == keys[-1]:
            return queries
        return {**queries, "next": [(paging.after, keys[-1])]}

    return go_on
