"""The resources that can be created and read, each with the operations that make up its life."""

import msgspec

from conformance.model import Operation, ResourceModel, Role


class Lifecycle(msgspec.Struct, frozen=True):
    """The operations of a resource that can be created and read; the others are None where it has them not."""

    resource: str
    key: str  # the property that names a member
    create: Operation
    read: Operation
    update: Operation | None = None
    delete: Operation | None = None
    listing: Operation | None = None

    @property
    def expandable(self) -> bool:
        """Whether a member can show what it links to."""
        return any(each.resolvable and "." not in each.path for each in self.read.expansions)


def lifecycles(model: ResourceModel) -> tuple[Lifecycle, ...]:
    """Every resource that a workflow can run over, in the order of the model."""
    found = []
    for resource in model.resources:
        own = [model.by_key[key] for key in resource.operations]
        members = {each.role: each for each in own if each.path == resource.item_path}
        collection = {each.role: each for each in own if each.path == resource.list_path}
        if Role.CREATE in collection and Role.ITEM in members:
            others = (members.get(Role.UPDATE), members.get(Role.DELETE), collection.get(Role.LIST))
            steps = (collection[Role.CREATE], members[Role.ITEM], *others)
            found.append(Lifecycle(resource.name, resource.key_field or "id", *steps))
    return tuple(found)
