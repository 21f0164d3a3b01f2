"""The suite held against servers that are wrong in one known way: does it see what is there, and nothing else?"""

import tempfile
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import msgspec

from conformance.description import load
from conformance.execution.opening import RunOptions
from conformance.execution.session import Session
from conformance.execution.worker import Worker
from conformance.mock_server import running
from conformance.mock_server.clock import Clock
from conformance.mock_server.faulting import Site
from conformance.mock_server.faults import catalogue, fitting, place
from conformance.mock_server.world.build import build
from conformance.model import Level, Profile, ResourceModel, Verdict
from conformance.plan.selectors import WHOLE
from reports import Finding, Summary, fold, read

_DELIVERED = frozenset({"WHK"})  # families of messages that a server sends
_DESCRIPTION = "DSC-"  # findings on the description, which is not the server's


class Proof(msgspec.Struct, frozen=True):
    """What the suite made of one faulty server; `fault` is empty for a clean one of some seed.

    `expected` are the requirements that the fault trips, `places` the operations where it may be seen (none: any).
    `found` are the requirements that the suite saw violated (FAIL or WARN) as `requirement operation`, `named` those of
    them that name an expected one where the fault is; `stray` are MUST requirements violated that the fault neither
    trips nor implies. `requests` are those of all identities together.
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

    @property
    def killed(self) -> bool:
        """Whether one of the requirements that the fault trips was seen violated where the fault is."""
        return bool(self.named)

    @property
    def key(self) -> tuple[str, int]:
        """What tells proofs apart: the fault and the seed."""
        return self.fault, self.seed


def prove(fault: str, *, description: Path | None, profile: Profile, seed: int) -> Proof:
    """Run the whole plan in this process against a server with that fault, or a clean one where the name is empty.

    Writes are allowed where nothing of the fault shows without them, and on clean servers of even seeds.
    """
    proof = _proved(fault, description, profile, seed, allow_writes=not fault and seed % 2 == 0)
    if not fault or proof.killed:
        return proof
    return _proved(fault, description, profile, seed, allow_writes=True)


def _proved(fault: str, description: Path | None, profile: Profile, seed: int, *, allow_writes: bool) -> Proof:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(description, seed=seed, faults=(fault,) if fault else ()) as server,
    ):
        options = RunOptions(
            target=server.base_url,
            description=description,
            profile=profile,
            seed=seed,
            allow_writes=allow_writes,
            report_dir=Path(folder) / "run",
        )
        return _proof(fault, options, _run(options))


def _run(options: RunOptions) -> Summary:
    session = Session.open(options)
    try:
        worker = Worker(session.spec, session.brief, "main")
        for item in worker.todo:
            worker.run(item)
        worker.close()
        return fold(read([session.finish()]))
    finally:
        session.close()


def _proof(fault: str, options: RunOptions, summary: Summary) -> Proof:
    planted = catalogue()[fault] if fault else None
    expected = planted.trips if planted else ()
    explained = {*expected, *(planted.implies if planted else ())}
    model = load(options.description).model
    places = _places(fault, options) if fault else ()
    near = _near(places, model)
    violated = [
        each
        for each in summary.findings
        if each.verdict in {Verdict.FAIL, Verdict.WARN} and not each.requirement.startswith(_DESCRIPTION)
    ]

    def told(findings: Iterable[Finding]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f"{each.requirement} {each.operation}" for each in findings))

    return Proof(
        fault,
        options.seed,
        expected,
        told(violated),
        told(each for each in violated if each.level is Level.MUST and each.requirement not in explained),
        summary.requests_sent,
        str(summary.verdict),
        options.allow_writes,
        places,
        told(each for each in violated if each.requirement in expected and (not near or each.operation in near)),
    )


def inapplicable(names: Iterable[str], description: Path | None) -> dict[str, str]:
    """Of faults by name, those that no run of the suite on that description can meet, with the reason."""
    world = build(load(description), 1, Clock().now())
    fits = frozenset(fitting(world.description.model))
    found: dict[str, str] = {}
    for name in names:
        fault = catalogue()[name]
        if fault.family in _DELIVERED:
            found[name] = "it spoils deliveries; `evconform webhooks` judges those"
        elif name not in fits:
            found[name] = f"the description documents no {fault.needs}"
        elif fault.plant(Site(world, name)) is None:
            found[name] = "the description has no place for it"
    return found


def _places(fault: str, options: RunOptions) -> tuple[str, ...]:
    """The operations whose answers a fault may change, and others where it is told; none where it may change all."""
    planted = place(fault, build(load(options.description), options.seed, Clock().now()))
    return tuple(sorted({*planted.operations, *planted.told} if planted.operations else ()))


def _near(places: Collection[str], model: ResourceModel) -> frozenset[str]:
    """The operations at which a fault in those places may be told: all that show the same resource, or the API's.

    A list and its members are compared, a write is seen in a read: which of them a finding names is its requirement's
    matter.
    """
    resources = {model.by_key[key].resource for key in places} - {""}
    return frozenset({WHOLE, *places, *(o.key for o in model.operations if o.resource in resources)} if places else ())


def matrix(  # noqa: PLR0913 - what is proved, and how
    faults: Iterable[str],
    seeds: Iterable[int],
    *,
    description: Path | None,
    profile: Profile,
    workers: int,
    done: Collection[tuple[str, int]] = (),
) -> Iterator[Proof]:
    """Prove every fault, and the clean server for each seed, in parallel; results as they come, without those done."""
    wanted = [*(("", seed) for seed in seeds), *((name, 1) for name in faults)]
    with ProcessPoolExecutor(max_workers=workers) as pool:
        jobs = [
            pool.submit(prove, fault, description=description, profile=profile, seed=seed)
            for fault, seed in wanted
            if (fault, seed) not in done
        ]
        for job in as_completed(jobs):
            yield job.result()
