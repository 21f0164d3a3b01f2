"""POST, PATCH and DELETE: the world changes, and the answer shows what it has become."""

from collections.abc import Callable, Mapping
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.behaviours import Behaviours
from conformance.mock_server.bodies import Bodies
from conformance.mock_server.call import Answer, Call, Place
from conformance.mock_server.problems import Problem, rejected
from conformance.mock_server.reads import Reads
from conformance.mock_server.seams import Seams, through
from conformance.mock_server.validators import Validators
from conformance.mock_server.world.build import World
from conformance.mock_server.world.parts import mirror_again
from conformance.mock_server.world.store import Record, Ref, absolute
from conformance.model import KeyKind, LinkKind, Resource, Role

_TOUCHED = ("updated_at", "last_updated_at")


class Writes:
    """Changes the world on behalf of callers."""

    def __init__(  # noqa: PLR0913
        self,
        world: World,
        reads: Reads,
        behaviours: Behaviours,
        validators: Validators,
        seams: Seams,
        now: Callable[[], int],
    ) -> None:
        self.world = world
        self.reads = reads
        self.now = now
        self._behaviours = behaviours
        self._validators = validators
        self._seams = seams
        self._bodies = Bodies(world, validators, seams)
        self._born = 0

    def answer(self, call: Call) -> Answer:
        """The answer to a write; raises Problem, and then nothing has changed."""
        role, key = call.operation.role, call.operation.key
        if special := self._behaviours.actions.get(key):
            return special(self, call)
        if role is Role.UPDATE:
            return self._update(call)
        if role is Role.DELETE:
            return self._delete(call)
        if role is Role.CREATE and call.operation.resource in self.world.shape.resources:
            return self._create(call)
        record = self.reads.above(call)
        self.body(call)
        return self.done(call, record)

    def body(self, call: Call) -> dict[str, Any]:
        """The checked body of a call."""
        return self._bodies.of(call, self.reads.visible)

    # Create

    def _create(self, call: Call) -> Answer:
        parent = self.reads.above(call)
        body = self.body(call)
        resource = self.world.shape.resources[call.operation.resource]
        record = self.create(call, resource, parent, body)
        return self.done(call, record)

    def create(self, call: Call, resource: Resource, parent: Record | None, body: Mapping[str, Any]) -> Record:
        """A new record from a checked body; raises a problem where one like it exists."""
        self._unique(call, resource, parent, body)
        named = resource.key_kind is KeyKind.NAME
        key = str(body.get(resource.key_field, "")) if named else ""  # a fault may have let it go
        record = self.born(resource, parent, self._owner(call, resource, parent, body), key)
        record.data = {**record.data, **self._blank(call, resource, body)}
        changes = through(self._seams.apply, call, record, self._fitted(resource, body))
        record.data = {**record.data, **changes}
        self.finished(record)
        return record

    def born(self, resource: Resource, parent: Record | None, owner: str | None, key: str = "") -> Record:
        """A new record, grown from its schema, with the singletons below it; nobody has heard of it yet."""
        self._born += 1
        moment = self.now()
        key = key or self.world.key(resource, moment, self.world.rng("born", resource.name, self._born))
        record = Record(resource.name, key, self.world.path(resource, parent, key), parent, owner, moment)
        if resource.name == self.world.shape.principal:
            record.owner = key
        self.world.store.add(record, quiet=True)
        self._plant_below(resource, record)
        self.world.fill(record)
        return record

    def finished(self, record: Record) -> None:
        """A born record is complete: links that mirror its own follow, listeners hear of it."""
        self._changed(record)
        self.world.store.told("created", record)

    def _plant_below(self, resource: Resource, record: Record) -> None:
        """The singletons that every such record has."""
        for each in self.world.shape.resources.values():
            if each.singleton and each.parent == resource.name:
                below = Record(each.name, "", self.world.path(each, record, ""), record, record.owner, record.moment)
                self.world.store.add(below, quiet=True)
                self.world.fill(below)

    def _unique(self, call: Call, resource: Resource, parent: Record | None, body: Mapping[str, Any]) -> None:
        """A member keyed by a word exists once; where 409 is documented, so does a name."""
        members = self.world.store.collection(resource.name, parent.path if parent else "")
        conflict = "409" in {each.status for each in call.operation.responses}
        if resource.key_kind is KeyKind.NAME and str(body.get(resource.key_field)) in members.by_key:
            if conflict:
                raise Problem(409, "conflict", f"{resource.key_field}: exists already.")
            raise rejected(call.operation, {resource.key_field: ["Exists already."]})
        if conflict and "name" in body and any(each.data.get("name") == body["name"] for each in members):
            raise Problem(409, "conflict", "name: exists already.", errors={"name": ["Exists already."]})

    def _owner(self, call: Call, resource: Resource, parent: Record | None, body: Mapping[str, Any]) -> str | None:
        if resource.name not in self.world.shape.owned:
            return None
        if parent is not None:
            return parent.owner
        linked = [self.world.store.by_path.get(value) for value in body.values() if isinstance(value, Ref)]
        owners = [each.owner for each in linked if each and each.owner]
        people = self.world.store.collection(self.world.shape.principal).keys
        return call.user or next(iter(owners), None) or next(iter(people), None)

    def _blank(self, call: Call, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
        """Writable fields that were not given: their default, or null where they may be null."""
        wanted = call.operation.body
        schema = self.world.description.resolve(wanted.media[0].schema) if wanted and wanted.media[0].schema else {}
        writable = self.world.nursery.flat(schema).get("properties", {})
        shown = self.world.schema_of(resource).get("properties", {})
        made: dict[str, Any] = {}
        for name in writable:
            own = self.world.nursery.flat(shown.get(name, {})) if name in shown else {}
            given = self.world.nursery.flat(writable[name])
            if name in body or name not in shown or given.get("readOnly"):
                continue
            if "default" in given:
                made[name] = given["default"]
            elif "null" in (own.get("type") or ()) and isinstance(own.get("type"), list):
                made[name] = None
        return made

    def _fitted(self, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a body that its resource has; a link one step further picks the member that leads there."""
        shown = self.world.schema_of(resource).get("properties", {})
        made = {name: value for name, value in body.items() if name in shown}
        for name, value in body.items():
            if name in shown or not isinstance(value, Ref):
                continue
            for link in self.world.shape.links(resource.name):
                if (
                    link.kind is LinkKind.ITEM
                    and not link.many
                    and (member := self._leading(link.targets, name, value))
                ):
                    made[link.path] = Ref(member.path)
        return made

    def _leading(self, targets: tuple[str, ...], name: str, value: Ref) -> Record | None:
        for target in targets:
            if any(link.path == name for link in self.world.shape.links(target)):
                for each in self.world.store.all(target):
                    if each.data.get(name) == value:
                        return each
                return self._grown(target, name, value)
        return None

    def _grown(self, target: str, name: str, value: Ref) -> Record:
        """A new member of a shared collection that leads where nobody led before."""
        resource = self.world.shape.resources[target]
        self._born += 1
        key = self.world.key(resource, self.now(), self.world.rng("grown", target, self._born))
        record = Record(target, key, self.world.path(resource, None, key), moment=self.now())
        self.world.store.add(record, quiet=True)
        self.world.fill(record)
        record.data[name] = value
        return record

    # Update

    def _update(self, call: Call) -> Answer:
        record = self._target(call)
        body = self.body(call)
        self.update(call, record, body)
        return self.done(call, record)

    def _target(self, call: Call) -> Record:
        """The record to change; a singleton that was deleted comes back empty."""
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
        """Apply a checked body to a record: objects are merged where that stays valid, else replaced."""
        resource = self.world.shape.resources[record.resource]
        changes = {name: merged(record.data.get(name), value) for name, value in self._fitted(resource, body).items()}
        if not self._valid(resource, {**record.data, **changes}):
            changes = self._fitted(resource, body)
        changes = through(self._seams.apply, call, record, changes)
        touched = {name: clock.render(self.now()) for name in _TOUCHED if name in record.data and changes}
        self.world.store.change(record, {**touched, **changes})
        self._changed(record)

    def _valid(self, resource: Resource, data: dict[str, Any]) -> bool:
        return self._validators.at(resource.schema).is_valid(absolute(data, "https://api.example.com"))

    def _changed(self, record: Record) -> None:
        mirror_again(self.world.shape, self.world.store, record.resource)

    # Delete

    def _delete(self, call: Call) -> Answer:
        record = self.reads.find(call)
        if through(self._seams.remove, call, record, True):
            self.remove(record)
        statuses = [each.status for each in call.operation.responses if each.status.startswith("2")]
        if "204" in statuses or not statuses:
            return Answer(204, media="")
        return Answer(int(statuses[0]), self._behaviours.plain(call, int(statuses[0])))

    def remove(self, record: Record) -> None:
        """Take a record away; links to it become null, and what cannot be without it goes too."""
        store, gone = self.world.store, record.path
        store.remove(record)
        for name in self.world.shape.resources:
            for link in self.world.shape.links(name):
                if record.resource in link.targets and link.kind is LinkKind.ITEM and "[]" not in link.path:
                    self._unlink(name, link.path, gone, nullable=link.nullable)
        self._changed(record)

    def _unlink(self, resource: str, path: str, gone: str, *, nullable: bool) -> None:
        head, _, tail = path.rpartition(".")
        for each in tuple(self.world.store.all(resource)):
            holder = each.data.get(head) if head else each.data
            if not isinstance(holder, dict):
                continue
            value = holder.get(tail)
            if isinstance(value, list) and gone in value:
                holder[tail] = [link for link in value if link != gone]
            elif value == gone and nullable:
                holder[tail] = None
            elif value == gone:
                self.remove(each)
            else:
                continue
            self.world.store.revision += 1

    # Answers

    def done(self, call: Call, record: Record | None, **known: Any) -> Answer:
        """The documented success: the record, an object around it, or an answer grown from the schema, or nothing.

        `known` are members of the answer that are not left to chance.
        """
        response = next((each for each in call.operation.responses if each.status.startswith("2")), None)
        status = int(response.status) if response and response.status.isdigit() else 200
        if response is None or not response.media or not response.media[0].schema:
            return Answer(status, media="")
        pointer = response.media[0].schema
        if record is not None and self._shows(record, pointer):
            return self.shown(call, record, pointer, status)
        if record is not None and (name := self._wrapping(record, pointer)):
            tree, _ = self.reads.expand(call)
            shown = self.reads.views.shown(
                call, Place(record), self.world.shape.resources[record.resource].schema, tree
            )
            return Answer(status, {name: shown})
        body = self._behaviours.plain(call, status)
        return Answer(status, {**body, **known} if isinstance(body, dict) else body)

    def shown(self, call: Call, record: Record, pointer: str, status: int) -> Answer:
        """A record as a schema shows it."""
        tree, _ = self.reads.expand(call)
        return Answer(status, self.reads.views.shown(call, Place(record), pointer, tree))

    def _shows(self, record: Record, pointer: str) -> bool:
        names = self.reads.views.fields(pointer)
        own = self.reads.views.fields(self.world.shape.resources[record.resource].schema)
        return names is not None and names <= set(record.data) and ("id" in names or names == own)

    def _wrapping(self, record: Record, pointer: str) -> str:
        flat = self.world.nursery.flat
        own = self.world.schema_of(self.world.shape.resources[record.resource])
        properties = flat(self.world.description.resolve(pointer)).get("properties", {})
        return next((name for name, each in properties.items() if flat(each) == own), "")


def merged(old: Any, new: Any) -> Any:
    """An object with the given members replaced, deep; anything else is replaced whole."""
    if not isinstance(old, dict) or not isinstance(new, dict) or not new:
        return new
    return {**old, **{name: merged(old.get(name), value) for name, value in new.items()}}
