"""The detection matrix: the suite run against servers with one known fault each, and against clean servers."""

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from conformance.applicability.selectors import WHOLE_API_KEY
from conformance.description import load_description
from conformance.execution.setup import RunOptions
from conformance.matrices.fault_groups import FaultSign, Violation, attribute_violations, group_faults
from conformance.matrices.suite_runs import SuiteRun, list_server_findings, run_in_parallel, run_suite
from conformance.mock_server.clock import Clock
from conformance.mock_server.faults import list_applicable_faults, load_faults, place_fault
from conformance.mock_server.seeded_faults import FaultSite
from conformance.mock_server.world.builder import MockWorld, build_world
from conformance.model import Level, Profile, ResourceModel, Verdict
from reports import Finding, Summary

_DELIVERY_FAMILIES = frozenset({"WHK"})  # families of messages that a server sends


class FaultResult(msgspec.Struct, frozen=True):
    """The result of the suite on one faulty server; `fault` is empty for a clean server of some seed.

    `expected` are the requirements that the fault trips, `places` the operations where it may be seen (empty: any).
    `found` are the requirements that were violated (FAIL or WARN), as `requirement operation`; `named` are those of
    them that name an expected one where the fault is. `stray` are violated MUST requirements that the fault neither
    trips nor implies. `requests` counts those of all identities together. `budget` is the number of requests that each
    identity had, None for that of the profile. `beside` are the other faults of the same server.
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
    beside: tuple[str, ...] = ()

    @property
    def is_detected(self) -> bool:
        """Return whether a requirement that the fault trips was reported where the fault is."""
        return bool(self.named)

    @property
    def key(self) -> tuple[str, int, int | None]:
        """Return the fault, the seed and the budget, which identify a proof."""
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


class GroupResult(msgspec.Struct, frozen=True):
    """The results on a server with several faults: the faults that it shows, those it does not, and those unclear."""

    detected: tuple[FaultResult, ...]
    missed: tuple[str, ...]
    unclear: tuple[str, ...]


def run_fault_group(
    faults: Sequence[str], budget: int | None, *, allow_writes: bool, description: Path | None, profile: Profile
) -> GroupResult:
    """Run the whole plan in this process against a server with several faults, on seed 1."""
    run = SuiteRun(1, tuple(faults), description=description, profile=profile, budget=budget, allow_writes=allow_writes)
    options, summary = run_suite(run)
    signs, world = read_signs(faults, options), _build_world(options)
    violations = list(dict.fromkeys(_list_violations(summary)))
    attribution = attribute_violations(signs, violations)
    detected = [
        FaultResult(
            sign.fault,
            1,
            tuple(sorted(sign.expected)),
            _name_all(each for each in violations if sign.explains(each)),
            (),
            summary.requests_sent,
            str(summary.verdict),
            allow_writes,
            _find_places(sign.fault, world),
            _name_all(attribution.named[sign.fault]),
            budget,
            tuple(fault for fault in faults if fault != sign.fault),
        )
        for sign in signs
        if attribution.named[sign.fault] and sign.fault not in attribution.unclear
    ]
    told = {result.fault for result in detected} | attribution.unclear
    return GroupResult(
        tuple(detected), tuple(fault for fault in faults if fault not in told), tuple(sorted(attribution.unclear))
    )


def read_signs(faults: Iterable[str], options: RunOptions) -> list[FaultSign]:
    """Return the marks by which each fault is recognised on the server of a run."""
    world = _build_world(options)
    signs = []
    for fault in faults:
        planted = load_faults()[fault]
        nearby = find_reporting_operations(fault, world)
        signs.append(FaultSign(fault, frozenset(planted.requirements), frozenset(planted.implies), nearby))
    return signs


def _build_world(options: RunOptions) -> MockWorld:
    return build_world(load_description(options.description), options.seed, Clock().now())


def _list_violations(summary: Summary) -> Iterator[Violation]:
    for finding in list_server_findings(summary):
        if finding.verdict in {Verdict.FAIL, Verdict.WARN}:
            yield Violation(finding.requirement, finding.operation)


def _name_all(violations: Iterable[Violation]) -> tuple[str, ...]:
    return tuple(f"{each.requirement} {each.operation}" for each in violations)


def _run_suite(run: SuiteRun) -> FaultResult:
    proof = _build_proof("".join(run.faults), *run_suite(run))
    return msgspec.structs.replace(proof, budget=run.budget)


def _build_proof(fault: str, options: RunOptions, summary: Summary) -> FaultResult:
    planted = load_faults()[fault] if fault else None
    expected = planted.requirements if planted else ()
    explained = {*expected, *(planted.implies if planted else ())}
    model = load_description(options.description).model
    places = _find_places(fault, _build_world(options)) if fault else ()
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


def _find_places(fault: str, world: MockWorld) -> tuple[str, ...]:
    """Return the operations whose responses a fault may change, and others that a finding may name.

    Empty where the fault may change all.
    """
    planted = place_fault(fault, world)
    return tuple(sorted({*planted.operations, *planted.reporting_operations} if planted.operations else ()))


def find_reporting_operations(fault: str, world: MockWorld) -> frozenset[str]:
    """Return the keys of the operations at which a fault may be reported; empty where it may be seen anywhere."""
    return _find_nearby_operations(_find_places(fault, world), world.description.model) - {WHOLE_API_KEY}


def _find_nearby_operations(places: Collection[str], model: ResourceModel) -> frozenset[str]:
    """Return where a fault in those places may be reported: at operations on the same resources, or at the whole API.

    A list is compared with its members, and a write is seen in a read, so that the operation named by a finding depends
    on its requirement.
    """
    resources = {model.operations_by_key[key].resource for key in places} - {""}
    return frozenset(
        {WHOLE_API_KEY, *places, *(o.key for o in model.operations if o.resource in resources)} if places else ()
    )


class MatrixOptions(msgspec.Struct, frozen=True):
    """The options of a matrix of faults: on which description, how deep, in how many processes at a time.

    With `together` above 1, so many faults share a server where their violations can be told apart.
    """

    description: Path | None
    profile: Profile
    workers: int
    together: int = 1


def run_fault_matrix(
    faults: Iterable[str],
    seeds: Iterable[int],
    options: MatrixOptions,
    *,
    budgets: Iterable[int | None] = (None,),
    done: Collection[tuple[str, int, int | None]] = (),
) -> Iterator[FaultResult]:
    """Run the suite with each budget for every fault, and for the clean server of each seed, in parallel.

    Yields results as they arrive, without those in `done`.
    """
    names, numbers = list(faults), list(seeds)
    for budget in budgets:
        alone = [("", seed, budget) for seed in numbers if ("", seed, budget) not in done]
        left = [name for name in names if (name, 1, budget) not in done]
        if options.together > 1:
            left = yield from _run_groups(left, budget, options)
        alone += [(name, 1, budget) for name in left]
        function = partial(run_fault, description=options.description, profile=options.profile)
        yield from run_in_parallel(function, alone, options.workers)


def _run_groups(
    faults: list[str], budget: int | None, options: MatrixOptions
) -> Generator[FaultResult, None, list[str]]:
    """Yield the results of faults that share a server, and return the faults that need one of their own."""
    run = RunOptions(description=options.description)
    missed = faults
    alone: list[str] = []
    for allow_writes in (False, True):
        groups = group_faults(read_signs(missed, run), options.together)
        function = partial(
            run_fault_group, allow_writes=allow_writes, description=options.description, profile=options.profile
        )
        runs = [([sign.fault for sign in group], budget) for group in groups]
        missed = []
        for result in run_in_parallel(function, runs, options.workers):
            yield from result.detected
            missed += result.missed
            alone += result.unclear
    return [*missed, *alone]
