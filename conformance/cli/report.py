"""`evconform report`: reports from run logs, and the difference between two runs."""

from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import History, Since, Waivers

group = typer.Typer(help="Build reports from run logs, and compare two runs.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="report")


@group.command("build")
def build(
    logs: Annotated[list[Path], typer.Argument(help="events.jsonl files or report directories; several are merged.")],
    report_dir: Annotated[
        Path | None,
        typer.Option(help="Output directory (default: beside the log; for several, merged beside the first)."),
    ] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="Report format; repeatable (default: html, json and junit).")
    ] = None,
    waivers: Waivers = None,
    since: Since = None,
    history: History = None,
    description: Annotated[
        Path | None,
        typer.Option(help="Description of a killed run, for line numbers (default: the bundled description)."),
    ] = None,
) -> None:
    """Build reports from run logs; several are also written as one log. The exit codes are those of `run`."""
    import msgspec

    import reports
    from conformance.cli.conclusion import apply_waivers, load_waivers, print_summary
    from conformance.reporting.builder import add_places
    from conformance.reporting.compared_runs import read_compared_runs, record_run
    from conformance.run_log.merger import write_merged_log

    directory = logs[0] if logs[0].is_dir() else logs[0].parent
    if len(logs) > 1:
        directory = report_dir or _choose_merged_directory(directory)
        write_merged_log(reports.read_events(logs), directory / "events.jsonl")
    summary = reports.fold(add_places(reports.read_events(logs), description))
    if waivers:
        summary = apply_waivers(summary, load_waivers(waivers))
    if len(logs) == 1 and summary.started is not None and summary.started.certification is not None:
        from conformance.certificates.issuance import describe_certification, find_attempt

        attempt = find_attempt(summary, directory / "events.jsonl" if logs[0].is_dir() else logs[0])
        summary = msgspec.structs.replace(summary, certificate=describe_certification(attempt))
    compared = read_compared_runs(since or (), history)
    chosen = formats or reports.DEFAULT_FORMATS
    written = reports.build(summary, report_dir or directory, chosen, since=compared.latest, history=compared.runs)
    if history:
        record_run(summary, history)
    raise typer.Exit(print_summary(summary, written))


def _choose_merged_directory(first: Path) -> Path:
    """Return the directory of a merged run: beside the report directories, so that no log is overwritten."""
    return first.resolve().parent / "merged"


@group.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="The earlier run.")],
    new: Annotated[Path, typer.Argument(help="The later run.")],
) -> None:
    """Print new, fixed, persisting and no longer tested findings. Exit code 1 if the later run is worse."""
    import reports
    from conformance.cli.terminal import Terminal
    from reports.terminal import render_difference

    difference = reports.diff(reports.fold(reports.read_events([old])), reports.fold(reports.read_events([new])))
    render_difference(difference, Terminal())
    raise typer.Exit(1 if difference.is_worse else 0)
