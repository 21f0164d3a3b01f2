"""`evconform explain`: what a requirement or a finding means, and how to see it."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.tools.visible_text import make_visible

if TYPE_CHECKING:
    from conformance.model import Requirement
    from conformance.plan import Catalogue
    from reports.summary import Finding, Summary
    from specs.violations import ViolationExample

_LATEST = Path("evconform-out/latest")
_INDENT = 16  # columns of the labels


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(explain)


def explain(
    name: Annotated[str, typer.Argument(help="Requirement, for example EXP-04, or id of a finding in the report.")],
    run: Annotated[Path, typer.Option(help="Report directory of the run with the finding.")] = _LATEST,
) -> None:
    """Explain a requirement or a finding: what it says, why it matters, how it is judged, how to reproduce it."""
    from conformance.cli.earlier_findings import find_finding, read_run
    from conformance.errors import UsageError
    from conformance.mock_server.faults import list_fault_rows
    from conformance.plan import Catalogue
    from specs.catalogue import load_requirements
    from specs.violations import load_violation_examples

    known = {requirement.id: requirement for requirement in load_requirements()}
    summary = None if name.upper() in known else read_run(run)
    finding = None if summary is None else find_finding(name, summary)
    requirement = known.get(finding.requirement if finding else name.upper())
    if requirement is None:
        close = get_close_matches(name.upper(), known, 1)
        raise UsageError(
            f"{name!r} is neither a requirement nor a finding of {run}",
            hint=f"Did you mean {close[0]}?" if close else "`evconform requirements` lists the requirements",
        )
    if finding is not None and summary is not None:
        _print_facts(f"{finding.verdict} {finding.requirement} {finding.operation}", describe_finding(finding, summary))
    catalogue = Catalogue.collect(tuple(known.values()))
    faults = tuple(row["name"] for row in list_fault_rows() if requirement.id in row["requirements"])
    _print_facts(
        f"{requirement.id} ({requirement.level}, harm: {requirement.harm})",
        describe_requirement(requirement, catalogue, faults),
    )
    if example := load_violation_examples().get(requirement.id):
        _print_facts(f"Example of a violation, by the seeded fault {example.fault}", describe_example(example))


def describe_requirement(
    requirement: "Requirement", catalogue: "Catalogue", faults: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Yield facts about a requirement, each as label and text; `faults` are the seeded faults that break it."""
    from conformance.applicability.bases import BASES
    from conformance.plan.catalogue import PARTNER_FAMILIES

    source = requirement.source
    is_partner = requirement.family in PARTNER_FAMILIES
    implying = [other.id for other in catalogue.requirements.values() if requirement.id in other.implies]
    yield "Statement", requirement.statement
    yield "Why it matters", requirement.why
    yield "Source", f"{source.document}, {source.section} {source.url}".strip()
    yield "How it is tested", requirement.seen
    if gap := requirement.not_tested if is_partner else catalogue.explain_untested(requirement):
        yield "Not tested", gap
    yield "Judged by", "; ".join(_list_judges(requirement, catalogue))
    yield "Depends on", "; ".join(f"not applicable where {BASES[name].absence}" for name in requirement.basis)
    yield "Implies", ", ".join(requirement.implies)
    yield "Follows from", ", ".join(implying)
    yield "How to fix it", requirement.mend
    if is_partner:
        command = "certify webhooks" if requirement.family == "W" else "certify client"
        yield "Test it", f"evconform {command} --select {requirement.id} …"
        return
    yield "Test it", f"evconform run --select {requirement.id}"
    if faults:
        yield "See it fail", f"evconform serve --fault {faults[0]}" + _count_others(faults)


def describe_finding(finding: "Finding", summary: "Summary") -> Iterator[tuple[str, str]]:
    """Yield facts about a finding, each as label and text, the command that repeats it last."""
    from reports.request_commands import write_curl

    yield "Message", finding.message
    yield "Place", finding.pointer
    yield "Expected", finding.expected
    yield "Actual", finding.actual
    yield "Seen", f"{finding.times:,} times" if finding.times > 1 else "once"
    exchange = summary.simplest_exchange(finding)
    yield "Repeat", write_curl(exchange) if exchange is not None else ""


def describe_example(example: "ViolationExample") -> Iterator[tuple[str, str]]:
    """Yield the facts of a violation as a report prints them, each as label and text."""
    yield example.verdict, f"{example.operation}: {example.message}"
    yield "Place", example.pointer
    yield "Expected", example.expected
    yield "Actual", example.actual
    yield "Seen in", "\n".join(example.requests)


def _list_judges(requirement: "Requirement", catalogue: "Catalogue") -> Iterator[str]:
    if requirement.id in catalogue.find_passive_requirements():
        yield "a check of every response"
    for probe in catalogue.probes.values():
        if requirement.id not in probe.requirements or probe.is_plain_read:
            continue
        conditions = [
            f"profile {probe.profile}",
            *(["with --allow-writes"] if probe.writes else []),
            *([f"needs {' and '.join(probe.identities)}"] if probe.identities else []),
        ]
        yield f"probe {probe.name} ({', '.join(conditions)})"


def _count_others(names: tuple[str, ...]) -> str:
    return f" (and {len(names) - 1} other seeded faults)" if len(names) > 1 else ""


def _print_facts(title: str, facts: Iterable[tuple[str, str]]) -> None:
    from rich.table import Column, Table
    from rich.text import Text

    from conformance.cli.terminal import Terminal

    terminal = Terminal()
    terminal.print(Text(title, "bold"), soft_wrap=True)
    table = Table.grid(Column(min_width=_INDENT), Column(overflow="fold"), padding=(0, 1))
    for label, text in facts:
        if text:
            table.add_row(Text(f"  {label}", "dim"), Text(make_visible(text)))
    terminal.print(table)
    terminal.print()
