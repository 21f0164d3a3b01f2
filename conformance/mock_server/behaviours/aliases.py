"""Singletons that show the member in force, or the newest, of the collection beside them (`/versions/current`)."""

from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import Ref, StoredRecord


def on_build(world: MockWorld) -> None:
    """Copy a sibling of the same schema into each such singleton; its address stays its own."""
    for resource in world.shape.resources.values():
        siblings = [
            sibling.name
            for sibling in world.shape.resources.values()
            if resource.singleton
            and not sibling.singleton
            and sibling.schema == resource.schema
            and sibling.parent == resource.parent
        ]
        for record in world.store.iterate_records(resource.name) if siblings else ():
            members = world.store.get_collection(siblings[0], record.parent.path if record.parent else "")
            shown = _choose_version([members.by_key[key] for key in members.keys])
            if shown is None:
                world.store.remove(record)
            else:
                record.data = {**shown.data, **({"url": Ref(record.path)} if "url" in shown.data else {})}


def _choose_version(members: list[StoredRecord]) -> StoredRecord | None:
    """Return the version in force: the newest but one, as the newest is a draft; the newest of what is not published.

    Versions are numbered in the order of their age, and one of them is published.
    """
    if not members:
        return None
    if not all("published" in member.data for member in members):
        return members[-1]
    shown = members[-2] if len(members) > 1 else members[-1]
    for number, member in enumerate(members, 1):
        member.data |= {"published": member is shown}
        if "version_number" in member.data:
            member.data["version_number"] = number
    return shown
