"""New records, and the fields that a write gives them."""

from collections.abc import Callable, Mapping
from typing import Any

from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.model import LinkKind, Operation, Resource


class RecordFactory:
    """Adds records to a world; the same sequence of writes adds the same records."""

    def __init__(self, world: MockWorld, now: Callable[[], int]) -> None:
        self._world = world
        self._now = now
        self._serial = 0

    def add_record(
        self, resource: Resource, parent: StoredRecord | None, owner: str | None, key: str = ""
    ) -> StoredRecord:
        """Add a record, grown from its schema, with the singletons below it; listeners are not notified yet."""
        self._serial += 1
        moment = self._now()
        key = key or self._world.create_key(
            resource, moment, self._world.create_rng("born", resource.name, self._serial)
        )
        record = StoredRecord(resource.name, key, self._world.build_path(resource, parent, key), parent, owner, moment)
        if resource.name == self._world.shape.user_resource:
            record.owner = key
        self._world.store.add(record, quiet=True)
        self._add_singletons(resource, record)
        self._world.fill_record(record)
        return record

    def _add_singletons(self, resource: Resource, record: StoredRecord) -> None:
        """Add the singletons that every record of the resource has."""
        for child_resource in self._world.shape.resources.values():
            if child_resource.singleton and child_resource.parent == resource.name:
                below = StoredRecord(
                    child_resource.name,
                    "",
                    self._world.build_path(child_resource, record, ""),
                    record,
                    record.owner,
                    record.moment,
                )
                self._world.store.add(below, quiet=True)
                self._world.fill_record(below)

    def default_fields(self, operation: Operation, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of writable fields that were not sent: their default, or null where they may be null."""
        documented_body = operation.body
        schema = (
            self._world.description.resolve(documented_body.media[0].schema)
            if documented_body and documented_body.media[0].schema
            else {}
        )
        writable = self._world.schema_compiler.fold_schema(schema).get("properties", {})
        shown = self._world.get_schema(resource).get("properties", {})
        defaults: dict[str, Any] = {}
        for name in writable:
            shown_schema = self._world.schema_compiler.fold_schema(shown.get(name, {})) if name in shown else {}
            body_schema = self._world.schema_compiler.fold_schema(writable[name])
            if name in body or name not in shown or body_schema.get("readOnly"):
                continue
            if "default" in body_schema:
                defaults[name] = body_schema["default"]
            elif "null" in (shown_schema.get("type") or ()) and isinstance(shown_schema.get("type"), list):
                defaults[name] = None
        return defaults

    def select_fields(self, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a body that its resource has.

        A link that only a linked resource has selects the record that holds it: `model` in the body of a vehicle sets
        its `trim` to a trim of that model.
        """
        shown = self._world.get_schema(resource).get("properties", {})
        fields = {name: value for name, value in body.items() if name in shown}
        for name, value in body.items():
            if name in shown or not isinstance(value, Ref):
                continue
            for link in self._world.shape.list_links(resource.name):
                if (
                    link.kind is LinkKind.ITEM
                    and not link.many
                    and (member := self._find_member_leading_to(link.targets, name, value))
                ):
                    fields[link.path] = Ref(member.path)
        return fields

    def _find_member_leading_to(self, targets: tuple[str, ...], name: str, value: Ref) -> StoredRecord | None:
        for target in targets:
            if any(link.path == name for link in self._world.shape.list_links(target)):
                for member in self._world.store.iterate_records(target):
                    if member.data.get(name) == value:
                        return member
                return self._grow_member_leading_to(target, name, value)
        return None

    def _grow_member_leading_to(self, target: str, name: str, value: Ref) -> StoredRecord:
        """Add a new member of a shared collection that links to the given record."""
        resource = self._world.shape.resources[target]
        self._serial += 1
        key = self._world.create_key(resource, self._now(), self._world.create_rng("grown", target, self._serial))
        record = StoredRecord(target, key, self._world.build_path(resource, None, key), moment=self._now())
        self._world.store.add(record, quiet=True)
        self._world.fill_record(record)
        record.data[name] = value
        return record
