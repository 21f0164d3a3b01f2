"""`evconform webhooks`: what the provider sends, judged as it arrives or out of a capture."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import Formats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.certify.provider import Api
    from conformance.webhooks.delivery import Delivery
    from conformance.webhooks.judging import Sender

group = typer.Typer(help="The provider's webhooks: receive and judge them (WHK).", no_args_is_help=True)

Secret = Annotated[
    list[str], typer.Option(help="whsec_… of the endpoint, or env:NAME; twice while one rotates.", show_default=False)
]
TargetName = Annotated[str, typer.Option("--target", help="The API that data.url is asked from: NAME or URL.")]
Config = Annotated[Path | None, typer.Option(help="Configuration; evconform.toml here otherwise.")]
File = Annotated[Path | None, typer.Option("--description", help="OpenAPI description; the shipped one otherwise.")]
Directory = Annotated[Path | None, typer.Option(help="Where record and reports go; evconform-out/… otherwise.")]


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="webhooks")


@group.command("listen")
def listen(
    secret: Secret,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    target: TargetName = "",
    config: Config = None,
    description: File = None,
    deliveries: Annotated[int, typer.Option(min=0, help="End after so many; 0 goes on until Ctrl-C.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="End after so long; 0 goes on until Ctrl-C.")] = 0,
    refuse: Annotated[int, typer.Option(min=0, help="Answer 503 to so many first: retries are then seen.")] = 0,
    report_dir: Directory = None,
    formats: Formats = None,
) -> None:
    """Receive deliveries on loopback and judge each; put your tunnel in front. Exit code as `run`."""
    from conformance.certify.provider import until
    from conformance.webhooks.listening import Listener
    from conformance.webhooks.loopback import serving

    sender, api = _sender(secret, description), _api(target, config)
    listener = Listener(refuse=refuse)
    with serving(listener, port) as origin:
        typer.echo(f"ready {origin}")
        sys.stdout.flush()
        taken = until(listener.arrived, count=deliveries, seconds=seconds)
        code = _judge(sender, api, taken, (origin, "webhooks-listen"), report_dir, formats)
    raise typer.Exit(code)


@group.command("check")
def check(
    captures: Annotated[list[Path], typer.Argument(help="Saved deliveries: NDJSON or HAR.")],
    secret: Secret,
    target: TargetName = "",
    config: Config = None,
    description: File = None,
    report_dir: Directory = None,
    formats: Formats = None,
) -> None:
    """Judge saved deliveries. Exit code as `run`."""
    from conformance.webhooks import capture

    deliveries = [each for path in captures for each in capture.read(path)]
    sender, api = _sender(secret, description), _api(target, config)
    name = captures[0].resolve().as_uri()
    raise typer.Exit(_judge(sender, api, deliveries, (name, "webhooks-check"), report_dir, formats))


def _sender(secrets: list[str], path: Path | None) -> "Sender":
    from conformance.certify.opening import key_of
    from conformance.description import load
    from conformance.errors import UsageError
    from conformance.validation import SecondOpinion, Validators
    from conformance.webhooks.judging import Sender

    description = load(path)
    sender = Sender(
        tuple(key_of(each) for each in secrets), description, Validators(description), SecondOpinion(description)
    )
    if not sender.events:
        raise UsageError("the description knows no webhooks", hint="Name another --description.")
    return sender


def _api(name: str, path: Path | None) -> "Api | None":
    from conformance.certify.opening import api_of

    return api_of(name, path) if name else None


def _judge(
    sender: "Sender",
    api: "Api | None",
    deliveries: "Iterable[Delivery]",
    origin: tuple[str, str],
    directory: Path | None,
    formats: list[str] | None,
) -> int:
    from conformance.certify.opening import sender_target
    from conformance.certify.provider import about, run
    from conformance.cli.certifying import Wanted, command_line, show
    from conformance.cli.interrupts import terminable
    from conformance.execution.directories import fresh_directory, stamped
    from specs.catalogue import requirements

    place = directory or fresh_directory(stamped(time.time(), origin[1]))
    what = about(sender, sender_target(origin[0]), requirements(), place, command=command_line())
    with terminable():
        log = run(what, sender, deliveries, api, origin[0])
    return show(log, Wanted(tuple(formats or ())))
