"""The resources that can be created and read, each with the operations of its life."""

import msgspec

from conformance.model import Operation, ResourceModel, Role


class Lifecycle(msgspec.Struct, frozen=True):
    """The operations of a resource that can be created and read; operations that it does not have are None."""

    resource: str
    key: str  # the property that names a member
    create: Operation
    read: Operation
    update: Operation | None = None
    delete: Operation | None = None
    listing: Operation | None = None

    @property
    def is_expandable(self) -> bool:
        """Return whether an item can show a resource that it links to."""
        return any(expansion.resolvable and "." not in expansion.path for expansion in self.read.expansions)


def lifecycles(model: ResourceModel) -> tuple[Lifecycle, ...]:
    """Return every resource that a workflow can run over, in the order of the model."""
    result = []
    for resource in model.resources:
        own = [model.operations_by_key[key] for key in resource.operations]
        members = {operation.role: operation for operation in own if operation.path == resource.item_path}
        collection = {operation.role: operation for operation in own if operation.path == resource.list_path}
        if resource.key_field and Role.CREATE in collection and Role.ITEM in members:
            optional = (members.get(Role.UPDATE), members.get(Role.DELETE), collection.get(Role.LIST))
            steps = (collection[Role.CREATE], members[Role.ITEM], *optional)
            result.append(Lifecycle(resource.name, resource.key_field, *steps))
    return tuple(result)
