"""Responses to POST, PATCH and DELETE: the world changes, and the response shows the new state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.behaviours import Behaviours
from conformance.mock_server.bodies import BodyReader
from conformance.mock_server.call import RecordPosition, ServerCall, ServerResponse
from conformance.mock_server.hooks import Hooks, apply_hooks
from conformance.mock_server.problems import Problem, build_rejected
from conformance.mock_server.read_handler import ReadHandler
from conformance.mock_server.record_factory import RecordFactory
from conformance.mock_server.validators import RequestValidators
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.dependent_links import update_mirrors
from conformance.mock_server.world.store import Ref, StoredRecord, make_links_absolute
from conformance.model import KeyKind, LinkKind, Resource, Role

_UPDATE_TIMES = ("updated_at", "last_updated_at", "ticket_updated_at")


class WriteHandler:
    """The writing side of the server: changes the world for callers."""

    def __init__(  # noqa: PLR0913
        self,
        world: MockWorld,
        reads: ReadHandler,
        behaviours: Behaviours,
        validators: RequestValidators,
        hooks: Hooks,
        now: Callable[[], int],
    ) -> None:
        self.world = world
        self.reads = reads
        self.now = now
        self._behaviours = behaviours
        self._validators = validators
        self._hooks = hooks
        self._bodies = BodyReader(world, validators, hooks)
        self.records = RecordFactory(world, now)

    def handle(self, call: ServerCall) -> ServerResponse:
        """Return the response to a write.

        Raises: Problem; the world is unchanged then.
        """
        role, key = call.operation.role, call.operation.key
        if special := self._behaviours.actions.get(key):
            return special(self, call)
        handlers = {
            Role.CREATE: self._handle_create,
            Role.UPDATE: self._handle_update,
            Role.DELETE: self._handle_delete,
        }
        if role in handlers and call.operation.resource in self.world.shape.resources:
            return handlers[role](call)
        record = self.reads.find_parent(call)
        self.read_body(call)
        return self.build_success_response(call, record)

    def read_body(self, call: ServerCall) -> dict[str, Any]:
        """Return the validated body of a call."""
        return self._bodies.read_body(call, self.reads.is_visible)

    # Create

    def _handle_create(self, call: ServerCall) -> ServerResponse:
        parent = self.reads.find_parent(call)
        body = self.read_body(call)
        resource = self.world.shape.resources[call.operation.resource]
        record = self.create_record(call, resource, parent, body)
        return self.build_success_response(call, record)

    def create_record(
        self, call: ServerCall, resource: Resource, parent: StoredRecord | None, body: Mapping[str, Any]
    ) -> StoredRecord:
        """Create a record from a validated body.

        Raises: Problem where a record with the same key or name exists.
        """
        self._check_unique(call, resource, parent, body)
        named = resource.key_kind is KeyKind.NAME
        key = str(body.get(resource.key_field, "")) if named else ""  # a seeded fault may have removed the field
        record = self.records.add_record(resource, parent, self._find_owner(call, resource, parent, body), key)
        record.data = {**record.data, **self.records.default_fields(call.operation, resource, body)}
        changes = apply_hooks(self._hooks.apply, call, record, self.records.select_fields(resource, body))
        record.data = {**record.data, **changes}
        self.announce_record(record)
        return record

    def announce_record(self, record: StoredRecord) -> None:
        """Announce a record that is complete: update the links that mirror its own, and notify listeners."""
        self._update_mirrors(record)
        self.world.store.notify_listeners("created", record)

    def _check_unique(
        self, call: ServerCall, resource: Resource, parent: StoredRecord | None, body: Mapping[str, Any]
    ) -> None:
        """Refuse a second member with the same word as key and, where 409 is documented, with the same name."""
        members = self.world.store.get_collection(resource.name, parent.path if parent else "")
        conflict = "409" in {response.status for response in call.operation.responses}
        if resource.key_kind is KeyKind.NAME and str(body.get(resource.key_field)) in members.by_key:
            if conflict:
                raise Problem(409, "conflict", f"{resource.key_field}: exists already.")
            raise build_rejected(call.operation, {resource.key_field: ["Exists already."]})
        if conflict and "name" in body and any(member.data.get("name") == body["name"] for member in members):
            raise Problem(409, "conflict", "name: exists already.", errors={"name": ["Exists already."]})

    def _find_owner(
        self, call: ServerCall, resource: Resource, parent: StoredRecord | None, body: Mapping[str, Any]
    ) -> str | None:
        if resource.name not in self.world.shape.owned_resources:
            return None
        if parent is not None:
            return parent.owner
        linked = [self.world.store.by_path.get(value) for value in body.values() if isinstance(value, Ref)]
        owners = [record.owner for record in linked if record and record.owner]
        people = self.world.store.get_collection(self.world.shape.user_resource).keys
        return call.user or next(iter(owners), None) or next(iter(people), None)

    # Update

    def _handle_update(self, call: ServerCall) -> ServerResponse:
        record = self._find_target(call)
        body = self.read_body(call)
        self.update_record(call, record, body)
        return self.build_success_response(call, record)

    def _find_target(self, call: ServerCall) -> StoredRecord:
        """Return the record to change; a singleton that was deleted comes back empty."""
        resource = self.world.shape.resources[call.operation.resource]
        try:
            return self.reads.find_record(call)
        except Problem:
            parent = self.reads.find_parent(call)
            if not resource.singleton or parent is None:
                raise
            record = StoredRecord(
                resource.name, "", self.world.build_path(resource, parent, ""), parent, parent.owner, self.now()
            )
            self.world.fill_record(record)
            for name, schema in self.world.get_schema(resource).get("properties", {}).items():
                if "null" in (self.world.schema_compiler.fold_schema(schema).get("type") or ()):
                    record.data[name] = None
            self.world.store.add(record, quiet=True)
            return record

    def update_record(self, call: ServerCall, record: StoredRecord, body: Mapping[str, Any]) -> None:
        """Apply a validated body to a record: objects are merged where that stays valid, else replaced."""
        resource = self.world.shape.resources[record.resource]
        changes = {
            name: merge_objects(record.data.get(name), value)
            for name, value in self.records.select_fields(resource, body).items()
        }
        if not self._is_valid(resource, {**record.data, **changes}):
            changes = self.records.select_fields(resource, body)
        changes = apply_hooks(self._hooks.apply, call, record, changes)
        shown = [name for name in _UPDATE_TIMES if name in record.data and changes]
        touched = {name: self._next_time(record.data[name]) for name in shown}
        self.world.store.change(record, {**touched, **changes})
        self._update_mirrors(record)

    def _next_time(self, last: Any) -> str:
        """Return the time now, or one right after the last one where the clock stands still."""
        return clock.format_time(max(self.now(), (clock.parse_time(str(last)) or 0) + 1))

    def _is_valid(self, resource: Resource, data: dict[str, Any]) -> bool:
        return self._validators.body_validator(resource.schema).is_valid(
            make_links_absolute(data, "https://api.example.com")
        )

    def _update_mirrors(self, record: StoredRecord) -> None:
        update_mirrors(self.world.shape, self.world.store, record.resource)

    # Delete

    def _handle_delete(self, call: ServerCall) -> ServerResponse:
        record = self.reads.find_record(call)
        if apply_hooks(self._hooks.remove, call, record, True):
            self.remove_record(record)
        statuses = [response.status for response in call.operation.responses if response.status.startswith("2")]
        status = int(
            next((status for status in statuses if status != "204"), "204")
        )  # beside others 204 leaves it alone
        if status == 204:
            return ServerResponse(204, media="")
        return ServerResponse(status, self._behaviours.build_body(call, status))

    def remove_record(self, record: StoredRecord) -> None:
        """Remove a record; links to it become null, and records that cannot be without it are removed too."""
        store, removed_path = self.world.store, record.path
        store.remove(record)
        for name in self.world.shape.resources:
            for link in self.world.shape.list_links(name):
                if record.resource in link.targets and link.kind is LinkKind.ITEM and "[]" not in link.path:
                    self._unlink(name, link.path, removed_path, nullable=link.nullable)
        self._update_mirrors(record)

    def _unlink(self, resource: str, path: str, removed_path: str, *, nullable: bool) -> None:
        head, _, tail = path.rpartition(".")
        for record in tuple(self.world.store.iterate_records(resource)):
            holder = record.data.get(head) if head else record.data
            if not isinstance(holder, dict):
                continue
            value = holder.get(tail)
            if isinstance(value, list) and removed_path in value:
                holder[tail] = [link for link in value if link != removed_path]
            elif value == removed_path and nullable:
                holder[tail] = None
            elif value == removed_path:
                self.remove_record(record)
            else:
                continue
            self.world.store.revision += 1

    # Responses

    def build_success_response(self, call: ServerCall, record: StoredRecord | None, **known: Any) -> ServerResponse:
        """Return the documented success response.

        It shows the record, an object around it, data grown from the schema, or no body. `known` are members of
        the response that are not left to chance.
        """
        response = next((response for response in call.operation.responses if response.status.startswith("2")), None)
        status = int(response.status) if response and response.status.isdigit() else 200
        if response is None or not response.media or not response.media[0].schema:
            return ServerResponse(status, media="")
        pointer = response.media[0].schema
        if record is not None and self._is_shown_by(record, pointer):
            return self.build_record_response(call, record, pointer, status)
        if record is not None and (name := self._find_wrapper(record, pointer)):
            tree, _ = self.reads.read_expansions(call)
            shown = self.reads.views.render_record(
                call, RecordPosition(record), self.world.shape.resources[record.resource].schema, tree
            )
            return ServerResponse(status, {name: shown})
        plain = self._behaviours.build_plain_response(call)
        return replace(plain, body={**plain.body, **known}) if isinstance(plain.body, dict) else plain

    def build_record_response(
        self, call: ServerCall, record: StoredRecord, pointer: str, status: int
    ) -> ServerResponse:
        """Return a response with a record as a schema shows it."""
        tree, _ = self.reads.read_expansions(call)
        return ServerResponse(status, self.reads.views.render_record(call, RecordPosition(record), pointer, tree))

    def _is_shown_by(self, record: StoredRecord, pointer: str) -> bool:
        names = self.reads.views.documented_fields(pointer)
        own = self.reads.views.documented_fields(self.world.shape.resources[record.resource].schema)
        return names is not None and names <= set(record.data) and ("id" in names or names == own)

    def _find_wrapper(self, record: StoredRecord, pointer: str) -> str:
        flat = self.world.schema_compiler.fold_schema
        own = self.world.get_schema(self.world.shape.resources[record.resource])
        properties = flat(self.world.description.resolve(pointer)).get("properties", {})
        return next((name for name, subschema in properties.items() if flat(subschema) == own), "")


def merge_objects(old: Any, new: Any) -> Any:
    """Return an object with the given members replaced, at any depth; anything else is replaced whole."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{name: merge_objects(old.get(name), value) for name, value in new.items()}}
