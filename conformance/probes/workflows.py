"""Histories of what can be created, in the profile deep: create, read, change, list, expand, delete, in any order."""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from conformance.answers import Answer, path_of
from conformance.judging import observed, passed
from conformance.model import Exchange, Operation, Profile, Request, ResourceModel, Response, Role, Verdict
from conformance.probes.arguments import Missing, untested
from conformance.probes.base import Need, Probe, Steps, UnsafeRequest
from conformance.probes.generated_requests import embedding, linked
from conformance.probes.reading import plain_read
from conformance.probes.writing import Write, created_and_deleted, has_json_body, writable, write_of
from conformance.safety.gate import created_path
from conformance.safety.rules import RISKS
from conformance.subject import Subject
from conformance.validation.wire import path_variables

if TYPE_CHECKING:
    from strategies.histories import Script, Talk
    from strategies.lifecycles import Lifecycle
    from strategies.states import Broken

JUDGED = ("WRT-01", "WRT-02", "WRT-04", "WRT-05", "WRT-07", "CON-01", "EXP-03", "EXP-05", "RSP-03")
_SEARCH, _SHRINK = 480, 120  # requests of one resource: until something breaks, and to make that smaller
_HISTORIES, _STEPS = 60, 8
_KEY = b"histories"


class Story(msgspec.Struct, frozen=True):
    """The shortest history that broke a requirement, and how many did: what never happens again proves nothing."""

    broken: "Broken"
    exchanges: tuple[Exchange, ...]
    times: int = 1


def _lives(operation: Operation, model: ResourceModel) -> bool:
    """Whether a resource has a POST at its list and a GET at its items."""
    resource = model.by_name.get(operation.resource)
    return (
        operation.role is Role.CREATE
        and has_json_body(operation)
        and resource is not None
        and operation.path == resource.list_path
        and any(o.role is Role.ITEM and o.path == resource.item_path for o in model.operations)
    )


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (
        *plain_read(operation, model)[:-1],
        Need(f"workflow {operation.key}", _SEARCH + _SHRINK + _STEPS, shared=False),
    )


def _requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Creation, deletion of what was created, and changes of it where these are not risky."""
    resource = model.by_name.get(operation.resource)
    changes = (o for o in model.operations if resource and o.role is Role.UPDATE and o.path == resource.item_path)
    plain = (UnsafeRequest(o.method, o.path) for o in changes if o.effect not in RISKS)
    return (*created_and_deleted(operation, model), *plain)


def workflow(operation: Operation, subject: Subject) -> Steps[None]:
    """Live histories until one breaks something or the budget is spent; show the shortest."""
    from strategies.lifecycles import lifecycles  # noqa: PLC0415 - Hypothesis is loaded only where something is drawn

    write = yield from write_of(operation, subject)
    if isinstance(write, Missing):
        yield from untested(JUDGED, operation, write)
        return
    life = next(each for each in lifecycles(subject.model) if each.create == operation)
    if life.update and life.update.effect in RISKS and not subject.target.may_touch_hardware:
        life = msgspec.structs.replace(life, update=None)
    search = _Search(write, life, subject)
    yield from search.run()
    for story in search.stories.values():
        answers = tuple(Answer(each, subject.model.by_key[each.request.operation]) for each in story.exchanges)
        last = Answer(story.exchanges[-1], _blamed(story.broken, life))
        verdict = Verdict.FAIL if story.times > 1 else Verdict.INCONCLUSIVE
        told = " then ".join(each.exchange.request.method for each in answers)
        message, actual = f"a history breaks it: {told}", story.broken.message
        yield observed(last, story.broken.requirement, verdict, message, actual=actual, also=answers[:-1])
    made = search.made
    if made is not None:
        yield passed(Answer(made, operation), "WRT-01")
    reason = "no history came to it" if made else "no generated body is accepted"
    for requirement in JUDGED:
        yield from untested((requirement,), operation, Missing(reason))


def _blamed(broken: "Broken", life: "Lifecycle") -> Operation:
    """The operation that a broken requirement is about."""
    about = {
        "WRT-01": life.create,
        "WRT-02": life.update,
        "WRT-04": life.delete,
        "WRT-05": life.update,
        "WRT-07": life.create,
    }.get(broken.requirement)
    steps = (life.create, life.read, life.update, life.delete, life.listing)
    shown = next((each for each in steps if each and each.key == broken.request.operation), life.read)
    return about or shown


class _Search:
    """The search for a history that breaks something, with what it found."""

    def __init__(self, write: Write, life: "Lifecycle", subject: Subject) -> None:
        self._write, self._life, self._subject = write, life, subject
        self._path = path_variables(life.create.path, write.call.path) or {}
        self._volatile = _volatile(life, subject)
        self._left = _SEARCH
        self.stories: dict[str, Story] = {}
        self.made: Exchange | None = None
        self._created: set[str] = set()  # paths of what was created by a history, and may be deleted again

    def run(self) -> Steps[None]:
        """Live the histories that failed before, then others; make the first shorter that breaks something."""
        memory = _Memory(self._subject, self._life)
        for script in (*memory.failed(), *_scripts(self._life, self._subject)):
            if any(embedding(step.body, self._subject.model) for step in script):
                continue
            broken = yield from self._live(script)
            if broken:
                memory.keep((yield from self._shortest(script, broken.requirement)))
            if broken or self._left <= 0:
                return

    def _shortest(self, script: "Script", requirement: str) -> Steps["Script"]:
        """The shortest history that breaks the same again, as far as there is budget to look for it."""
        from strategies.histories import shorter  # noqa: PLC0415 - see workflow

        self._left = _SHRINK
        search = shorter(script)
        broken = yield from self._live(script)
        with suppress(StopIteration):
            offer = next(search)
            while self._left > 0 and broken:
                broken_too = yield from self._live(offer)
                same = broken_too is not None and broken_too.requirement == requirement
                script = offer if same else script
                offer = search.send(same)
        return script

    def _live(self, script: "Script") -> Steps["Broken | None"]:
        """One history from its beginning to its end, and what it left deleted; what it broke, if anything."""
        from strategies.histories import History  # noqa: PLC0415 - see workflow
        from strategies.states import Broken  # noqa: PLC0415 - see workflow

        history = History(self._life, path=self._path, volatile=self._volatile)
        steps = [
            msgspec.structs.replace(step, body=linked(step.body, self._write.links, index))
            for index, step in enumerate(script)
        ]
        told: list[Exchange] = []
        found: Broken | None = None
        try:
            yield from self._relayed(history.told(steps), told)
        except Broken as broken:
            found = broken
            self._keep(Story(broken, tuple(told)))
        for request in history.leave():  # whatever the budget is
            if self._may_send(request):
                yield self._addressed(request)
        return found

    def _relayed(self, talk: "Talk", told: list[Exchange]) -> Steps[None]:
        """Have the target answer a talk, as long as there is budget."""
        with suppress(StopIteration):
            request = next(talk)
            while self._left > 0 and self._may_send(request):
                self._left -= 1
                exchange = yield self._addressed(request)
                told.append(exchange)
                if request.operation == self._life.create.key and exchange.status // 100 == 2:
                    self.made = exchange
                    self._remember(exchange)
                request = talk.send(exchange.response or Response(0))

    def _remember(self, exchange: Exchange) -> None:
        url = urlsplit(exchange.url).path
        path = created_path("POST", url, exchange.response) if exchange.response else ""
        if path:
            self._created.add(path_of(exchange.request.target) + path[len(url.rstrip("/")) :])

    def _may_send(self, request: Request) -> bool:
        """Return whether a request is none that deletes what no history created."""
        mine = path_of(request.target) in self._created
        return request.method != "DELETE" or mine or self._subject.target.may_touch_hardware

    def _addressed(self, request: Request) -> Request:
        call = self._write.call
        return msgspec.structs.replace(request, headers=(*call.headers, *request.headers), identity=call.identity)

    def _keep(self, story: Story) -> None:
        name = story.broken.requirement
        known = self.stories.get(name)
        best = story if known is None or len(story.exchanges) < len(known.exchanges) else known
        self.stories[name] = msgspec.structs.replace(best, times=known.times + 1 if known else 1)


class _Memory:
    """The histories of a resource that failed, in Hypothesis's database."""

    def __init__(self, subject: Subject, life: "Lifecycle") -> None:
        from hypothesis.database import DirectoryBasedExampleDatabase  # noqa: PLC0415 - see workflow

        name = sha256(life.create.key.encode()).hexdigest()[:12]
        self._database = DirectoryBasedExampleDatabase(Path(subject.memory) / name) if subject.memory else None

    def failed(self) -> Iterator["Script"]:
        """Those of the run that this one goes on with."""
        from strategies.histories import Step  # noqa: PLC0415 - see workflow

        for each in sorted(self._database.fetch(_KEY)) if self._database else ():
            yield msgspec.msgpack.decode(each, type=tuple[Step, ...])

    def keep(self, script: "Script") -> None:
        """For the run that goes on with this one."""
        if self._database:
            self._database.save(_KEY, msgspec.msgpack.encode(script))


def _scripts(life: "Lifecycle", subject: Subject) -> "tuple[Script, ...]":
    """The histories of a resource for the run's seed, drawn once for a description."""
    from strategies.histories import Step  # noqa: PLC0415 - see workflow
    from strategies.kept import kept  # noqa: PLC0415 - see workflow

    def drawn() -> "tuple[Script, ...]":
        from strategies.workflows import scripts  # noqa: PLC0415 - takes a while to load

        number = subject.random("workflow", life.create.key).getrandbits(32)
        return scripts(subject.validators, life, number=number, count=_HISTORIES, most=_STEPS)

    name = f"{life.create.key} histories {subject.seed} {life.update and life.update.key}"
    return kept(subject.description, name, tuple[tuple[Step, ...], ...], drawn)


def _volatile(life: "Lifecycle", subject: Subject) -> frozenset[str]:
    """The properties that no write of ours names."""
    from strategies.schemas import flat  # noqa: PLC0415 - see workflow

    ours = {*writable(life.create, subject), *(writable(life.update, subject) if life.update else ())}
    shown = flat(subject.description, {"$ref": life.read.item_schema}).get("properties", {})
    return frozenset(shown) - ours


PROBES = (Probe("workflow", JUDGED, _lives, _needs, workflow, Profile.DEEP, 3, writes=True, own=True, sends=_requests),)
