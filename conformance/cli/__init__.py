"""The command `evconform`: one module for each command, which imports what it needs when it runs."""

import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import typer
from platformdirs import user_cache_path

from conformance import __version__
from conformance.cli.output import drop_output, prepare_output
from conformance.errors import HarnessError, UsageError
from conformance.tools.machine_limits import explain_limit
from conformance.tools.own_packages import check_own_packages
from conformance.tools.visible_text import make_visible

INTERNAL_ERROR = 4

app = typer.Typer(
    name="evconform",
    help="Contract testing and conformance for the ev.energy v2 API.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help appears at once, rich takes long to import
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if version:
        typer.echo(f"evconform {__version__}")
        raise typer.Exit


def _add_commands() -> None:
    from conformance.cli import (
        certify,
        description,
        doctor,
        explain,
        faults,
        judge,
        readings,
        replay,
        report,
        requirements,
        run,
        schema,
        serve,
        signing_commands,
        webhooks,
    )

    for module in (
        run,
        judge,
        serve,
        faults,
        readings,
        replay,
        requirements,
        explain,
        description,
        doctor,
        report,
        schema,
        webhooks,
        certify,
        signing_commands,
    ):
        module.add_to(app)


def main() -> None:
    """Run a command; every error becomes a message, a hint and an exit code (README.md, "Exit codes")."""
    prepare_output()
    try:
        _check_working_folder()
        check_own_packages()
        _choose_storage()
        _add_commands()
        app()
    except HarnessError as error:
        with suppress(BrokenPipeError):  # the reader may be gone; the exit code still counts
            _print_error(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last line of defence
        if limit := explain_limit(error):
            _print_error(limit)
            sys.exit(limit.exit_code)
        traceback.print_exc()
        typer.echo("This is an internal error of evconform. Please report it with the lines above", err=True)
        sys.exit(INTERNAL_ERROR)
    finally:
        _flush_output()


def _check_working_folder() -> None:
    """Raise UsageError if the working folder was deleted: no relative path leads anywhere then."""
    try:
        Path.cwd()
    except OSError as error:
        raise UsageError(f"the working folder is gone: {error.strerror}", hint="Change to another folder") from error


def _choose_storage() -> None:
    """Let Hypothesis keep its tables in the cache folder of this user, and not in each working folder.

    They take 200 MB and more than a second to compute.
    """
    folder = user_cache_path("evconform", appauthor=False) / "hypothesis"
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(folder))


def _flush_output() -> None:
    """Flush the output; drop it if the reader is gone, or Python would exit with 120 when it tries again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            drop_output(stream.fileno())


def _print_error(error: HarnessError) -> None:
    typer.secho("error: ", fg="red", bold=True, nl=False, err=True)
    typer.echo(make_visible(error.message), err=True)
    if error.hint:
        typer.echo(make_visible(f"       {error.hint}"), err=True)
