"""The command `evconform`: one file a command; what a command needs is imported when it runs."""

import os
import sys
import traceback
from contextlib import suppress

import typer

from conformance import __version__
from conformance.errors import HarnessError

OUR_FAULT = 4

app = typer.Typer(
    name="evconform",
    help="Contract testing and conformance for the ev.energy v2 API.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help appears at once; the boxes of rich take longer than all the rest
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if version:
        typer.echo(f"evconform {__version__}")
        raise typer.Exit


def _commands() -> None:
    from conformance.cli import (
        certificates,
        certify,
        description,
        doctor,
        faults,
        report,
        requirements,
        run,
        serve,
        webhooks,
    )

    for module in (run, serve, faults, requirements, description, doctor, report, webhooks, certify, certificates):
        module.add_to(app)


def main() -> None:
    """Run a command; every fault becomes a message, a hint and an exit code (INTERFACE, "Exit codes")."""
    _commands()
    try:
        app()
    except HarnessError as fault:
        with suppress(BrokenPipeError):  # nobody may be there to read it; the exit code tells all the same
            _say(fault)
        sys.exit(fault.exit_code)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except Exception:  # noqa: BLE001 - the last line of defence
        traceback.print_exc()
        typer.echo("This is a fault of evconform itself. The lines above tell where.", err=True)
        sys.exit(OUR_FAULT)
    finally:
        _let_go()


def _let_go() -> None:
    """Drop what is left for readers that went away: Python would try again at its end, and exit with 120 for it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _say(fault: HarnessError) -> None:
    typer.secho("error: ", fg="red", bold=True, nl=False, err=True)
    typer.echo(fault.message, err=True)
    if fault.hint:
        typer.echo(f"       {fault.hint}", err=True)
