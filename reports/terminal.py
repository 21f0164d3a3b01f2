"""The summary that a terminal shows at the end of a run."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from conformance.model import Exchange, Verdict
from conformance.tools.visible_text import make_visible
from reports.groups import FindingGroup
from reports.repeat_command import can_repeat_requests, write_repeat_command
from reports.request_commands import list_variables, write_curl
from reports.root_causes import find_root_causes, split_by_subject
from reports.sections.base import GLYPHS
from reports.summary import RunDifference, RunVerdict, Summary

MAX_CAUSES = 3
_OBSTACLES = 6
MAX_COMMAND_LENGTH = 500  # characters of a command that fit a screen
_VERDICT_STYLES = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold magenta",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.REVIEW: "cyan",
    Verdict.WARN: "yellow",
}
_LABEL_WIDTH = 8
_STYLES = {
    RunVerdict.CONFORMS: "bold green",
    RunVerdict.WAIVED: "bold green",
    RunVerdict.INCONCLUSIVE: "bold yellow",
}


def render_summary(summary: Summary, console: Console, report: Path | None = None) -> None:
    """Print the verdict, the first findings with the command that repeats them, and the place of the report.

    Text of the target is printed as it is, never as markup; control characters do not reach the terminal.
    """
    console.print()
    console.print(_build_headline(summary), soft_wrap=True)
    if summary.target_remark:
        console.print(Text(f"  {summary.target_remark}", "bold"), soft_wrap=True)
    for reason in summary.reasons:
        console.print(Text(f"  {reason}"), soft_wrap=True)
    console.print(_build_counts(summary))
    _print_gaps(summary, console)
    causes = find_root_causes(summary)
    of_server, of_description = split_by_subject(group for group in causes if not group.waived)
    groups = of_server or of_description
    for group in groups[:MAX_CAUSES]:
        _print_finding(group, summary, console)
    if len(groups) > MAX_CAUSES:
        more = len(groups) - MAX_CAUSES
        text = f"\n  and {more:,} more cause{'s' if more > 1 else ''}, see the report"
        console.print(Text(text, "dim"), soft_wrap=True)
    if of_server and of_description:
        count = len(of_description)
        console.print(Text(f"\n  {count} cause{'s' * (count > 1)} in the description, see the report"), soft_wrap=True)
    for waiver in summary.waivers:
        about = f"{waiver.requirement} {waiver.operation}, {waiver.owner}, until {waiver.expires}"
        console.print(_make_printable(f"  waiver {waiver.state}: {about} (entry {waiver.number})"), soft_wrap=True)
        if waiver.problem:
            console.print(_make_printable(f"    {waiver.problem}"), soft_wrap=True)
    for line in _describe_certificate(summary):
        console.print(_make_printable(f"  {line}"), soft_wrap=True)
    if report is not None:
        console.print(Text.assemble("  report  ", (str(report), "underline")), soft_wrap=True)


def _print_gaps(summary: Summary, console: Console) -> None:
    """Print why cases were not tested, and how many of the sampled ways were tried."""
    for reason, count in islice(summary.gap_counts.items(), MAX_CAUSES):
        console.print(_make_printable(f"  not tested {count:,}: {reason or 'no reason was recorded'}"), soft_wrap=True)
    if len(summary.gap_counts) > MAX_CAUSES:
        others = sum(summary.gap_counts.values()) - sum(islice(summary.gap_counts.values(), MAX_CAUSES))
        console.print(Text(f"  not tested {others:,}: other reasons, see the report", "dim"), soft_wrap=True)
    if summary.sample_remark:
        console.print(Text(f"  {summary.sample_remark}", "dim"), soft_wrap=True)


def _describe_certificate(summary: Summary) -> Iterator[str]:
    state = summary.certificate
    if state is None or summary.started is None or summary.started.certification is None:
        return
    certification = summary.started.certification
    subject = f"{certification.subject} {certification.version}".rstrip()
    is_counted = state.attempt is not None or not certification.selected
    yield f"attempt {state.attempt or '?'} of {subject}" if is_counted else f"{subject}, not counted as an attempt"
    if state.expires is not None:
        yield f"certificate.json is valid until {datetime.fromtimestamp(state.expires, UTC):%Y-%m-%d %H:%M} UTC"
    elif state.obstacles:
        yield "no certificate:"
        yield from (f"  {obstacle}" for obstacle in state.obstacles[:_OBSTACLES])
        if len(state.obstacles) > _OBSTACLES:
            yield f"  and {len(state.obstacles) - _OBSTACLES} more, see the report"
    else:
        yield "no obstacles to a certificate, sign it with: evconform certify sign"


def render_difference(difference: RunDifference, console: Console) -> None:
    """Print the findings that are new, no longer tested, still failing and fixed."""
    verdicts = f"{difference.old_verdict} → {difference.new_verdict}"
    console.print(
        Text.assemble(("WORSE" if difference.is_worse else "NOT WORSE", "bold"), f"  {verdicts}"), soft_wrap=True
    )
    for title, changes, style in (
        ("new", difference.new, "red"),
        ("no longer tested", difference.no_longer_tested, "yellow"),
        ("still failing", difference.still, ""),
        ("fixed", difference.fixed, "green"),
    ):
        console.print(Text(f"{title}: {len(changes):,}", style))
        for change in changes:
            line = f"  {change.verdict} {change.requirement} {change.operation}: {change.message}"
            console.print(_make_printable(line), soft_wrap=True)


def _build_headline(summary: Summary) -> Text:
    header = summary.started
    subject = (
        f"{header.target.name} · {header.description_title} {header.description_version}" if header else "no header"
    )
    style = _STYLES.get(summary.verdict, "bold red")
    return Text.assemble((summary.verdict.upper(), style), "  ", _make_printable(subject), f" · {summary.effort}")


def _build_counts(summary: Summary) -> Table:
    table = Table.grid(padding=(0, 2, 0, 2))
    for verdict, count in summary.counts.items():
        mark, style = GLYPHS[verdict], _VERDICT_STYLES.get(verdict, "dim")
        if count:
            table.add_row(
                Text(mark, style), Text(f"{count:,}", justify="right"), Text(verdict.replace("_", " ").lower())
            )
    table.add_row(Text("Σ", "dim"), Text(f"{summary.planned_count:,}"), Text("planned", "dim"))
    return table


def _print_finding(group: FindingGroup, summary: Summary, console: Console) -> None:
    finding = group.findings[0]
    mark, style = GLYPHS[finding.verdict], _VERDICT_STYLES.get(finding.verdict, "")
    head = Text(f"\n{mark} {finding.verdict} {finding.requirement} ", style)
    console.print(head.append(_make_printable(group.places)), soft_wrap=True)
    for name in ("message", "pointer", "expected", "actual"):
        value = getattr(finding, name)
        if value:
            _print_fact(name, value, console)
    known = summary.requirements_by_id.get(group.requirement)
    if known is not None and known.why:
        _print_fact("matters", known.why, console)
    if group.consequences:
        _print_fact("also", group.consequences.removeprefix("also "), console)
    if command := write_repeat_command(finding, summary):
        _print_command("again", command, console)
    exchange = summary.simplest_exchange(finding) if can_repeat_requests(summary) else None
    if exchange is not None:
        _print_request(exchange, console)


def _print_request(exchange: Exchange, console: Console) -> None:
    """Print the command that repeats a request, as far as a screen holds it, and the variables that it needs."""
    command = write_curl(exchange)
    if len(command) > MAX_COMMAND_LENGTH:
        command = f"{command[:MAX_COMMAND_LENGTH]}… (in full in the report)"
    _print_command("repeat", command, console)
    for variable in list_variables(exchange):
        _print_fact("where", f"{variable.name} is {variable.meaning}", console)


def _print_fact(label: str, value: str, console: Console) -> None:
    """Print a fact in two columns; where nobody reads along, on one line for other programs."""
    if not console.is_terminal:
        _print_command(label, value, console)
        return
    table = Table.grid(Column(width=_LABEL_WIDTH), Column(overflow="fold"), padding=(0, 1, 0, 0))
    table.add_row(Text(label, "dim"), _make_printable(value))
    console.print(Padding(table, (0, 0, 0, 2)))


def _print_command(label: str, command: str, console: Console) -> None:
    """Print a text that is copied as a whole: no line end is put into it."""
    console.print(Text.assemble((f"  {label:<{_LABEL_WIDTH}} ", "dim"), _make_printable(command)), soft_wrap=True)


def _make_printable(text: str) -> Text:
    return Text(make_visible(text, one_line=True), end="", style="not bold")
