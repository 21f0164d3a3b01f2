"""`evconform certify`: what partners are certified for."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import Attempts, Formats, SignKey, ValidDays, Waivers
from conformance.model.target import Profile

if TYPE_CHECKING:
    from conformance.certify.webhook_receivers.run import Options

group = typer.Typer(
    help="Certify a partner: its webhook receiver, its API client; sign what it passed.", no_args_is_help=True
)


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="certify")


@group.command("webhooks")
def webhooks(
    endpoint: Annotated[str, typer.Option(help="Where the receiver takes deliveries: https://…")],
    secret: Annotated[str, typer.Option(help="Its signing secret whsec_…, or env:NAME.")],
    previous_secret: Annotated[str, typer.Option(help="The secret before, its overlap over (W06).")] = "",
    observe: Annotated[str, typer.Option(help='Observation hook: GET URL?svix_id=… gives {"effects": n}.')] = "",
    description: Annotated[Path | None, typer.Option(help="OpenAPI description; the shipped one otherwise.")] = None,
    profile: Annotated[Profile, typer.Option(help="deep also waits between retries.")] = Profile.STANDARD,
    subject: Annotated[str, typer.Option(help="Name of what is certified; its address otherwise.")] = "",
    subject_version: Annotated[str, typer.Option(help="Version of what is certified.")] = "",
    seed: Annotated[int, typer.Option(help="Same seed, same payloads.")] = 1,
    select: Annotated[list[str] | None, typer.Option(help="Requirements to judge, as W12; repeatable.")] = None,
    rate: Annotated[float, typer.Option(min=0.1, help="Deliveries a second, one after the other.")] = 25.0,
    concurrency: Annotated[int, typer.Option(min=1, max=50, help="Deliveries at once, where W25 and W27 ask it.")] = 50,
    api_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the API for thin fetches; 0: any.")] = 0,
    api_url: Annotated[str, typer.Option(help="Address before that port, as the receiver reaches it.")] = "",
    longest_wait: Annotated[float, typer.Option(min=0, help="Seconds; 99300 also tries the retry after a day.")] = 600,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent; send nothing.")] = False,
    report_dir: Annotated[Path | None, typer.Option(help="Where record and reports go.")] = None,
    formats: Formats = None,
    waivers: Waivers = None,
    sign: SignKey = None,
    days: ValidDays = 365,
    attempts: Attempts = None,
) -> None:
    """Certify a webhook receiver (W01 to W33). Exit code as `run`."""
    from conformance.certify.webhook_receivers.run import Options, certify
    from conformance.cli.certifying import command_line, show, wanted
    from conformance.cli.interrupts import terminable
    from conformance.errors import UsageError
    from conformance.execution.directories import fresh_directory, stamped

    options = Options(
        endpoint=endpoint,
        secret=secret,
        directory=report_dir or fresh_directory(stamped(time.time(), "certify-webhooks")),
        previous_secret=previous_secret,
        observe=observe,
        description=description,
        profile=profile,
        seed=seed,
        select=tuple(select or ()),
        rate=rate,
        concurrency=concurrency,
        api_port=api_port,
        api_url=api_url,
        longest_wait_s=longest_wait,
        command=command_line(),
        subject=subject,
        version=subject_version,
    )
    if dry_run:
        _print(options)
        return
    want = wanted(formats, waivers, attempts, sign, days)
    if sign and not subject_version:
        raise UsageError("--sign without --subject-version", hint="A certificate is for a version of something.")
    with terminable():
        log = certify(options, said=_say)
    raise typer.Exit(show(log, want))


def _say(text: str) -> None:
    typer.echo(text)
    sys.stdout.flush()


def _print(options: "Options") -> None:
    """What would be sent, and where to; nothing is."""
    from rich.table import Table

    from conformance.certify.opening import key_of
    from conformance.certify.webhook_receivers.run import chosen
    from conformance.certify.webhook_receivers.sender import Endpoint
    from conformance.certify.webhook_receivers.stimuli import How
    from conformance.cli.terminal import Terminal

    endpoint, _ = Endpoint(options.endpoint), key_of(options.secret)
    table = Table("requirement", "stimulus", "level", "sent", "right answer", "because")
    for each in chosen(options.select, options.profile):
        table.add_row(each.requirement, each.name, each.level, each.how, each.right, each.reason)
    console = Terminal(width=max(120, Terminal().width))
    console.print(table)
    console.print(f"to {endpoint.url} alone, nothing has been sent", soft_wrap=True)
    if (
        endpoint.secure
        and endpoint.port == 443
        and any(e.how is How.PLAIN for e in chosen(options.select, options.profile))
    ):
        console.print(f"and one empty, unsigned POST to http://{endpoint.host}{endpoint.target}", soft_wrap=True)
    if options.observe:
        console.print(f"effects are asked of {options.observe}", soft_wrap=True)


@group.command("client")
def client(
    command: Annotated[list[str] | None, typer.Argument(help="Your client, after `--`; started once a case.")] = None,
    plan: Annotated[Path | None, typer.Option(help="What your client is and does; all tasks without it.")] = None,
    plan_template: Annotated[bool, typer.Option("--plan-template", help="Print a plan to fill in.")] = False,
    profile: Annotated[str, typer.Option(help="Only one profile: reader, charging data, onboarding.")] = "",
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Cases at the same time.")] = 8,
    limit: Annotated[float, typer.Option(min=1, help="Seconds that a case may last at most.")] = 120,
    serve: Annotated[bool, typer.Option("--serve", help="Keep the cases up for a client that you start.")] = False,
    description: Annotated[Path | None, typer.Option(help="OpenAPI description; the shipped one otherwise.")] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same data.")] = 1,
    select: Annotated[list[str] | None, typer.Option(help="Requirements or cases, as C05; repeatable.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the cases; start nothing.")] = False,
    report_dir: Annotated[Path | None, typer.Option(help="Where record and reports go.")] = None,
    formats: Formats = None,
    waivers: Waivers = None,
    sign: SignKey = None,
    days: ValidDays = 365,
    attempts: Attempts = None,
) -> None:
    """Certify an API client (C01 to C30). Exit code as `run`."""
    from conformance.certify.api_clients import run
    from conformance.certify.api_clients.plan import template
    from conformance.cli import clients
    from conformance.cli.certifying import command_line, show, wanted
    from conformance.cli.interrupts import terminable
    from conformance.errors import UsageError
    from conformance.execution.directories import fresh_directory, stamped

    if plan_template:
        typer.echo(template(), nl=False)
        return
    options = run.Options(
        command=tuple(command or ()),
        directory=report_dir or fresh_directory(stamped(time.time(), "certify-client")),
        plan=plan,
        profile=profile,
        description=description,
        seed=seed,
        select=tuple(select or ()),
        jobs=jobs,
        limit_s=limit,
        told=command_line().partition(" -- ")[0],  # arguments of the client may be secret
    )
    if dry_run:
        clients.print_cases(options)
        return
    want = wanted(formats, waivers, attempts, sign, days)
    if sign and not plan:
        raise UsageError(
            "--sign without --plan", hint="A plan names what is certified, and its version: see --plan-template."
        )
    with terminable():
        log = run.serve(options, clients.waiting) if serve else run.certify(options)
    raise typer.Exit(show(log, want))
