"""The session: a whole run in its controlling process, from its header to the merged run log."""

import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import msgspec

from conformance.description import Description
from conformance.description.sandbox_differences import list_sandbox_differences
from conformance.execution.header import build_header
from conformance.execution.priorities import Priorities, read_priorities
from conformance.execution.resumption import EarlierRun, check_same_run, collect_failed_requests
from conformance.execution.setup import RunOptions, set_up_run
from conformance.execution.spec import FAILED_HISTORIES_FOLDER, RunContext, RunSpec, load_catalogue
from conformance.model import (
    Catalogued,
    Described,
    Noticed,
    Observed,
    Profile,
    RunFinished,
    RunStarted,
    TargetKind,
)
from conformance.plan import Catalogue, Plan, plan_chosen_items
from conformance.run_log.event_log import LogWriter

CONTROLLER = "controller"
_NO_HARDWARE = (
    "--allow-hardware without --profile deep carries out nothing that moves hardware or money or cannot be undone; "
    "only requests that a server in order refuses are sent to them"
)


class Session:
    """A run in progress: `open` it, run its items in any process, `finish` it, and `close` it in any case."""

    def __init__(
        self,
        spec: RunSpec,
        brief: RunContext,
        *,
        resources: ExitStack,
        clock: Callable[[], float],
        earlier_requests: dict[str, int],
    ) -> None:
        self.spec, self.brief = spec, brief
        self._resources, self._clock, self._earlier_requests = resources, clock, earlier_requests
        self._log = LogWriter(spec.path / "workers" / f"{CONTROLLER}.jsonl")

    @classmethod
    def open(
        cls,
        options: RunOptions,
        clock: Callable[[], float] = time.time,
        import_meanwhile: Callable[[], object] = lambda: None,
    ) -> "Session":
        """Start the built-in server where needed, obtain tokens, make the plan, write the header.

        `import_meanwhile` is called while the built-in server starts.
        Raises HarnessError: UsageError, DescriptionError, TargetError, PlanError.
        """
        with ExitStack() as resources:
            resumed = options.read_earlier_run()
            opening = set_up_run(options, resources, clock())
            # Imported while the server starts, since the HTTP client takes long to import.
            from conformance.execution.access import connect, limit_budgets  # noqa: PLC0415
            from conformance.execution.baseline import connect_baseline  # noqa: PLC0415

            description, catalogue = opening.description, load_catalogue()
            import_meanwhile()
            spec = connect_baseline(connect(opening), options, description)
            started = _build_header(spec, description, options.command, clock())
            if resumed:
                check_same_run(resumed, started)
                is_same_place = resumed.started.target.base_url == spec.target.base_url  # not a new built-in server
                left = resumed.left_writes if is_same_place else {}
                done = tuple(sorted(resumed.done))
                spec = msgspec.structs.replace(spec, finished_items=done, left_writes=left)
                _copy_memory(options.resume, spec.path)
            spec = _set_priorities(spec, options, description)
            plan = _make_plan(spec, options, description, catalogue)
            if opening.spec.budget is None and options.chosen_case is None:  # no --budget and none configured
                spec = limit_budgets(spec, description.model, plan.cost)
                plan = spec.make_plan(catalogue, description.model) if spec.lower_budgets else plan
            brief = RunContext(description, catalogue, plan)
            started = msgspec.structs.replace(
                started, expected=brief.plan.cost, seeds_to_cover=brief.plan.seeds_to_cover
            )
            if resumed:
                repeatable = [item for item in brief.plan.items if catalogue.probes[item.probe].again]
                spec = msgspec.structs.replace(
                    spec, failed_requests=collect_failed_requests(resumed, repeatable, spec.target.base_url)
                )
            earlier_requests = resumed.requests if resumed else {}
            session = cls(spec, brief, resources=resources.pop_all(), clock=clock, earlier_requests=earlier_requests)
        session._write_header(started, resumed)
        return session

    def _write_header(self, started: RunStarted, resumed: EarlierRun | None) -> None:
        description, catalogue, plan = self.brief
        model = description.model
        self._log.append(started)
        self._log.append(Described(model))
        self._log.append(Catalogued(tuple(catalogue.requirements.values())))
        self._log.append_together(plan.planned)
        self._log.append_together([Observed(outcome) for outcome in plan.known_outcomes])
        if self.spec.target.may_touch_hardware and self.spec.profile is not Profile.DEEP:
            self._log.append(Noticed("safety", _NO_HARDWARE))
        if self.spec.touched_operations:
            count, total = len(self.spec.touched_operations), len(model.operations)
            self._log.append(Noticed("plan", f"{count} of {total} operations are tested: the others did not change"))
        for note in model.notes:
            self._log.append(Noticed("description", note))
        is_sandbox = self.spec.target.kind == TargetKind.SANDBOX
        for operation, note in list_sandbox_differences(description.document) if is_sandbox else ():
            self._log.append(Noticed("sandbox", note, operation))
        for event in resumed.events if resumed else ():
            self._log.append(event)

    def finish(self, stopped: str = "") -> Path:
        """Write the last verdicts and the footer, merge the logs of the workers, and return the run log.

        `stopped` is the reason why the run ended early, empty where it did not.
        """
        from conformance.execution.finalizer import finish_run  # noqa: PLC0415 - needed only at the end

        def build_footer(spent: dict[str, int], stop: str) -> RunFinished:
            return RunFinished(self._clock(), dict(Counter(spent) + Counter(self._earlier_requests)), stopped or stop)

        return finish_run(self.spec, self.brief, self._log, build_footer)

    def close(self) -> None:
        """Close the log and stop the built-in server; calling it twice is harmless."""
        self._log.close()
        self._resources.close()


def _make_plan(spec: RunSpec, options: RunOptions, description: Description, catalogue: Catalogue) -> Plan:
    """Return the plan of the run: all that its options allow, or the items that were chosen."""
    if options.chosen_case is None:
        return spec.make_plan(catalogue, description.model)
    wish = spec.build_plan_options()
    return plan_chosen_items(options.chosen_items, options.chosen_case, catalogue, description.model, wish)


def _set_priorities(spec: RunSpec, options: RunOptions, description: Description) -> RunSpec:
    """Return the run with what goes first, by an earlier run where one is named."""
    earlier = options.since or options.resume
    first = read_priorities(earlier, description.model) if earlier else Priorities()
    return msgspec.structs.replace(spec, failed_turns=first.failed_turns, changed_operations=first.changed_operations)


def _build_header(spec: RunSpec, description: Description, command: str, now: float) -> RunStarted:
    """Return the header of the run log."""
    return build_header(
        spec.run,
        spec.target,
        description,
        now,
        profile=spec.profile,
        seed=spec.seed,
        budget=spec.budget,
        shard="" if spec.shard == (1, 1) else f"{spec.shard[0]}/{spec.shard[1]}",
        command=command,
    )


def _copy_memory(earlier: Path | None, directory: Path) -> None:
    """Copy the failed histories of the earlier run, which are tried first."""
    if earlier and (earlier / FAILED_HISTORIES_FOLDER).is_dir():
        shutil.copytree(earlier / FAILED_HISTORIES_FOLDER, directory / FAILED_HISTORIES_FOLDER, dirs_exist_ok=True)
