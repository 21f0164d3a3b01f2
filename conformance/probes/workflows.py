"""Histories of what can be created, in the profile deep: create, read, change, list, expand, delete, in any order."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from conformance.answers import Answer
from conformance.judging import observed, passed
from conformance.model import Effect, Exchange, Operation, Profile, Request, ResourceModel, Response, Role, Verdict
from conformance.probes.arguments import Missing, untested
from conformance.probes.base import Need, Probe, Steps
from conformance.probes.reading import plain_read
from conformance.probes.workflows_talk import Ask, Enough, talked
from conformance.probes.writing import Write, has_json_body, writable, write_of
from conformance.subject import Subject
from conformance.validation.wire import path_variables

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis import settings

    from strategies.lifecycles import Lifecycle
    from strategies.states import Broken
    from strategies.workflows import Workflow

JUDGED = ("WRT-01", "WRT-02", "WRT-04", "WRT-05", "WRT-07", "CON-01", "EXP-03", "EXP-05", "RSP-03")
_SEARCH, _SHRINK = 480, 120  # requests of one resource: until something breaks, and to make that smaller
_HISTORIES, _STEPS = 80, 8
_RISKY = {Effect.HARDWARE, Effect.MONEY, Effect.IRREVERSIBLE}


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


def workflow(operation: Operation, subject: Subject) -> Steps[None]:
    """Draw histories until one breaks something or the budget is spent; show the shortest."""
    from strategies.lifecycles import lifecycles  # noqa: PLC0415 - Hypothesis is loaded only where something is drawn

    write = yield from write_of(operation, subject)
    if isinstance(write, Missing):
        yield from untested(JUDGED, operation, write)
        return
    life = next(each for each in lifecycles(subject.model) if each.create == operation)
    if life.update and life.update.effect in _RISKY and not subject.target.may_touch_hardware:
        life = msgspec.structs.replace(life, update=None)
    histories = _Histories(write, life, subject)
    yield from talked(histories.run)
    for story in histories.stories.values():
        answers = tuple(Answer(each, subject.model.by_key[each.request.operation]) for each in story.exchanges)
        last = Answer(story.exchanges[-1], _blamed(story.broken, life))
        verdict = Verdict.FAIL if story.times > 1 else Verdict.INCONCLUSIVE
        told = " then ".join(each.exchange.request.method for each in answers)
        message, actual = f"a history breaks it: {told}", story.broken.message
        yield observed(last, story.broken.requirement, verdict, message, actual=actual, also=answers[:-1])
    made = histories.made
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


class _Histories:
    """The search for a history that breaks something, with what it found."""

    def __init__(self, write: Write, life: "Lifecycle", subject: Subject) -> None:
        self._write, self._life, self._subject = write, life, subject
        self._current: list[Exchange] = []
        self._left = _SEARCH
        self.stories: dict[str, Story] = {}
        self.made: Exchange | None = None

    def run(self, ask: Ask) -> None:
        """Have Hypothesis draw histories and make shorter what breaks."""
        from hypothesis import seed  # noqa: PLC0415 - see workflow
        from hypothesis.errors import Flaky  # noqa: PLC0415 - see workflow
        from hypothesis.stateful import run_state_machine_as_test  # noqa: PLC0415 - see workflow

        from strategies.reproducible import reproducible  # noqa: PLC0415 - see workflow

        machine = self._machine(ask)
        number = self._subject.random("workflow", self._life.create.key).getrandbits(32)
        try:
            with reproducible():
                run_state_machine_as_test(seed(number)(machine), settings=self._settings())  # type: ignore[arg-type]
        except Flaky:
            return  # the target did not answer the same twice: what was seen before is kept
        except Exception:
            if not self.stories:
                raise

    def _machine(self, ask: Ask) -> "Callable[[], Workflow]":
        from strategies.schemas import flat  # noqa: PLC0415 - see workflow
        from strategies.workflows import workflows  # noqa: PLC0415 - see workflow

        life, call, subject = self._life, self._write.call, self._subject
        ours = {*writable(life.create, subject), *(writable(life.update, subject) if life.update else ())}
        shown = flat(subject.description, {"$ref": life.read.item_schema}).get("properties", {})
        begin = workflows(
            subject.validators,
            life,
            lambda request: self._send(ask, request),
            path=path_variables(life.create.path, call.path) or {},
            known=self._write.links,
            volatile={*shown} - ours,
            watch=self._broken,
        )

        def machine() -> "Workflow":
            self._current = []
            return begin()

        return machine

    def _settings(self) -> "settings":
        from hypothesis import HealthCheck, Phase, Verbosity, settings  # noqa: PLC0415 - see workflow
        from hypothesis.database import DirectoryBasedExampleDatabase  # noqa: PLC0415 - see workflow

        memory = self._subject.memory
        name = sha256(self._life.create.key.encode()).hexdigest()[:12]
        return settings(
            max_examples=_HISTORIES,
            stateful_step_count=_STEPS,
            database=DirectoryBasedExampleDatabase(Path(memory) / name) if memory else None,
            phases=(Phase.reuse, Phase.generate, Phase.shrink),
            deadline=None,
            print_blob=False,
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )

    def _send(self, ask: Ask, request: Request) -> Response:
        """One request of a history; what was made may be deleted when the budget is spent, nothing else."""
        if self._left <= 0 and request.method != "DELETE":
            raise Enough
        self._left -= 1
        call = self._write.call
        exchange = ask(
            msgspec.structs.replace(request, headers=(*call.headers, *request.headers), identity=call.identity)
        )
        self._current.append(exchange)
        response = exchange.response or Response(0)
        if request.operation == self._life.create.key and response.status // 100 == 2:
            self.made = exchange
        return response

    def _broken(self, broken: "Broken") -> None:
        """Keep the shortest history for each requirement, and pay for shortening at the first."""
        if not self.stories:
            self._left = _SHRINK
        known, found = self.stories.get(broken.requirement), Story(broken, tuple(self._current))
        shorter = found if known is None or len(found.exchanges) < len(known.exchanges) else known
        times = known.times + 1 if known else 1
        self.stories[broken.requirement] = msgspec.structs.replace(shorter, times=times)


PROBES = (Probe("workflow", JUDGED, _lives, _needs, workflow, Profile.DEEP, 3, writes=True),)
