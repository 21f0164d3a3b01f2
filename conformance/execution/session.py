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
from conformance.description.sandbox import differences
from conformance.eventlog import Writer
from conformance.execution.opening import RunOptions, begin
from conformance.execution.resuming import Earlier, agree, tried_first
from conformance.execution.spec import MEMORY, Brief, RunSpec, shipped
from conformance.model import (
    Catalogued,
    Described,
    Noticed,
    Observed,
    RunFinished,
    RunStarted,
    TargetKind,
)

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
            # What speaks HTTP is slow to import: a server starts meanwhile.
            from conformance.execution.connecting import connected, limited  # noqa: PLC0415

            description, catalogue = opening.description, shipped()
            meanwhile()
            spec = connected(opening)
            started = _started(spec, description, options.command, clock())
            if resumed:
                agree(resumed, started)
                spec = msgspec.structs.replace(spec, done=tuple(sorted(resumed.done)))
                _remember(options.resume, spec.path)
            plan = spec.plan(catalogue, description.model)
            if opening.spec.budget is None:  # nobody said what may be sent
                spec = limited(spec, description.model, plan.cost)
                plan = spec.plan(catalogue, description.model) if spec.left else plan
            brief = Brief(description, catalogue, plan)
            started = msgspec.structs.replace(started, expected=brief.plan.cost)
            if resumed:
                again = [each for each in brief.plan.items if catalogue.probes[each.probe].again]
                spec = msgspec.structs.replace(spec, first=tried_first(resumed, again, spec.target.base_url))
            before = resumed.requests if resumed else {}
            session = cls(spec, brief, resources=resources.pop_all(), clock=clock, before=before)
        session._header(started, resumed)
        return session

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

    def finish(self, stopped: str = "") -> Path:
        """Judge what only the whole run shows, write the footer, merge the workers' logs into `events.jsonl`."""
        from conformance.execution.finishing import finish  # noqa: PLC0415 - only now needed

        def footer(spent: dict[str, int], stop: str) -> RunFinished:
            return RunFinished(self._clock(), dict(Counter(spent) + Counter(self._before)), stopped or stop)

        return finish(self.spec, self.brief, self._log, footer)

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
