"""Histories of resources, in the profile deep: create, read, change, list, expand and delete, in any order."""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path
from conformance.model import Exchange, Operation, Profile, Request, ResourceModel, Response, Role, Verdict
from conformance.probes.generated.substitution import has_embedded_object, substitute_existing
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, UnsafeRequest
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.write_requests import (
    Write,
    build_write,
    creation_and_deletion,
    find_writable,
    has_json_body,
)
from conformance.safety.creations import find_created_path
from conformance.safety.rules import RISKS
from conformance.validation.requests import parse_path_variables
from specs.rulebook import is_unlisted_creation

if TYPE_CHECKING:
    from strategies.histories import Conversation, Script
    from strategies.lifecycles import Lifecycle
    from strategies.states import Broken

HISTORY_REQUIREMENTS = ("WRT-01", "WRT-02", "WRT-04", "WRT-05", "WRT-07", "CON-01", "EXP-03", "EXP-05", "RSP-03")
_SEARCH_BUDGET, _SHORTEN_BUDGET = 480, 120  # requests for one resource: to find a broken history, and to shorten it
_HISTORIES, _STEPS = 60, 8
_KEY = b"histories"


class BrokenHistory(msgspec.Struct, frozen=True):
    """The shortest history that broke a requirement, and how many did. One that never repeats proves nothing."""

    broken: "Broken"
    exchanges: tuple[Exchange, ...]
    times: int = 1


def _is_creatable(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a resource whose members name themselves has a POST at its list and a GET at its items."""
    resource = model.resources_by_name.get(operation.resource)
    return (
        operation.role is Role.CREATE
        and has_json_body(operation)
        and resource is not None
        and bool(resource.key_field)
        and operation.path == resource.list_path
        and any(o.role is Role.ITEM and o.path == resource.item_path for o in model.operations)
    )


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the parents, and the requests of the search."""
    return (
        *plain_read_needs(operation, model)[:-1],
        Need(f"workflow {operation.key}", _SEARCH_BUDGET + _SHORTEN_BUDGET + _STEPS, shared=False),
    )


def _unsafe_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the creation, the deletion of the created resource, and changes of it unless these are risky."""
    resource = model.resources_by_name.get(operation.resource)
    updates = (o for o in model.operations if resource and o.role is Role.UPDATE and o.path == resource.item_path)
    changes = (UnsafeRequest(o.method, o.path) for o in updates if o.effect not in RISKS)
    return (*creation_and_deletion(operation, model), *changes)


def run_histories(operation: Operation, subject: Subject) -> Steps[None]:
    """Run histories until one breaks a requirement or the budget is spent; report the shortest."""
    from strategies.lifecycles import lifecycles  # noqa: PLC0415 - Hypothesis is loaded only where something is drawn

    write = yield from build_write(operation, subject)
    if isinstance(write, Missing):
        yield from report_untested(HISTORY_REQUIREMENTS, operation, write)
        return
    life = next(candidate for candidate in lifecycles(subject.model) if candidate.create == operation)
    if life.update and life.update.effect in RISKS and not subject.target.may_touch_hardware:
        life = msgspec.structs.replace(life, update=None)
    if is_unlisted_creation(operation.key):
        life = msgspec.structs.replace(life, listing=None)
    search = _Search(write, life, subject)
    yield from search.run()
    for story in search.stories.values():
        responses = tuple(
            OperationResponse(exchange, subject.model.operations_by_key[exchange.request.operation])
            for exchange in story.exchanges
        )
        last = OperationResponse(story.exchanges[-1], _find_operation(story.broken, life))
        verdict = Verdict.FAIL if story.times > 1 else Verdict.INCONCLUSIVE
        methods = " then ".join(response.exchange.request.method for response in responses)
        message, actual = f"a sequence of requests breaks it: {methods}", story.broken.message
        yield judge_case(last, story.broken.requirement, verdict, message, actual=actual, also=responses[:-1])
    made = search.made
    if made is not None:
        yield pass_case(OperationResponse(made, operation), "WRT-01")
    reason = "no sequence of requests led to it" if made else "no generated body is accepted"
    for requirement in HISTORY_REQUIREMENTS:
        yield from report_untested((requirement,), operation, Missing(reason))


def _find_operation(broken: "Broken", life: "Lifecycle") -> Operation:
    """Return the operation that a broken requirement is about."""
    about = {
        "WRT-01": life.create,
        "WRT-02": life.update,
        "WRT-04": life.delete,
        "WRT-05": life.update,
        "WRT-07": life.create,
    }.get(broken.requirement)
    steps = (life.create, life.read, life.update, life.delete, life.listing)
    shown = next(
        (operation for operation in steps if operation and operation.key == broken.request.operation), life.read
    )
    return about or shown


class _Search:
    """The search for a history that breaks a requirement, with its results."""

    def __init__(self, write: Write, life: "Lifecycle", subject: Subject) -> None:
        """Prepare the search for one write and the operations of its resource."""
        self._write, self._life, self._subject = write, life, subject
        self._path = parse_path_variables(life.create.path, write.call.path) or {}
        self._volatile_properties = _volatile_properties(life, subject)
        self._left = _SEARCH_BUDGET
        self.stories: dict[str, BrokenHistory] = {}
        self.made: Exchange | None = None
        self._created: set[str] = set()  # paths of resources that a history created, and may delete again

    def run(self) -> Steps[None]:
        """Run the histories that failed before, then others; shorten the first one that breaks a requirement."""
        memory = _Memory(self._subject, self._life)
        for script in (*memory.load_scripts(), *_draw_scripts(self._life, self._subject)):
            if any(has_embedded_object(step.body, self._subject.model) for step in script):
                continue
            broken = yield from self._run_history(script)
            if broken:
                memory.save((yield from self._shorten(script, broken.requirement)))
            if broken or self._left <= 0:
                return

    def _shorten(self, script: "Script", requirement: str) -> Steps["Script"]:
        """Return the shortest history that breaks the same requirement again, as far as the budget allows."""
        from strategies.histories import shorten_script  # noqa: PLC0415 - see workflow

        self._left = _SHORTEN_BUDGET
        search = shorten_script(script)
        broken = yield from self._run_history(script)
        with suppress(StopIteration):
            offer = next(search)
            while self._left > 0 and broken:
                broken_too = yield from self._run_history(offer)
                same = broken_too is not None and broken_too.requirement == requirement
                script = offer if same else script
                offer = search.send(same)
        return script

    def _run_history(self, script: "Script") -> Steps["Broken | None"]:
        """Run one history to its end, delete what it left, and return what it broke, if anything."""
        from strategies.histories import History  # noqa: PLC0415 - see workflow
        from strategies.states import Broken  # noqa: PLC0415 - see workflow

        history = History(self._life, path=self._path, volatile=self._volatile_properties)
        steps = [
            msgspec.structs.replace(step, body=substitute_existing(step.body, self._write.links, index))
            for index, step in enumerate(script)
        ]
        exchanges: list[Exchange] = []
        breach: Broken | None = None
        try:
            yield from self._send_all(history.run_steps(steps), exchanges)
        except Broken as broken:
            breach = broken
            self._keep(BrokenHistory(broken, tuple(exchanges)))
        for request in history.delete_rest():  # even if the budget is spent
            if self._may_send(request):
                yield self._set_sender(request)
        return breach

    def _send_all(self, talk: "Conversation", exchanges: list[Exchange]) -> Steps[None]:
        """Send the requests of a history to the target, as long as the budget allows, and record the exchanges."""
        with suppress(StopIteration):
            request = next(talk)
            while self._left > 0 and self._may_send(request):
                self._left -= 1
                exchange = yield self._set_sender(request)
                exchanges.append(exchange)
                if request.operation == self._life.create.key and exchange.status // 100 == 2:
                    self.made = exchange
                    self._remember(exchange)
                request = talk.send(exchange.response or Response(0))

    def _remember(self, exchange: Exchange) -> None:
        """Remember the path of the resource that an exchange created."""
        url = urlsplit(exchange.url).path
        path = find_created_path("POST", url, exchange.response) if exchange.response else ""
        if path:
            self._created.add(extract_path(exchange.request.target) + path[len(url.rstrip("/")) :])

    def _may_send(self, request: Request) -> bool:
        """Return whether a request is no deletion, or one of a resource that a history created."""
        is_own = extract_path(request.target) in self._created
        return request.method != "DELETE" or is_own or self._subject.target.may_touch_hardware

    def _set_sender(self, request: Request) -> Request:
        """Return a request of a history with the headers and the identity of the write."""
        call = self._write.call
        return msgspec.structs.replace(request, headers=(*call.headers, *request.headers), identity=call.identity)

    def _keep(self, story: BrokenHistory) -> None:
        """Keep the shorter one of two histories that broke the same requirement, and count them."""
        name = story.broken.requirement
        known = self.stories.get(name)
        best = story if known is None or len(story.exchanges) < len(known.exchanges) else known
        self.stories[name] = msgspec.structs.replace(best, times=known.times + 1 if known else 1)


class _Memory:
    """The histories of a resource that failed, in Hypothesis's database."""

    def __init__(self, subject: Subject, life: "Lifecycle") -> None:
        """Open the folder of the resource; without a folder in the subject nothing is kept."""
        from hypothesis.database import DirectoryBasedExampleDatabase  # noqa: PLC0415 - see workflow

        name = sha256(life.create.key.encode()).hexdigest()[:12]
        self._database = (
            DirectoryBasedExampleDatabase(Path(subject.failed_histories) / name) if subject.failed_histories else None
        )

    def load_scripts(self) -> Iterator["Script"]:
        """Yield the histories that failed in the run that this one continues."""
        from strategies.histories import Step  # noqa: PLC0415 - see workflow

        for content in sorted(self._database.fetch(_KEY)) if self._database else ():
            yield msgspec.msgpack.decode(content, type=tuple[Step, ...])

    def save(self, script: "Script") -> None:
        """Keep a history for the run that continues this one."""
        if self._database:
            self._database.save(_KEY, msgspec.msgpack.encode(script))


def _draw_scripts(life: "Lifecycle", subject: Subject) -> "tuple[Script, ...]":
    """Return the histories of a resource for the seed of the run; they are drawn once for a description."""
    from strategies.disk_cache import load_or_make  # noqa: PLC0415 - see workflow
    from strategies.histories import Step  # noqa: PLC0415 - see workflow

    def drawn() -> "tuple[Script, ...]":
        from strategies.workflows import scripts  # noqa: PLC0415 - takes a while to load

        number = subject.make_random("workflow", life.create.key).getrandbits(32)
        return scripts(subject.validators, life, number=number, count=_HISTORIES, most=_STEPS)

    name = f"{life.create.key} histories {subject.seed} {life.update and life.update.key}"
    return load_or_make(subject.description, name, tuple[tuple[Step, ...], ...], drawn)


def _volatile_properties(life: "Lifecycle", subject: Subject) -> frozenset[str]:
    """Return the properties that no write of ours names, and which may change by themselves."""
    from strategies.schemas import flatten_schema  # noqa: PLC0415 - see workflow

    ours = {*find_writable(life.create, subject), *(find_writable(life.update, subject) if life.update else ())}
    shown = flatten_schema(subject.description, {"$ref": life.read.item_schema}).get("properties", {})
    return frozenset(shown) - ours


PROBES = (
    Probe(
        "workflow", HISTORY_REQUIREMENTS, _is_creatable, _needs, run_histories, Profile.DEEP, 3,
        writes=True, writes_only_own=True, sends=_unsafe_requests,
    ),
)  # fmt: skip
