"""Certification of mutants of the sample client, and what it detects."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any
from unittest import mock
from zlib import crc32

import msgspec

from conformance.certify.api_clients import scenario_runner
from conformance.certify.api_clients.catalogue import load_passive_judges, load_scenarios
from conformance.certify.api_clients.certification import ClientCertificationOptions, certify_client
from conformance.certify.api_clients.tasks import TASKS, list_possible_tasks
from conformance.certify.api_clients.world_pool import WorldPool
from conformance.mock_server.world.builder import MockWorld
from conformance.model import Level, Verdict
from reports import Summary, fold, read_events
from tests.certify.clients.fork_runner import build_runner
from tests.certify.clients.mutants.definition import ClientMutant
from tests.certify.clients.reach import find_reached_tasks
from tests.certify.clients.sample import COMMAND, SCALE, mutate, read_sample


class MutantResult(msgspec.Struct, frozen=True):
    """The result of one mutant: the requirements that the run reports as violated, by level."""

    mutant: ClientMutant
    violated_musts: frozenset[str]
    violated_shoulds: frozenset[str]
    errors: frozenset[str]
    inconclusive: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Return whether the run decides nothing about the requirement, as on a busy machine."""
        return not self.is_detected and self.mutant.requirement in self.inconclusive

    @property
    def is_detected(self) -> bool:
        """Return whether the run reports the requirement that the mutant violates, at its level."""
        is_must = self.mutant.level is Level.MUST
        return self.mutant.requirement in (self.violated_musts if is_must else self.violated_shoulds)

    @property
    def stray_musts(self) -> frozenset[str]:
        """The violated MUSTs that the fault neither violates nor implies."""
        own = {self.mutant.requirement} if self.mutant.level is Level.MUST else set[str]()
        return self.violated_musts - own - self.mutant.implied


_JUDGED_OVER_ALL_TASKS = frozenset({"C23"})


class Extent(StrEnum):
    """The scenarios that a mutant runs in: its own selection, beside it one of each kind of a MUST, or every one."""

    SELECTED = "selected"
    EACH_KIND = "each-kind"
    EVERY = "every"


def run_mutant(mutant: ClientMutant, folder: Path, extent: Extent = Extent.SELECTED) -> MutantResult:
    """Certify a mutant in its selection of scenarios, or in more that it may fail as a confidential or public client.

    A scenario of another requirement that is a SHOULD can only warn, and is left out: the others show whether the
    mutant violates its own requirement, and no other MUST. So is a task that does not run what is changed.
    """
    tasks: Collection[str] = mutant.declared_tasks
    if extent is not Extent.SELECTED:
        reached = find_reached_tasks(read_sample(), mutate(read_sample(), *mutant.edits))
        tasks = sorted((reached | set(tasks)) & list_possible_tasks(is_public=mutant.is_public))
    if mutant.is_public:
        tasks = [task for task in tasks if task != "create_user"]
    summary = certify_source(
        mutate(read_sample(), *mutant.edits),
        folder,
        tasks,
        mutant.kind,
        select=mutant.selection if extent is Extent.SELECTED else list_cases(mutant, extent, tasks),
    )
    return MutantResult(
        mutant,
        *(
            frozenset(case.requirement for case in summary.case_results if case.verdict is verdict)
            for verdict in (Verdict.FAIL, Verdict.WARN, Verdict.ERROR, Verdict.INCONCLUSIVE)
        ),
    )


def list_cases(mutant: ClientMutant, extent: Extent, tasks: Collection[str] = tuple(TASKS)) -> tuple[str, ...]:
    """Return the scenarios of the mutant's requirement and selection, those of MUSTs, and what is judged passively.

    Scenarios of one requirement, task and judge are of one kind: of each kind, every mutant runs another one. The
    scopes of a client (C23) are judged over all of its tasks, so only where all of them run.
    """
    own = {*mutant.selection, mutant.requirement}
    kinds: dict[tuple[str, str, object], list[str]] = {}
    for scenario in load_scenarios():
        if scenario.level is Level.MUST or {scenario.name, scenario.requirement} & own:
            is_alone = extent is Extent.EVERY or bool({scenario.name, scenario.requirement} & own)
            kind = scenario.name if is_alone else scenario.requirement
            kinds.setdefault((kind, scenario.task, scenario.judge), []).append(scenario.name)
    turn = crc32(mutant.name.encode())
    chosen = [names[turn % len(names)] for names in kinds.values()]
    passives = {passive.requirement for passive in load_passive_judges()}
    if len(tasks) < len(list_possible_tasks(is_public=mutant.is_public)) - mutant.is_public:
        passives -= _JUDGED_OVER_ALL_TASKS - own
    return (*chosen, *sorted(passives))


def certify_source(
    source: str, folder: Path, tasks: Any = tuple(TASKS), kind: str = "confidential", **options: Any
) -> Summary:
    """Certify a Python program for some tasks, and fold the run log in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = folder / "plan.toml"
    declared = "\n".join(f"{name} = true" for name in tasks)
    plan.write_text(f'[client]\nname = "Sample"\nversion = "1.0"\nkind = "{kind}"\n[tasks]\n{declared}\n')
    settings = {"scale": SCALE, "jobs": 6, **options}
    with run_in_forks(source):
        certify_client(ClientCertificationOptions(COMMAND, directory=folder / "report", plan=plan, **settings))
    return fold(read_events([folder / "report"]))


@contextmanager
def run_in_forks(source: str) -> Iterator[None]:
    """Run the program in place of the client's command, with the same worlds for all runs of this process."""
    with (
        mock.patch.object(scenario_runner, "run_client", build_runner(source)),
        mock.patch.object(scenario_runner, "WorldPool", _share_pool),
    ):
        yield


_POOLS: dict[str, WorldPool] = {}


def _share_pool(build: Callable[[], MockWorld]) -> WorldPool:
    """Return the worlds of a description, which every runner of this process uses again."""
    digest = build.__self__._description.digest  # type: ignore[attr-defined]
    if digest not in _POOLS:
        _POOLS[digest] = WorldPool(build)
    _POOLS[digest].shared.store.remove_listeners()
    return _POOLS[digest]
