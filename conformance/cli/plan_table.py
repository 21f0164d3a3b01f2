"""The plan of a run, for people and for machines."""

from collections import Counter

import msgspec
from rich.table import Table

from conformance.cli.terminal import Terminal
from conformance.execution.spec import RunSpec
from conformance.model import ResourceModel, Verdict
from conformance.plan import Catalogue, Plan
from conformance.plan.effects import PlannedEffect, planned_effects
from conformance.plan.planner import UNBOUND


def print_plan(spec: RunSpec, model: ResourceModel, catalogue: Catalogue, plan: Plan, against: str = "") -> None:
    """Print the plan: the items of each probe, the requests, those with an effect, and what will not be tested.

    `against` is the name of the target that the run compares with, empty for none.
    """
    console = Terminal()
    table = Table("probe", "requirements", "items", title="Plan (nothing has been sent)", title_justify="left")
    for name, probe in catalogue.probes.items():
        items = [item for item in plan.items if item.probe == name]
        if items:
            judged = sorted({r for item in items for r in item.requirements} & set(probe.requirements))
            table.add_row(name, _group_by_family(judged), f"{len(items):,}")
    console.print(table)
    cost = ", ".join(f"{count:,} as {identity or 'anonymous'}" for identity, count in sorted(plan.cost.items()))
    cases = sum(len(planned.cases) for planned in plan.planned)
    console.print(f"requests: about {sum(plan.cost.values()):,} ({cost or 'none'})", soft_wrap=True)
    if against:
        reads = f"at most {sum(plan.cost.values()):,} reads, as far as its rate limit allows"
        console.print(f"and to {against}: {reads}; nothing else", soft_wrap=True)
    console.print(f"cases: {cases:,} planned, {len(plan.known_outcomes):,} of them cannot be judged:", soft_wrap=True)
    for reason, count in sorted(_count_reasons(plan).items(), key=lambda pair: -pair[1]):
        console.print(f"  {count:>6,}  {reason}", soft_wrap=True)
    left_out = _count_left_out(plan)
    if left_out:
        console.print(f"left out: {sum(left_out.values()):,} cases:", soft_wrap=True)
    for reason, count in left_out.most_common():
        console.print(f"  {count:>6,}  {reason}", soft_wrap=True)
    _print_effects(console, spec, planned_effects(catalogue, model, plan))


def _print_effects(console: Terminal, spec: RunSpec, effects: tuple[PlannedEffect, ...]) -> None:
    """Print each request that may have an effect, and what is sent beside reads at the token endpoint."""
    if not effects:
        console.print("effects: none; only GET, HEAD and OPTIONS, and POST to the token endpoint", soft_wrap=True)
        return
    title = f"Sent to {spec.target.name} with an effect"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("request", overflow="fold", ratio=3)
    table.add_column("effect", no_wrap=True)
    table.add_column("meant to succeed", no_wrap=True)
    table.add_column("probes", overflow="fold", ratio=2)
    undocumented = Counter(planned.method for planned in effects if not planned.documented)
    for planned in effects:
        if planned.documented:
            meant = "of what the run created" if planned.undo else "yes" if planned.carried_out else "no"
            request = f"{planned.method} {planned.path}"
            table.add_row(request, str(planned.effect), meant, ", ".join(planned.probes))
    for method, count in undocumented.items():
        table.add_row(f"{method} on {count} paths that do not document it", "", "no", "")
    console.print(table)


def describe_plan(spec: RunSpec, model: ResourceModel, catalogue: Catalogue, plan: Plan) -> str:
    """Return the plan as JSON: target, cost by identity, items, requests with an effect, reasons for NOT_TESTED."""
    described = {
        "schema": "evconform/plan/1",
        "target": {"name": spec.target.name, "kind": spec.target.kind, "base_url": spec.target.base_url},
        "profile": spec.profile,
        "requests": plan.cost,
        "cases": sum(len(planned.cases) for planned in plan.planned),
        "items": [
            {"probe": item.probe, "operation": item.operation, "requirements": item.requirements} for item in plan.items
        ],
        "effects": planned_effects(catalogue, model, plan),
        "not_tested": _count_reasons(plan),
        "left_out": _count_left_out(plan),
    }
    return msgspec.json.format(msgspec.json.encode(described), indent=1).decode()


def _count_reasons(plan: Plan) -> dict[str, int]:
    return Counter(outcome.message for outcome in plan.known_outcomes if outcome.verdict is Verdict.NOT_TESTED)


def _count_left_out(plan: Plan) -> Counter[str]:
    """Return how many cases the options of the run leave out, by reason; those that no requirement binds are none."""
    counts: Counter[str] = Counter()
    for part in plan.planned:
        for reason, operations in part.excluded.items():
            counts[reason] += 0 if reason.startswith(UNBOUND) else len(operations)
    return +counts


def _group_by_family(ids: list[str]) -> str:
    """Return requirement ids by family, for example `EXP 01 02 03`."""
    families: dict[str, list[str]] = {}
    for requirement in ids:
        family, _, number = requirement.partition("-")
        families.setdefault(family, []).append(number)
    return ", ".join(f"{family} {' '.join(numbers)}" for family, numbers in families.items())
