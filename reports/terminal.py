"""The summary that a terminal shows when a run ends."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.model import Verdict
from reports.groups import Group, by_cause
from reports.reproduce import curl, variables
from reports.summary import Difference, RunVerdict, Summary

FIRST = 3
_OBSTACLES = 6
LONGEST = 500  # characters of a command; a body of nested brackets would fill the screen
_MARKS = {
    Verdict.PASS: ("✓", "green"),
    Verdict.FAIL: ("✗", "bold red"),
    Verdict.ERROR: ("‼", "bold magenta"),
    Verdict.INCONCLUSIVE: ("?", "yellow"),
    Verdict.REVIEW: ("◇", "cyan"),
    Verdict.WARN: ("▲", "yellow"),
}
_STYLES = {
    RunVerdict.CONFORMS: "bold green",
    RunVerdict.WAIVED: "bold green",
    RunVerdict.INCONCLUSIVE: "bold yellow",
}


def render(summary: Summary, console: Console, report: Path | None = None) -> None:
    """Print what failed, the first findings with the command that shows them again, and where the report is.

    All text of the target is printed as it is, never as markup; control characters do not reach the terminal.
    """
    console.print()
    console.print(_headline(summary), soft_wrap=True)
    for reason in summary.reasons:
        console.print(Text(f"  {reason}"), soft_wrap=True)
    console.print(_counts(summary))
    for reason, count in islice(summary.gaps.items(), FIRST):
        console.print(_plain(f"  not tested {count:,}: {reason or 'no reason was recorded'}"), soft_wrap=True)
    if len(summary.gaps) > FIRST:
        others = sum(summary.gaps.values()) - sum(islice(summary.gaps.values(), FIRST))
        console.print(Text(f"  not tested {others:,}: for other reasons, in the report", "dim"), soft_wrap=True)
    groups = [group for group in by_cause(summary.findings) if not group.waived]
    for group in groups[:FIRST]:
        _finding(group, summary, console)
    if len(groups) > FIRST:
        console.print(Text(f"\n  and {len(groups) - FIRST:,} more causes in the report", "dim"), soft_wrap=True)
    for waiver in summary.waivers:
        words = (
            f"  waiver {waiver.state}: {waiver.requirement} {waiver.operation}, {waiver.owner}, until {waiver.expires}"
        )
        console.print(_plain(words), soft_wrap=True)
    for line in _certificate(summary):
        console.print(_plain(f"  {line}"), soft_wrap=True)
    if report is not None:
        console.print(Text.assemble("  report  ", (str(report), "underline")), soft_wrap=True)


def _certificate(summary: Summary) -> Iterator[str]:
    state = summary.certificate
    if state is None or summary.started is None or summary.started.certification is None:
        return
    named = summary.started.certification
    yield f"attempt {state.attempt or '?'} of {named.subject} {named.version}".rstrip()
    if state.expires is not None:
        yield f"certificate.json is valid until {datetime.fromtimestamp(state.expires, UTC):%Y-%m-%d %H:%M} UTC"
    elif state.obstacles:
        yield "no certificate:"
        yield from (f"  {each}" for each in state.obstacles[:_OBSTACLES])
        if len(state.obstacles) > _OBSTACLES:
            yield f"  and {len(state.obstacles) - _OBSTACLES} more in the report"
    else:
        yield "nothing stands against a certificate: evconform certify sign"


def render_difference(difference: Difference, console: Console) -> None:
    """Print what is new, no longer tested, still failing and fixed."""
    verdicts = f"{difference.old_verdict} → {difference.new_verdict}"
    console.print(
        Text.assemble(("WORSE" if difference.worse else "NOT WORSE", "bold"), f"  {verdicts}"), soft_wrap=True
    )
    for title, changes, style in (
        ("new", difference.new, "red"),
        ("no longer tested", difference.no_longer_tested, "yellow"),
        ("still failing", difference.still, ""),
        ("fixed", difference.fixed, "green"),
    ):
        console.print(Text(f"{title}: {len(changes):,}", style))
        for each in changes:
            words = f"  {each.verdict} {each.requirement} {each.operation}: {each.message}"
            console.print(_plain(words), soft_wrap=True)


def _headline(summary: Summary) -> Text:
    header = summary.started
    what = f"{header.target.name} · {header.description_title} {header.description_version}" if header else "no header"
    cost = f"{summary.requests_sent:,} requests in {summary.duration_s:.1f} s"
    style = _STYLES.get(summary.verdict, "bold red")
    return Text.assemble((summary.verdict.upper(), style), "  ", _plain(what), f" · {cost}")


def _counts(summary: Summary) -> Table:
    table = Table.grid(padding=(0, 2, 0, 2))
    for verdict, count in summary.counts.items():
        mark, style = _MARKS.get(verdict, ("○", "dim"))
        if count:
            table.add_row(
                Text(mark, style), Text(f"{count:,}", justify="right"), Text(verdict.replace("_", " ").lower())
            )
    table.add_row(Text("Σ", "dim"), Text(f"{summary.planned:,}"), Text("planned", "dim"))
    return table


def _finding(group: Group, summary: Summary, console: Console) -> None:
    finding = group.findings[0]
    mark, style = _MARKS[finding.verdict]
    head = Text(f"\n{mark} {finding.verdict} {finding.requirement} ", style)
    console.print(head.append(_plain(_where(group))), soft_wrap=True)
    for name in ("message", "pointer", "expected", "actual"):
        value = getattr(finding, name)
        if value:
            console.print(Text(f"  {name:<9}", "dim").append(_plain(value)), soft_wrap=True)
    exchange = summary.simplest(finding)
    if exchange is not None:
        again = curl(exchange)
        again = again if len(again) <= LONGEST else f"{again[:LONGEST]}… (whole in the report)"
        console.print(Text("  again    ", "dim").append(_plain(again)), soft_wrap=True)
        for each in variables(exchange):
            console.print(Text("  where    ", "dim").append(_plain(f"{each.name} is {each.what}")), soft_wrap=True)


def _where(group: Group) -> str:
    """The operation told of first, and how many others there are."""
    first, several = group.findings[0].operation, len({each.operation for each in group.findings}) > 1
    return f"{first}, and {group.spread} in all" if several else group.spread if len(group.findings) > 1 else first


def _plain(text: str) -> Text:
    return Text("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text), end="", style="not bold")
