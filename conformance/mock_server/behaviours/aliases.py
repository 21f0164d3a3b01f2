"""Singletons that show the newest member of the collection beside them (`/versions/current`)."""

from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import Ref


def on_build(world: MockWorld) -> None:
    """Copy the newest sibling of the same schema into each such singleton; its address stays its own."""
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
            newest = members.by_key[members.keys[-1]] if members.keys else None
            if newest is None:
                world.store.remove(record)
            else:
                record.data = {**newest.data, **({"url": Ref(record.path)} if "url" in newest.data else {})}
