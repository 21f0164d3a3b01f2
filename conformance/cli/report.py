"""`evconform report`: reports from event logs, and the difference of two runs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

group = typer.Typer(help="Reports from event logs alone; the difference of two runs.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="report")


@group.command("build")
def build(
    logs: Annotated[list[Path], typer.Argument(help="events.jsonl files or report directories; several are merged.")],
    report_dir: Annotated[Path | None, typer.Option(help="Where to; beside the first log otherwise.")] = None,
    formats: Annotated[list[str] | None, typer.Option("--format", help="html, json, junit, …")] = None,
    waivers: Annotated[Path | None, typer.Option(help="Known violations with owner and expiry.")] = None,
    since: Annotated[Path | None, typer.Option(help="An earlier run: the report says what changed.")] = None,
    description: Annotated[
        Path | None,
        typer.Option(help="What a killed run was about, for line numbers; the shipped one otherwise."),
    ] = None,
) -> None:
    """Fold logs into reports; exit code as `run`."""
    import msgspec

    import reports
    from conformance.cli.terminal import Terminal
    from conformance.reporting import with_places
    from reports.terminal import render

    first = logs[0] if logs[0].is_dir() else logs[0].parent
    summary = reports.fold(with_places(reports.read(logs), description))
    if waivers:
        summary = reports.waivers.apply(summary, reports.waivers.load(waivers), datetime.now(UTC).date())
    if len(logs) == 1 and summary.started is not None and summary.started.certification is not None:
        from conformance.certificates.signing import looked_up, state

        attempt = looked_up(summary, first / "events.jsonl" if logs[0].is_dir() else logs[0])
        summary = msgspec.structs.replace(summary, certificate=state(attempt))
    earlier = reports.fold(reports.read([since])) if since else None
    written = reports.build(summary, report_dir or first, tuple(formats or ("html", "json", "junit")), since=earlier)
    render(summary, Terminal(), written.get("html"))
    raise typer.Exit(summary.verdict.exit_code)


@group.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="The earlier run.")],
    new: Annotated[Path, typer.Argument(help="The later run.")],
) -> None:
    """New, fixed, still failing, no longer tested; exit code 1 if something got worse."""
    import reports
    from conformance.cli.terminal import Terminal
    from reports.terminal import render_difference

    difference = reports.diff(reports.fold(reports.read([old])), reports.fold(reports.read([new])))
    render_difference(difference, Terminal())
    raise typer.Exit(1 if difference.worse else 0)
