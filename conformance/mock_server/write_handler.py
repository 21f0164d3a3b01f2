"""Responses to POST, PATCH and DELETE: the world changes, and the response shows the new state."""

from collections.abc import Callable, Mapping
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.behaviours import Behaviours
from conformance.mock_server.bodies import Bodies
from conformance.mock_server.call import Answer, Call, Place
from conformance.mock_server.hooks import Seams, through
from conformance.mock_server.problems import Problem, rejected
from conformance.mock_server.read_handler import Reads
from conformance.mock_server.record_factory import RecordFactory
from conformance.mock_server.validators import Validators
from conformance.mock_server.world.builder import World
from conformance.mock_server.world.dependent_links import mirror_again
from conformance.mock_server.world.store import Record, Ref, absolute
from conformance.model import KeyKind, LinkKind, Resource, Role

_UPDATE_TIMES = ("updated_at", "last_updated_at")


class Writes:
    """The writing side of the server: changes the world for callers."""

    def __init__(  # noqa: PLR0913
        self,
        world: World,
        reads: Reads,
        behaviours: Behaviours,
        validators: Validators,
        hooks: Seams,
        now: Callable[[], int],
    ) -> None:
        self.world = world
        self.reads = reads
        self.now = now
        self._behaviours = behaviours
        self._validators = validators
        self._hooks = hooks
        self._bodies = Bodies(world, validators, hooks)
        self.records = RecordFactory(world, now)

    def answer(self, call: Call) -> Answer:
        """Return the response to a write.

        Raises: Problem; the world is unchanged then.
        """
        role, key = call.operation.role, call.operation.key
        if special := self._behaviours.actions.get(key):
            return special(self, call)
        if role is Role.UPDATE:
            return self._handle_update(call)
        if role is Role.DELETE:
            return self._handle_delete(call)
        if role is Role.CREATE and call.operation.resource in self.world.shape.resources:
            return self._handle_create(call)
        record = self.reads.above(call)
        self.body(call)
        return self.done(call, record)

    def body(self, call: Call) -> dict[str, Any]:
        """Return the validated body of a call."""
        return self._bodies.of(call, self.reads.visible)

    # Create

    def _handle_create(self, call: Call) -> Answer:
        parent = self.reads.above(call)
        body = self.body(call)
        resource = self.world.shape.resources[call.operation.resource]
        record = self.create(call, resource, parent, body)
        return self.done(call, record)

    def create(self, call: Call, resource: Resource, parent: Record | None, body: Mapping[str, Any]) -> Record:
        """Create a record from a validated body.

        Raises: Problem where a record with the same key or name exists.
        """
        self._check_unique(call, resource, parent, body)
        named = resource.key_kind is KeyKind.NAME
        key = str(body.get(resource.key_field, "")) if named else ""  # a seeded fault may have removed the field
        record = self.records.add(resource, parent, self._find_owner(call, resource, parent, body), key)
        record.data = {**record.data, **self.records.default_fields(call.operation, resource, body)}
        changes = through(self._hooks.apply, call, record, self.records.select_fields(resource, body))
        record.data = {**record.data, **changes}
        self.finished(record)
        return record

    def finished(self, record: Record) -> None:
        """Announce a record that is complete: update the links that mirror its own, and notify listeners."""
        self._update_mirrors(record)
        self.world.store.told("created", record)

    def _check_unique(self, call: Call, resource: Resource, parent: Record | None, body: Mapping[str, Any]) -> None:
        """Refuse a second member with the same word as key and, where 409 is documented, with the same name."""
        members = self.world.store.collection(resource.name, parent.path if parent else "")
        conflict = "409" in {response.status for response in call.operation.responses}
        if resource.key_kind is KeyKind.NAME and str(body.get(resource.key_field)) in members.by_key:
            if conflict:
                raise Problem(409, "conflict", f"{resource.key_field}: exists already.")
            raise rejected(call.operation, {resource.key_field: ["Exists already."]})
        if conflict and "name" in body and any(member.data.get("name") == body["name"] for member in members):
            raise Problem(409, "conflict", "name: exists already.", errors={"name": ["Exists already."]})

    def _find_owner(self, call: Call, resource: Resource, parent: Record | None, body: Mapping[str, Any]) -> str | None:
        if resource.name not in self.world.shape.owned:
            return None
        if parent is not None:
            return parent.owner
        linked = [self.world.store.by_path.get(value) for value in body.values() if isinstance(value, Ref)]
        owners = [record.owner for record in linked if record and record.owner]
        people = self.world.store.collection(self.world.shape.principal).keys
        return call.user or next(iter(owners), None) or next(iter(people), None)

    # Update

    def _handle_update(self, call: Call) -> Answer:
        record = self._find_target(call)
        body = self.body(call)
        self.update(call, record, body)
        return self.done(call, record)

    def _find_target(self, call: Call) -> Record:
        """Return the record to change; a singleton that was deleted comes back empty."""
        resource = self.world.shape.resources[call.operation.resource]
        try:
            return self.reads.find(call)
        except Problem:
            parent = self.reads.above(call)
            if not resource.singleton or parent is None:
                raise
            record = Record(resource.name, "", self.world.path(resource, parent, ""), parent, parent.owner, self.now())
            self.world.fill(record)
            for name, schema in self.world.schema_of(resource).get("properties", {}).items():
                if "null" in (self.world.nursery.flat(schema).get("type") or ()):
                    record.data[name] = None
            self.world.store.add(record, quiet=True)
            return record

    def update(self, call: Call, record: Record, body: Mapping[str, Any]) -> None:
        """Apply a validated body to a record: objects are merged where that stays valid, else replaced."""
        resource = self.world.shape.resources[record.resource]
        changes = {
            name: merged(record.data.get(name), value)
            for name, value in self.records.select_fields(resource, body).items()
        }
        if not self._is_valid(resource, {**record.data, **changes}):
            changes = self.records.select_fields(resource, body)
        changes = through(self._hooks.apply, call, record, changes)
        touched = {name: clock.render(self.now()) for name in _UPDATE_TIMES if name in record.data and changes}
        self.world.store.change(record, {**touched, **changes})
        self._update_mirrors(record)

    def _is_valid(self, resource: Resource, data: dict[str, Any]) -> bool:
        return self._validators.at(resource.schema).is_valid(absolute(data, "https://api.example.com"))

    def _update_mirrors(self, record: Record) -> None:
        mirror_again(self.world.shape, self.world.store, record.resource)

    # Delete

    def _handle_delete(self, call: Call) -> Answer:
        record = self.reads.find(call)
        if through(self._hooks.remove, call, record, True):
            self.remove(record)
        statuses = [response.status for response in call.operation.responses if response.status.startswith("2")]
        if "204" in statuses or not statuses:
            return Answer(204, media="")
        return Answer(int(statuses[0]), self._behaviours.plain(call, int(statuses[0])))

    def remove(self, record: Record) -> None:
        """Remove a record; links to it become null, and records that cannot be without it are removed too."""
        store, removed_path = self.world.store, record.path
        store.remove(record)
        for name in self.world.shape.resources:
            for link in self.world.shape.links(name):
                if record.resource in link.targets and link.kind is LinkKind.ITEM and "[]" not in link.path:
                    self._unlink(name, link.path, removed_path, nullable=link.nullable)
        self._update_mirrors(record)

    def _unlink(self, resource: str, path: str, removed_path: str, *, nullable: bool) -> None:
        head, _, tail = path.rpartition(".")
        for record in tuple(self.world.store.all(resource)):
            holder = record.data.get(head) if head else record.data
            if not isinstance(holder, dict):
                continue
            value = holder.get(tail)
            if isinstance(value, list) and removed_path in value:
                holder[tail] = [link for link in value if link != removed_path]
            elif value == removed_path and nullable:
                holder[tail] = None
            elif value == removed_path:
                self.remove(record)
            else:
                continue
            self.world.store.revision += 1

    # Responses

    def done(self, call: Call, record: Record | None, **known: Any) -> Answer:
        """Return the documented success response.

        It shows the record, an object around it, data grown from the schema, or no body. `known` are members of
        the response that are not left to chance.
        """
        response = next((response for response in call.operation.responses if response.status.startswith("2")), None)
        status = int(response.status) if response and response.status.isdigit() else 200
        if response is None or not response.media or not response.media[0].schema:
            return Answer(status, media="")
        pointer = response.media[0].schema
        if record is not None and self._is_shown_by(record, pointer):
            return self.shown(call, record, pointer, status)
        if record is not None and (name := self._find_wrapper(record, pointer)):
            tree, _ = self.reads.expand(call)
            shown = self.reads.views.shown(
                call, Place(record), self.world.shape.resources[record.resource].schema, tree
            )
            return Answer(status, {name: shown})
        body = self._behaviours.plain(call, status)
        return Answer(status, {**body, **known} if isinstance(body, dict) else body)

    def shown(self, call: Call, record: Record, pointer: str, status: int) -> Answer:
        """Return a response with a record as a schema shows it."""
        tree, _ = self.reads.expand(call)
        return Answer(status, self.reads.views.shown(call, Place(record), pointer, tree))

    def _is_shown_by(self, record: Record, pointer: str) -> bool:
        names = self.reads.views.fields(pointer)
        own = self.reads.views.fields(self.world.shape.resources[record.resource].schema)
        return names is not None and names <= set(record.data) and ("id" in names or names == own)

    def _find_wrapper(self, record: Record, pointer: str) -> str:
        flat = self.world.nursery.flat
        own = self.world.schema_of(self.world.shape.resources[record.resource])
        properties = flat(self.world.description.resolve(pointer)).get("properties", {})
        return next((name for name, subschema in properties.items() if flat(subschema) == own), "")


def merged(old: Any, new: Any) -> Any:
    """Return an object with the given members replaced, at any depth; anything else is replaced whole."""
    if not isinstance(old, dict) or not isinstance(new, dict) or not new:
        return new
    return {**old, **{name: merged(old.get(name), value) for name, value in new.items()}}
