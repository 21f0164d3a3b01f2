"""`evconform webhooks`: judge the provider's deliveries, live or from captures."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.lines import print_line
from conformance.cli.options import Config, Description, Formats, ReportDir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.webhooks.delivery import Delivery
    from conformance.webhooks.delivery_checks import ProviderSender
    from conformance.webhooks.delivery_run import ProviderApi

group = typer.Typer(help="Send, receive and judge the provider's webhooks (WHK-01 to WHK-06).", no_args_is_help=True)

Secret = Annotated[
    list[str],
    typer.Option(
        help="Signing secret of the endpoint: whsec_… or env:NAME; twice during a rotation.", show_default=False
    ),
]
TargetName = Annotated[str, typer.Option("--target", help="API to fetch data.url from: configured target or URL.")]


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="webhooks")


@group.command("listen")
def listen(
    secret: Secret,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any free port.")] = 0,
    target: TargetName = "",
    config: Config = None,
    description: Description = None,
    deliveries: Annotated[int, typer.Option(min=0, help="Number of deliveries to wait for; 0: until Ctrl-C.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="Seconds to wait; 0: until Ctrl-C.")] = 0,
    refuse: Annotated[
        int, typer.Option(min=0, help="Number of first deliveries to answer with 503, to see retries.")
    ] = 0,
    report_dir: ReportDir = None,
    formats: Formats = None,
) -> None:
    """Receive deliveries on loopback, behind your tunnel, and judge them. The exit codes are those of `run`.

    Ctrl-C ends the receiving; the deliveries received until then are judged. A second Ctrl-C ends the judging as well.
    """
    from contextlib import ExitStack

    from conformance.cli.interrupts import stop_on_signals
    from conformance.webhooks.delivery_run import receive_deliveries
    from conformance.webhooks.listener import Listener
    from conformance.webhooks.loopback_server import serve_on_loopback

    sender = _load_sender(secret, description)
    api = _load_api(target, config, sender)
    listener = Listener(refusals=refuse)
    with ExitStack() as serving, stop_on_signals() as is_stopped:
        origin = serving.enter_context(serve_on_loopback(listener, port))
        print_line(f"ready {origin}")
        received = receive_deliveries(
            listener.arrived, count=deliveries, seconds=seconds, close=serving.close, is_stopped=is_stopped
        )
        code = _judge_deliveries(
            sender, api, received, (origin, "webhooks-listen"), report_dir, formats, announce=print_line
        )
    raise typer.Exit(code)


@group.command("send")
def send(
    url: Annotated[str, typer.Option(help="URL of the receiver.")],
    secret: Annotated[str, typer.Option(help="Its signing secret: whsec_… or env:NAME.")],
    event: Annotated[list[str] | None, typer.Option(help="Event to deliver; repeatable (default: all).")] = None,
    sessions: Annotated[int, typer.Option(min=1, max=1000, help="Charging sessions that begin and end.")] = 1,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the API that data.url leads to; 0: any free port.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 1,
    description: Description = None,
) -> None:
    """Send signed deliveries of the built-in server to a URL: sessions begin and end, refused deliveries are repeated.

    Exit code 0: every message was accepted with 2xx; 1: one was not.
    """
    from conformance.description import load_description
    from conformance.webhooks.inputs import resolve_secret
    from conformance.webhooks.provider_simulation import SimulatedDay, send_day

    day = SimulatedDay(url, resolve_secret(secret), tuple(event or ()), sessions, seed, port)
    messages = send_day(day, load_description(description), print_line)
    accepted = sum(message.is_delivered for message in messages)
    print_line(f"{accepted} of {len(messages)} messages accepted")
    raise typer.Exit(0 if messages and accepted == len(messages) else 1)


@group.command("check")
def check(
    captures: Annotated[
        list[Path],
        typer.Argument(
            help="Captured deliveries: NDJSON, JSON, HAR, or an export of webhook.site, ngrok or Svix Play."
        ),
    ],
    secret: Secret,
    target: TargetName = "",
    config: Config = None,
    description: Description = None,
    report_dir: ReportDir = None,
    formats: Formats = None,
) -> None:
    """Judge captured deliveries. The exit codes are those of `run`."""
    from conformance.cli.interrupts import end_on_sigterm
    from conformance.webhooks.captures import read_capture

    deliveries = [delivery for path in captures for delivery in read_capture(path)]
    sender = _load_sender(secret, description)
    api = _load_api(target, config, sender)
    name = captures[0].resolve().as_uri()
    with end_on_sigterm():
        code = _judge_deliveries(sender, api, deliveries, (name, "webhooks-check"), report_dir, formats)
    raise typer.Exit(code)


def _load_sender(secrets: list[str], path: Path | None) -> "ProviderSender":
    from conformance.description import load_description
    from conformance.errors import UsageError
    from conformance.validation import SchemaValidators, SecondOpinion
    from conformance.webhooks.delivery_checks import ProviderSender
    from conformance.webhooks.inputs import load_key

    description = load_description(path)
    sender = ProviderSender(
        tuple(load_key(secret) for secret in secrets),
        description,
        SchemaValidators(description),
        SecondOpinion(description),
    )
    if not sender.events:
        raise UsageError("the description has no webhooks", hint="Name another one with --description")
    return sender


def _load_api(name: str, path: Path | None, sender: "ProviderSender") -> "ProviderApi | None":
    from conformance.webhooks.inputs import resolve_api

    return resolve_api(name, path, sender.description.model.operations) if name else None


def _judge_deliveries(
    sender: "ProviderSender",
    api: "ProviderApi | None",
    deliveries: "Iterable[Delivery]",
    origin: tuple[str, str],
    directory: Path | None,
    formats: list[str] | None,
    *,
    announce: "Callable[[str], None]" = lambda _: None,
) -> int:
    from conformance.cli.certification_output import OutputOptions, conclude_certification, read_command_line
    from conformance.execution.directories import choose_directory, name_run
    from conformance.webhooks.delivery_run import build_scope, check_deliveries
    from conformance.webhooks.inputs import build_sender_target
    from specs.catalogue import load_requirements

    folder = directory or choose_directory(name_run(time.time(), origin[1]))
    run_about = build_scope(
        sender, build_sender_target(origin[0]), load_requirements(), folder, command=read_command_line()
    )
    log = check_deliveries(run_about, sender, deliveries, api, origin[0], announce=announce)
    return conclude_certification(log, OutputOptions(tuple(formats or ())))
