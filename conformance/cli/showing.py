"""Tables of the plan."""

from rich.table import Table

from conformance.cli.terminal import Terminal
from conformance.model import Verdict
from conformance.plan import Catalogue, Plan


def plan_table(catalogue: Catalogue, plan: Plan) -> None:
    """Print the plan: the items of each probe, the requests, the cases, and why cases will not be tested."""
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
    console.print(f"cases: {cases:,} planned, {len(plan.settled):,} of them cannot be judged:", soft_wrap=True)
    reasons: dict[str, int] = {}
    for outcome in plan.settled:
        if outcome.verdict is Verdict.NOT_TESTED:
            reasons[outcome.message] = reasons.get(outcome.message, 0) + 1
    for reason, count in sorted(reasons.items(), key=lambda pair: -pair[1]):
        console.print(f"  {count:>6,}  {reason}", soft_wrap=True)


def _group_by_family(ids: list[str]) -> str:
    """Return requirement ids by family, for example `EXP 01 02 03`."""
    families: dict[str, list[str]] = {}
    for requirement in ids:
        family, _, number = requirement.partition("-")
        families.setdefault(family, []).append(number)
    return ", ".join(f"{family} {' '.join(numbers)}" for family, numbers in families.items())
