"""A refusal names the e-mail address of the owner."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Tell the address of the owner at every resource of a person."""

    def reveal_address(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
        owner = site.world.store.by_path.get(f"/users/{record.owner}")
        if not visible and record.key in call.path and owner is not None and owner.data.get("email"):
            raise Problem(404, detail=f"It belongs to {owner.data['email']}.")
        return visible

    return hook_at(site.owned_operations(Role.ITEM), visible=reveal_address)


FAULT = SeededFault(("AUT-14",), "404 with the address of the other user in its detail", install, changes=("body",))
