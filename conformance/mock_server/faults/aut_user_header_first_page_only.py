"""The user header is forgotten where a request names a page."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a list that the header narrows."""
    lists = [o for o in site.owned_operations(Role.LIST) if o.user_header and o.pagination and "{" not in o.path]

    def forget_user(call: ServerCall, user: str | None) -> str | None:
        paging = call.operation.pagination
        names = {paging.after, paging.before, paging.page} - {""} if paging else set()
        own = call.grant.user or None if call.grant else None
        return own if any(name in names for name, _ in call.query) else user

    return hook_at(site.pick(lists), context=forget_user)


FAULT = SeededFault(
    ("AUT-06",),
    "EvEnergy-User narrows the first page of a list alone",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
