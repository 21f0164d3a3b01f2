"""`evconform run`: run the suite against a target."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import History, NoOverlay, OwnOverlays
from conformance.model.target import Profile
from conformance.tools.url_secrets import describe_command

if TYPE_CHECKING:
    from conformance.execution.setup import RunOptions

_DEFAULT_FORMATS = ("html", "json", "junit")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(run)


def run(
    target: Annotated[
        str, typer.Option(help="builtin, mock, sandbox, staging, live, configured target, or URL.")
    ] = "builtin",
    description: Annotated[
        Path | None, typer.Option(help="OpenAPI description (default: the bundled description).")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Configuration file (default: evconform.toml).")] = None,
    profile: Annotated[Profile, typer.Option(help="How thorough: smoke, standard or deep.")] = Profile.STANDARD,
    budget: Annotated[
        int | None,
        typer.Option(min=1, help="Requests that each identity may send (default: as configured, else the rate limit)."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same requests.")] = 1,
    workers: Annotated[
        str,
        typer.Option(
            help="Number of processes, or auto: one for a slow target, else one for each core, except the core that a "
            "target on this machine needs."
        ),
    ] = "auto",
    concurrency: Annotated[
        str | None,
        typer.Option(
            help="Maximum of requests in flight in all processes: a number, or auto for up to 32 while "
            "response times stay the same (default: as configured, else 8, or auto for a target on this machine).",
        ),
    ] = None,
    shard: Annotated[
        str,
        typer.Option(help="Run only part I of N of the plan, with that part of the budget, for example 2/4, or auto."),
    ] = "1/1",
    select: Annotated[
        list[str] | None,
        typer.Option(
            help="Requirement, family, operation, path or tag:NAME; * matches any text, comma means or, & means and, "
            "! means not; repeatable."
        ),
    ] = None,
    allow_writes: Annotated[bool, typer.Option("--allow-writes", help="Allow requests that change data.")] = False,
    allow_hardware: Annotated[
        bool,
        typer.Option(
            "--allow-hardware",
            help="Allow requests that affect hardware, money or people; only carried out with --profile deep.",
        ),
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Print the plan and its cost, send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --plan: print the plan as JSON.")] = False,
    report_dir: Annotated[
        Path | None, typer.Option(help="Directory for the run log and the reports (default: evconform-out/<run id>).")
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="Report format in addition to html, json and junit; repeatable."),
    ] = None,
    waivers: Annotated[
        Path | None, typer.Option(help="File of known violations, each with owner and expiry date.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Report directory of an earlier run: run only what it did not finish.")
    ] = None,
    rerun_failed: Annotated[bool, typer.Option("--rerun-failed", help="With --resume: also run what failed.")] = False,
    since: Annotated[
        list[Path] | None,
        typer.Option(
            help="Earlier run to compare with; repeatable, oldest first: all are in the trend; what failed in the last "
            "is tested first, and the report lists the differences from it."
        ),
    ] = None,
    history: History = None,
    changed_since: Annotated[
        Path | None,
        typer.Option(help="Older description: test only operations that differ from it, and those that lead to them."),
    ] = None,
    against: Annotated[
        str,
        typer.Option(
            help="Second target, which gets the same reads and nothing else; differences are listed as regressions."
        ),
    ] = "",
    traceparent: Annotated[
        bool,
        typer.Option("--traceparent/--no-traceparent", help="Name a trace in each request, to find it in server logs."),
    ] = True,
    hours: Annotated[
        int, typer.Option(min=1, help="Hours over which the run may spread; each identity has its budget in each.")
    ] = 1,
    hour_s: Annotated[float, typer.Option("--hour-seconds", min=0.01, hidden=True, help="Length of an hour.")] = 3600,
    on_rate_limit: Annotated[str, typer.Option(help="wait or stop when the target responds with 429.")] = "wait",
    max_wait: Annotated[
        float,
        typer.Option(min=0, help="Longest wait in seconds that a 429 may ask for; a longer one ends the run."),
    ] = 3600,
    deadline: Annotated[
        float | None, typer.Option(min=1, help="Seconds after which the run ends, to be continued with --resume.")
    ] = None,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait while the target cannot be reached.")] = 60,
    overlay: OwnOverlays = None,
    no_overlay: NoOverlay = False,
    trust_identities: Annotated[
        bool,
        typer.Option(
            "--trust-identities", help="Use the configured identities even if the API seems to treat them as others."
        ),
    ] = False,
    strict_reading: Annotated[
        bool,
        typer.Option(
            "--strict-reading", help="Report FAIL for what violates the chosen one of two readings (default: REVIEW)."
        ),
    ] = False,
) -> None:
    """Run the conformance suite.

    Exit codes: 0 conforms, 1 violations, 2 usage error, 3 inconclusive, 4 internal error.
    """
    from conformance.errors import UsageError
    from conformance.execution.concurrency import parse_concurrency
    from conformance.execution.setup import RunOptions
    from conformance.execution.shards import parse_shard

    if on_rate_limit not in {"wait", "stop"}:
        raise UsageError(f"--on-rate-limit {on_rate_limit!r} is unknown", hint="Use wait or stop")
    if as_json and not plan:
        raise UsageError("--json needs --plan beside it", hint="The results of a run are in summary.json")
    if hours > 1 and on_rate_limit == "stop":
        raise UsageError("--hours needs --on-rate-limit wait", hint="Continue a stopped run with --resume instead")
    if rerun_failed and resume is None:
        raise UsageError("--rerun-failed needs --resume", hint="Name the earlier run: --resume evconform-out/latest")
    if against and allow_writes:
        raise UsageError("--against compares reads: leave out --allow-writes", hint="Test writes in a run of their own")
    if against and workers not in {"auto", "1"}:
        raise UsageError("--against needs one process, got --workers " + workers, hint="Leave out --workers")
    options = RunOptions(
        target=target,
        description=description,
        config=config,
        profile=profile,
        budget=budget,
        seed=seed,
        select=tuple(select or ()),
        concurrency=parse_concurrency(concurrency),
        shard=parse_shard(shard, os.environ),
        allow_writes=allow_writes,
        allow_hardware=allow_hardware,
        overlays=not no_overlay,
        own_overlays=tuple(overlay or ()),
        strict_readings=strict_reading,
        report_dir=report_dir,
        resume=resume,
        rerun_failed=rerun_failed,
        since=since[-1] if since else None,
        changed_since=changed_since,
        traces=traceparent,
        against=against,
        hours=hours,
        hour_s=hour_s,
        should_wait=on_rate_limit == "wait",
        max_wait_s=max_wait,
        patience_s=patience,
        deadline_s=deadline,
        trusts_identities=trust_identities,
        command=describe_command("evconform", sys.argv[1:]),
    )
    if plan:
        _print_plan(options, as_json=as_json)
        return
    from conformance.cli.suite_run import run_and_report
    from conformance.tools.garbage import reduce_collection

    report_formats = tuple(dict.fromkeys((*_DEFAULT_FORMATS, *(formats or ()))))
    workers = "1" if against else workers
    with reduce_collection():  # a fifth of the processor time after the last response
        code = run_and_report(
            options, workers, report_formats, waiver_file=waivers, since=tuple(since or ()), history=history
        )
    raise typer.Exit(code)


def _print_plan(options: "RunOptions", *, as_json: bool) -> None:
    from conformance.cli.plan_table import describe_plan, print_plan
    from conformance.execution.setup import plan_run

    if as_json:
        sys.stdout.write(describe_plan(*plan_run(options)) + "\n")
    else:
        print_plan(*plan_run(options), against=options.against)
