"""The title of a refusal names the owner, at one kind of resource."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role

_NAMES = ("email", "name", "full_name", "first_name")


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one read of a resource of a person."""

    def reveal_name(call: ServerCall, record: StoredRecord, visible: bool) -> bool:
        owner = site.world.store.by_path.get(f"/users/{record.owner}")
        name = next((owner.data[n] for n in _NAMES if owner.data.get(n)), "") if owner else ""
        if not visible and record.key in call.path and name:
            raise Problem(404, members={"title": f"Not Found: of {name}"})
        return visible

    operations = [o for o in site.owned_operations(Role.ITEM) if "{" not in o.path.partition("/{")[2].partition("/")[2]]
    return hook_at(site.pick(operations), visible=reveal_name)


FAULT = SeededFault(
    ("AUT-14",), "404 with the other user's name in its title", install, difficulty="subtle", changes=("body",)
)
