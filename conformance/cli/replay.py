"""`evconform replay`: reproduce a finding, and say whether it is fixed."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import Config, Description
from conformance.model.target import Profile

if TYPE_CHECKING:
    from conformance.cli.terminal import Terminal
    from conformance.execution.setup import RunOptions
    from conformance.model import Verdict
    from conformance.reporting.replay import ReplayTry
    from reports.summary import Finding, Summary

_LATEST = Path("evconform-out/latest")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(replay)


def replay(
    finding: Annotated[
        str, typer.Argument(help="Id of a finding or cause in the report, or a case such as 'PAG-03 GET /evses'.")
    ],
    run: Annotated[Path, typer.Option(help="Report directory of the run with the finding.")] = _LATEST,
    target: Annotated[
        str | None, typer.Option(help="Configured target, kind of target, or URL (default: that of the run).")
    ] = None,
    config: Config = None,
    description: Description = None,
    times: Annotated[
        int, typer.Option(min=1, max=20, help="Number of tries; several show whether the finding is flaky.")
    ] = 3,
    items: Annotated[
        list[str] | None, typer.Option("--item", help="For a case: plan item to run, as reports name it; repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option(help="For a case: seed of the run.")] = 1,
    profile: Annotated[Profile, typer.Option(help="For a case: profile of the run.")] = Profile.STANDARD,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Allow requests that change data.")] = False,
    allow_hardware: Annotated[
        bool, typer.Option("--allow-hardware", help="Allow requests that affect hardware, money or people.")
    ] = False,
) -> None:
    """Send the requests of a finding again, and judge them as the run did.

    Exit codes: 0 fixed, 1 still failing or flaky, 2 usage error, 3 undecided.
    """
    import msgspec
    from rich.text import Text

    from conformance.cli.terminal import Terminal
    from conformance.execution.setup import RunOptions
    from conformance.reporting.replay import conclude, replay_case

    options = RunOptions(
        target=target or "",
        config=config,
        description=description,
        seed=seed,
        profile=profile,
        allow_writes=allow_writes,
        allow_hardware=allow_hardware,
        command=shlex.join(["evconform", *sys.argv[1:]]),
    )
    if " " in finding.strip():
        options, verdict = _choose_case(options, finding, tuple(items or ()))
    else:
        options, verdict = _choose_finding(options, finding, run)
    options = msgspec.structs.replace(options, target=options.target or "builtin")
    terminal, tries = Terminal(), []
    terminal.print(Text(f"{options.chosen_case}", "bold"), soft_wrap=True)
    for number, attempt in enumerate(replay_case(options, verdict, times), 1):
        tries.append(attempt)
        _print_try(terminal, number, attempt)
    result = conclude(tries)
    shown = sum(attempt.shows is True for attempt in tries)
    terminal.print(Text(f"{result.upper()}  seen in {shown} of {len(tries)} tries", "bold"), soft_wrap=True)
    raise typer.Exit(result.exit_code)


def _choose_case(options: "RunOptions", text: str, items: tuple[str, ...]) -> "tuple[RunOptions, Verdict]":
    """Return the options for a case such as `PAG-03 GET /evses`, and the verdict to look for."""
    import msgspec

    from conformance.errors import UsageError
    from conformance.model import Case, Verdict

    requirement, _, operation = text.strip().partition(" ")
    if not items:
        raise UsageError("a case also needs --item", hint="The scripts in a report name the items")
    case = Case(requirement.upper(), operation.strip())
    return msgspec.structs.replace(options, chosen_case=case, chosen_items=items), Verdict.WARN


def _choose_finding(options: "RunOptions", name: str, run: Path) -> "tuple[RunOptions, Verdict]":
    """Return the options for a finding of a run, and its verdict.

    Raises:
        UsageError: the run has no such finding, or it is none that can be sent again.
    """
    import msgspec

    from conformance.cli.earlier_findings import find_finding, read_run
    from conformance.errors import UsageError

    summary = read_run(run)
    finding = find_finding(name, summary) if summary else None
    if summary is None or summary.started is None or finding is None:
        raise UsageError(
            f"{name!r} is not a finding of {run}",
            hint="Name the report directory of the run with --run, and an id of it",
        )
    _check_replayable(finding, summary)
    header = summary.started
    chosen = msgspec.structs.replace(
        options,
        target=options.target or header.target.name,
        profile=header.profile,
        seed=header.seed,
        chosen_case=finding.case,
        chosen_items=finding.items,
    )
    return chosen, finding.verdict


def _check_replayable(finding: "Finding", summary: "Summary") -> None:
    """Raise UsageError where a finding cannot be sent again by this command."""
    from conformance.errors import UsageError
    from conformance.model import Verdict
    from reports.repeat_command import write_repeat_command

    if summary.started is not None and summary.started.certification is not None:
        raise UsageError(
            f"{finding.case} was found by a certification, which sends no requests to an API",
            hint=f"Run the certification again with --select {finding.requirement}",
        )
    if not finding.items:
        raise UsageError(
            f"{finding.case} was seen by no single plan item, so that no item shows it again",
            hint=f"Run it again: {write_repeat_command(finding, summary)}",
        )
    if finding.verdict in {Verdict.ERROR, Verdict.INCONCLUSIVE}:
        raise UsageError(
            f"{finding.case} ended {finding.verdict}: there is no violation to reproduce",
            hint="Run the suite again, for example with --resume",
        )


def _print_try(terminal: "Terminal", number: int, attempt: "ReplayTry") -> None:
    """Print what one try saw: the verdict, expected beside actual, and the requests that were sent."""
    from rich.text import Text

    words = {True: ("✕", "bold red", "still there"), False: ("✓", "green", "gone"), None: ("?", "yellow", "undecided")}
    mark, style, word = words[attempt.shows]
    head = Text.assemble((f"{mark} ", style), f"try {number}: {word}", f", {attempt.reason}" if attempt.reason else "")
    terminal.print(head, soft_wrap=True)
    finding = attempt.finding
    facts = [(name, getattr(finding, name)) for name in ("pointer", "expected", "actual")] if finding else []
    for name, value in facts:
        if value:
            terminal.print(Text.assemble((f"    {name:<9}", "dim"), value), soft_wrap=True)
    for key in finding.exchanges[:4] if finding else ():
        exchange = attempt.summary.exchanges_by_id.get(key)
        if exchange is not None:
            line = f"    {exchange.request.method} {exchange.request.target} as {exchange.request.identity or 'nobody'}"
            terminal.print(Text(f"{line}: {exchange.status or exchange.failure}", "dim"), soft_wrap=True)
