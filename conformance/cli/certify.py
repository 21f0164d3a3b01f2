"""`evconform certify`: the certification of webhook receivers and API clients."""

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.lines import print_line
from conformance.cli.options import Attempts, Description, Formats, ReportDir, SignKey, ValidDays, Waivers
from conformance.model.target import Profile

if TYPE_CHECKING:
    from conformance.certify.webhook_receivers.certification import ReceiverOptions

group = typer.Typer(
    help="Certify a partner's webhook receiver or API client, and sign the certificate.", no_args_is_help=True
)


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="certify")


@group.command("webhooks")
def webhooks(
    endpoint: Annotated[str, typer.Option(help="URL of the receiver.")],
    secret: Annotated[str, typer.Option(help="Its signing secret: whsec_… or env:NAME.")],
    previous_secret: Annotated[
        str, typer.Option(help="Signing secret before the last rotation, no longer valid (for W06).")
    ] = "",
    observe: Annotated[str, typer.Option(help='Observation hook: GET URL?svix_id=… returns {"effects": n}.')] = "",
    description: Description = None,
    profile: Annotated[
        Profile, typer.Option(help="How thorough: smoke, standard or deep; deep also waits for late retries.")
    ] = Profile.STANDARD,
    subject: Annotated[str, typer.Option(help="Name of the receiver (default: its address).")] = "",
    subject_version: Annotated[str, typer.Option(help="Version of the receiver.")] = "",
    seed: Annotated[int, typer.Option(help="The same seed gives the same payloads.")] = 1,
    select: Annotated[list[str] | None, typer.Option(help="Requirement to test, for example W12; repeatable.")] = None,
    rate: Annotated[float, typer.Option(min=0.1, help="Deliveries per second, when sent one after the other.")] = 50.0,
    concurrency: Annotated[int, typer.Option(min=1, max=50, help="Simultaneous deliveries for W25 and W27.")] = 50,
    api_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the API that the receiver may fetch from; 0: any free port.")
    ] = 0,
    api_url: Annotated[str, typer.Option(help="URL at which the receiver reaches that port.")] = "",
    longest_wait: Annotated[
        float, typer.Option(min=0, help="Longest wait in seconds; 99300 covers the retry after a day.")
    ] = 600,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the deliveries, send nothing.")] = False,
    report_dir: ReportDir = None,
    formats: Formats = None,
    waivers: Waivers = None,
    sign: SignKey = None,
    days: ValidDays = 365,
    attempts: Attempts = None,
) -> None:
    """Certify a webhook receiver (W01 to W33). The exit codes are those of `run`."""
    from conformance.certify.webhook_receivers.certification import ReceiverOptions, certify_receiver
    from conformance.cli.certification_output import conclude_certification, read_command_line, read_output_options
    from conformance.cli.interrupts import end_on_sigterm
    from conformance.errors import UsageError
    from conformance.execution.directories import choose_directory, name_run

    options = ReceiverOptions(
        endpoint=endpoint,
        secret=secret,
        directory=report_dir or choose_directory(name_run(time.time(), "certify-webhooks")),
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
        command=read_command_line(),
        subject=subject,
        version=subject_version,
    )
    if dry_run:
        _print_deliveries(options)
        return
    want = read_output_options(formats, waivers, attempts, sign, days)
    if sign and not subject_version:
        raise UsageError("--sign needs --subject-version", hint="A certificate names the version of the receiver")
    with end_on_sigterm():
        log = certify_receiver(options, announce=print_line)
    raise typer.Exit(conclude_certification(log, want))


def _print_deliveries(options: "ReceiverOptions") -> None:
    """Print the deliveries and their destination."""
    from rich.table import Table

    from conformance.certify.webhook_receivers.certification import select_stimuli
    from conformance.certify.webhook_receivers.definitions import SendMode
    from conformance.certify.webhook_receivers.sender import Endpoint
    from conformance.cli.terminal import Terminal
    from conformance.tools.url_secrets import hide_url_secrets
    from conformance.webhooks.inputs import load_key

    endpoint, _ = Endpoint(options.endpoint), load_key(options.secret)
    table = Table("requirement", "stimulus", "level", "sent", "expected response", "because")
    for stimulus in select_stimuli(options.select, options.profile):
        table.add_row(
            stimulus.requirement, stimulus.name, stimulus.level, stimulus.mode, stimulus.expected, stimulus.reason
        )
    console = Terminal(width=max(120, Terminal().width))
    console.print(table)
    console.print(f"Only {hide_url_secrets(endpoint.url)} would receive them; nothing has been sent", soft_wrap=True)
    if (
        endpoint.is_secure
        and endpoint.port == 443
        and any(stimulus.mode is SendMode.PLAIN for stimulus in select_stimuli(options.select, options.profile))
    ):
        plain_url = f"http://{endpoint.host}{endpoint.target}"
        console.print(f"Also one empty, unsigned POST to {hide_url_secrets(plain_url)}", soft_wrap=True)
    if options.observe:
        console.print(f"Effects would be read from {hide_url_secrets(options.observe)}", soft_wrap=True)


@group.command("client")
def client(
    command: Annotated[
        list[str] | None, typer.Argument(help="Command of your client, after `--`; started once for each case.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="Plan: name, version and tasks of your client (default: all tasks).")
    ] = None,
    plan_template: Annotated[bool, typer.Option("--plan-template", help="Print a plan to fill in.")] = False,
    sample: Annotated[
        Path | None, typer.Option(help="Folder to write a client that passes and its plan to; start nothing.")
    ] = None,
    profile: Annotated[str, typer.Option(help="Only one profile: reader, charging data, onboarding or full.")] = "",
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Cases that run at the same time.")] = 10,
    limit: Annotated[float, typer.Option(min=1, help="Time limit of a case in seconds.")] = 120,
    serve: Annotated[bool, typer.Option("--serve", help="Wait for a client that you start yourself.")] = False,
    description: Description = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 1,
    select: Annotated[list[str] | None, typer.Option(help="Requirement or case, for example C05; repeatable.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the cases, start nothing.")] = False,
    report_dir: ReportDir = None,
    formats: Formats = None,
    waivers: Waivers = None,
    sign: SignKey = None,
    days: ValidDays = 365,
    attempts: Attempts = None,
) -> None:
    """Certify an API client (C01 to C31). The exit codes are those of `run`."""
    from conformance.certify.api_clients import certification
    from conformance.certify.api_clients.client_plan import build_template
    from conformance.certify.api_clients.sample_files import write_sample
    from conformance.cli import client_cases
    from conformance.cli.certification_output import conclude_certification, read_command_line, read_output_options
    from conformance.cli.interrupts import end_on_sigterm
    from conformance.errors import UsageError
    from conformance.execution.directories import choose_directory, name_run

    if plan_template:
        typer.echo(build_template(), nl=False)
        return
    if sample is not None:
        client_file, plan_file = write_sample(sample)
        parts = (sys.executable, str(client_file))
        typer.echo(f"evconform certify client --plan {shlex.quote(str(plan_file))} -- {shlex.join(parts)}")
        return
    options = certification.ClientCertificationOptions(
        command=tuple(command or ()),
        directory=report_dir or choose_directory(name_run(time.time(), "certify-client")),
        plan=plan,
        profile=profile,
        description=description,
        seed=seed,
        select=tuple(select or ()),
        jobs=jobs,
        limit_s=limit,
        command_line=read_command_line().partition(" -- ")[0],  # arguments of the client may be secret
    )
    if dry_run:
        client_cases.print_cases(options)
        return
    want = read_output_options(formats, waivers, attempts, sign, days)
    if sign and not plan:
        raise UsageError("--sign needs --plan", hint="The plan names the client and its version, see --plan-template")
    with end_on_sigterm():
        log = (
            certification.serve_client(options, client_cases.wait_for_operator)
            if serve
            else certification.certify_client(options)
        )
    raise typer.Exit(conclude_certification(log, want))
