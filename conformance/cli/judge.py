"""`evconform judge`: judge recorded traffic without a request."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import NoOverlay, OwnOverlays, Since, Waivers

if TYPE_CHECKING:
    from reports import Summary

_DEFAULT_FORMATS = ("html", "json", "junit")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(judge)


def judge(
    traffic: Annotated[
        list[Path],
        typer.Argument(help="HAR files, NDJSON, Postman exports, run logs or report directories; gzip is read too."),
    ],
    base_url: Annotated[
        str, typer.Option(help="URL below which the API is (default: recognised if only one fits).")
    ] = "",
    description: Annotated[
        Path | None, typer.Option(help="OpenAPI description (default: the bundled description).")
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(help="Requirement, family, operation, path or tag:NAME, as in run; repeatable.")
    ] = None,
    report_dir: Annotated[
        Path | None, typer.Option(help="Directory for the run log and the reports (default: evconform-out/<run id>).")
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="Report format in addition to html, json and junit; repeatable."),
    ] = None,
    waivers: Waivers = None,
    since: Since = None,
    overlay: OwnOverlays = None,
    no_overlay: NoOverlay = False,
    strict_reading: Annotated[
        bool,
        typer.Option(
            "--strict-reading", help="Report FAIL for what violates the chosen one of two readings (default: REVIEW)."
        ),
    ] = False,
) -> None:
    """Judge recorded traffic with every check and every comparison of exchanges; send nothing.

    The report directory of a run, alone, is judged again with the rules and the description of today: what changed is
    listed with the reason. Secrets are redacted on reading. Exit codes: 0 conforms, 1 violations, 2 usage error,
    3 inconclusive, 4 internal error.
    """
    from conformance.certify.api_clients.recorded_requests import judge_recorded_requests
    from conformance.cli.conclusion import apply_waivers, load_waivers, print_summary
    from conformance.cli.verdict_changes import print_changes
    from conformance.reporting.builder import write_reports
    from conformance.reporting.verdict_changes import list_changes, note_changes
    from conformance.tools.garbage import reduce_collection
    from conformance.traffic.judge import JudgeOptions, judge_traffic
    from conformance.traffic.rejudgement import is_run, judge_again
    from reports import check_formats, fold, read_events

    chosen = tuple(dict.fromkeys((*_DEFAULT_FORMATS, *(formats or ()))))
    check_formats(chosen)
    known = load_waivers(waivers)
    options = JudgeOptions(
        tuple(traffic),
        base_url=base_url,
        description=description,
        overlays=not no_overlay,
        own_overlays=tuple(overlay or ()),
        strict_readings=strict_reading,
        select=tuple(select or ()),
        report_dir=report_dir,
        command=shlex.join(["evconform", *sys.argv[1:]]),
    )
    with reduce_collection():  # a twentieth of the processor time
        again = len(traffic) == 1 and not base_url and is_run(traffic[0])
        log = judge_again(options) if again else judge_traffic(options, judge_requests=judge_recorded_requests)
        summary = fold(read_events([log]))
        summary = apply_waivers(summary, known) if known else summary
        changes = list_changes(fold(read_events(traffic)), summary) if again else ()
        summary = note_changes(summary, changes)
        written = write_reports(log, chosen, summary=summary, since=since or (traffic if again else ()))
        if again:
            print_changes(changes)
        code = print_summary(summary, written)
        _print_notes(summary)
    raise typer.Exit(code)


def _print_notes(summary: "Summary") -> None:
    """Print what was guessed of the traffic, what of it was left out, and what its client did wrong."""
    from conformance.certify.api_clients.recorded_requests import CLIENT_TOPIC
    from conformance.cli.terminal import Terminal
    from conformance.tools.visible_text import make_visible
    from conformance.traffic.judge import TRAFFIC_TOPIC

    terminal = Terminal()
    for notice in summary.notices:
        if notice.topic in {TRAFFIC_TOPIC, CLIENT_TOPIC}:
            mark = "client: " if notice.topic == CLIENT_TOPIC else ""
            terminal.print(make_visible(f"  {mark}{notice.message}", one_line=True), soft_wrap=True, markup=False)
