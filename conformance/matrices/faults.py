"""The detection matrix: the suite run against servers with one known fault each, and against clean servers."""

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from conformance.applicability.selectors import WHOLE_API_KEY
from conformance.description import load_description
from conformance.execution.setup import RunOptions
from conformance.matrices.suite_runs import SuiteRun, list_server_findings, run_in_parallel, run_suite
from conformance.mock_server.clock import Clock
from conformance.mock_server.faults import list_applicable_faults, load_faults, place_fault
from conformance.mock_server.seeded_faults import FaultSite
from conformance.mock_server.world.builder import build_world
from conformance.model import Level, Profile, ResourceModel, Verdict
from reports import Finding, Summary

_DELIVERY_FAMILIES = frozenset({"WHK"})  # families of messages that a server sends


class FaultResult(msgspec.Struct, frozen=True):
    """The result of the suite on one faulty server; `fault` is empty for a clean server of some seed.

    `expected` are the requirements that the fault trips, `places` the operations where it may be seen (empty: any).
    `found` are the requirements that were violated (FAIL or WARN), as `requirement operation`; `named` are those of
    them that name an expected one where the fault is. `stray` are violated MUST requirements that the fault neither
    trips nor implies. `requests` counts those of all identities together. `budget` is the number of requests that each
    identity had, None for that of the profile.
    """

    fault: str
    seed: int
    expected: tuple[str, ...]
    found: tuple[str, ...]
    stray: tuple[str, ...]
    requests: int
    verdict: str
    allow_writes: bool = False
    places: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    budget: int | None = None

    @property
    def is_detected(self) -> bool:
        """Return whether a requirement that the fault trips was reported where the fault is."""
        return bool(self.named)

    @property
    def key(self) -> tuple[str, int, int | None]:
        """The fault, the seed and the budget, which identify a proof."""
        return self.fault, self.seed, self.budget


def run_fault(
    fault: str, seed: int, budget: int | None = None, *, description: Path | None, profile: Profile
) -> FaultResult:
    """Run the whole plan in this process against a server with that fault, or a clean one for an empty name.

    Writes are allowed where nothing of the fault shows without them, and on clean servers of even seeds.
    """
    faults = (fault,) if fault else ()
    run = SuiteRun(seed, faults, description=description, profile=profile, budget=budget)
    proof = _run_suite(msgspec.structs.replace(run, allow_writes=not fault and seed % 2 == 0))
    if not fault or proof.is_detected:
        return proof
    return _run_suite(msgspec.structs.replace(run, allow_writes=True))


def _run_suite(run: SuiteRun) -> FaultResult:
    proof = _build_proof("".join(run.faults), *run_suite(run))
    return msgspec.structs.replace(proof, budget=run.budget)


def _build_proof(fault: str, options: RunOptions, summary: Summary) -> FaultResult:
    planted = load_faults()[fault] if fault else None
    expected = planted.requirements if planted else ()
    explained = {*expected, *(planted.implies if planted else ())}
    model = load_description(options.description).model
    places = _find_places(fault, options) if fault else ()
    nearby = _find_nearby_operations(places, model)
    violated = [finding for finding in list_server_findings(summary) if finding.verdict in {Verdict.FAIL, Verdict.WARN}]

    def name_findings(findings: Iterable[Finding]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f"{finding.requirement} {finding.operation}" for finding in findings))

    return FaultResult(
        fault,
        options.seed,
        expected,
        name_findings(violated),
        name_findings(
            finding for finding in violated if finding.level is Level.MUST and finding.requirement not in explained
        ),
        summary.requests_sent,
        str(summary.verdict),
        options.allow_writes,
        places,
        name_findings(
            finding
            for finding in violated
            if finding.requirement in expected and (not nearby or finding.operation in nearby)
        ),
    )


def list_inapplicable_faults(names: Iterable[str], description: Path | None) -> dict[str, str]:
    """Return the faults, out of these names, that no run on that description can meet, with the reason."""
    world = build_world(load_description(description), 1, Clock().now())
    fits = frozenset(list_applicable_faults(world.description.model))
    reasons: dict[str, str] = {}
    for name in names:
        fault = load_faults()[name]
        if fault.family in _DELIVERY_FAMILIES:
            reasons[name] = "it spoils deliveries; `evconform webhooks` judges those"
        elif name not in fits:
            reasons[name] = f"the description documents no {fault.media_type}"
        elif fault.install(FaultSite(world, name)) is None:
            reasons[name] = "the description has no place for it"
    return reasons


def _find_places(fault: str, options: RunOptions) -> tuple[str, ...]:
    """Return the operations whose responses a fault may change, and others that a finding may name.

    Empty where the fault may change all.
    """
    planted = place_fault(fault, build_world(load_description(options.description), options.seed, Clock().now()))
    return tuple(sorted({*planted.operations, *planted.reporting_operations} if planted.operations else ()))


def _find_nearby_operations(places: Collection[str], model: ResourceModel) -> frozenset[str]:
    """Return where a fault in those places may be reported: at operations on the same resources, or at the whole API.

    A list is compared with its members, and a write is seen in a read, so that the operation named by a finding depends
    on its requirement.
    """
    resources = {model.operations_by_key[key].resource for key in places} - {""}
    return frozenset(
        {WHOLE_API_KEY, *places, *(o.key for o in model.operations if o.resource in resources)} if places else ()
    )


def run_fault_matrix(  # noqa: PLR0913
    faults: Iterable[str],
    seeds: Iterable[int],
    *,
    description: Path | None,
    profile: Profile,
    workers: int,
    budgets: Iterable[int | None] = (None,),
    done: Collection[tuple[str, int, int | None]] = (),
) -> Iterator[FaultResult]:
    """Run the suite with each budget for every fault, and for the clean server of each seed, in parallel.

    Yields results as they arrive, without those in `done`.
    """
    pairs = [*(("", seed) for seed in seeds), *((name, 1) for name in faults)]
    runs = [(*pair, budget) for budget in budgets for pair in pairs]
    yield from run_in_parallel(
        partial(run_fault, description=description, profile=profile), [run for run in runs if run not in done], workers
    )
