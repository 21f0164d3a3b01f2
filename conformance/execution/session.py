"""A whole run, seen from its one controlling process: opened, its header written, closed into one log."""

import platform
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import msgspec

from conformance import __version__
from conformance.description import Description
from conformance.description.lint import outcomes
from conformance.description.positions import places
from conformance.description.sandbox import differences
from conformance.eventlog import Writer
from conformance.execution.closing import closing, merge
from conformance.execution.opening import RunOptions, afforded, begin
from conformance.execution.resuming import Earlier, agree
from conformance.execution.spec import MEMORY, Brief, RunSpec, shipped
from conformance.execution.store import Store
from conformance.execution.worker import store_path
from conformance.model import (
    Catalogued,
    Described,
    Kind,
    Noticed,
    Observed,
    Placed,
    RunFinished,
    RunStarted,
    TargetKind,
)
from conformance.validation import Validators

CONTROLLER = "controller"


class Session:
    """A run under way. `open` it, run its items anywhere, `finish` it; `close` in any case."""

    def __init__(
        self,
        spec: RunSpec,
        brief: Brief,
        *,
        resources: ExitStack,
        clock: Callable[[], float],
        before: dict[str, int],
    ) -> None:
        self.spec, self.brief = spec, brief
        self._resources, self._clock, self._before = resources, clock, before
        self._log = Writer(spec.path / "workers" / f"{CONTROLLER}.jsonl")

    @classmethod
    def open(
        cls,
        options: RunOptions,
        clock: Callable[[], float] = time.time,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> "Session":
        """Start what must run, get tokens, make the plan, write the header.

        `meanwhile` is done while a built-in server starts. Raises HarnessError: UsageError, DescriptionError,
        TargetError, PlanError.
        """
        with ExitStack() as resources:
            resumed = options.earlier()
            opening = begin(options, resources, clock())
            description, catalogue = opening.description, shipped()
            meanwhile()
            spec = afforded(opening.connect(), options, description)
            started = _started(spec, description, options.command, clock())
            if resumed:
                agree(resumed, started)
                spec = msgspec.structs.replace(spec, done=tuple(sorted(resumed.done)))
                _remember(options.resume, spec.path)
            brief = Brief(description, catalogue, spec.plan(catalogue, description.model))
            started = msgspec.structs.replace(started, expected=brief.plan.cost)
            before = resumed.requests if resumed else {}
            session = cls(spec, brief, resources=resources.pop_all(), clock=clock, before=before)
        session._header(started, resumed)
        return session

    @property
    def log(self) -> Path:
        """The whole run's log, once finished."""
        return self.spec.path / "events.jsonl"

    def _header(self, started: RunStarted, resumed: Earlier | None) -> None:
        description, catalogue, plan = self.brief
        model = description.model
        self._log.append(started)
        self._log.append(Described(model))
        self._log.append(Catalogued(tuple(catalogue.requirements.values())))
        for planned in plan.planned:
            self._log.append(planned)
        for outcome in plan.settled:
            self._log.append(Observed(outcome, ""))
        for note in model.notes:
            self._log.append(Noticed("description", note))
        sandbox = self.spec.target.kind is TargetKind.SANDBOX
        for operation, note in differences(description.document) if sandbox else ():
            self._log.append(Noticed("sandbox", note, operation))
        for event in resumed.events if resumed else ():
            self._log.append(event)

    def _judge_description(self) -> None:
        """Settle the planned requirements that bind the description itself, as it was published; say what stands where.

        Done at the end, for it takes longer than all that must come before the first request.
        """
        kinds = {each.id: each.kind for each in self.brief.catalogue.requirements.values()}
        static = {case for case in self.brief.plan.cases() if kinds[case.requirement] is Kind.STATIC}
        judged = [each for each in outcomes(self.spec.published(), Validators) if each.case in static] if static else []
        for outcome in judged:
            self._log.append(Observed(outcome, ""))
        description = self.brief.description
        pointers = (*(each.pointer for each in description.model.operations), *(each.pointer for each in judged))
        self._log.append(Placed(places(description, pointers)))

    def finish(self, stopped: str = "") -> Path:
        """Judge what only the whole run shows, write the footer, merge the workers' logs into `events.jsonl`."""
        description, catalogue, plan = self.brief
        subject = self.spec.subject(description)
        store = Store(store_path(self.spec.path))
        stopped = stopped or store.stopped()
        spent = store.spent()
        store.close()
        self._judge_description()
        for event in closing(self.spec.path / "workers", plan, catalogue, subject):
            self._log.append(event)
        self._log.close()
        footer = RunFinished(self._clock(), dict(Counter(spent) + Counter(self._before)), stopped)
        merge(self.spec.path / "workers", self.log, [item.name for item in plan.items], footer)
        shutil.rmtree(self.spec.path / "workers")
        return self.log

    def close(self) -> None:
        """Stop what was started; safe to call twice."""
        self._log.close()
        self._resources.close()


def _started(spec: RunSpec, description: Description, command: str, now: float) -> RunStarted:
    """The header of a run's log."""
    return RunStarted(
        run=spec.run,
        started_at=now,
        suite_version=__version__,
        target=spec.target,
        description_title=description.model.title,
        description_version=description.model.version,
        description_sha256=description.digest,
        description_source=Path(description.source).name,
        profile=spec.profile,
        seed=spec.seed,
        budget=spec.budget,
        shard="" if spec.shard == (1, 1) else f"{spec.shard[0]}/{spec.shard[1]}",
        command=command,
        python=f"{platform.python_implementation()} {platform.python_version()}",
    )


def _remember(earlier: Path | None, directory: Path) -> None:
    """Take over what failed in the run that this one goes on with."""
    if earlier and (earlier / MEMORY).is_dir():
        shutil.copytree(earlier / MEMORY, directory / MEMORY, dirs_exist_ok=True)
