"""`evconform description`: what the description is read as, what is wrong with it, how it changed."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from conformance.model.requirement import Level

group = typer.Typer(help="The OpenAPI description: fetch, show, lint it, and compare two.", no_args_is_help=True)

_File = Annotated[Path | None, typer.Argument(help="YAML, JSON or a folder; the shipped one otherwise.")]


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="description")


@group.command("show")
def show(
    file: _File = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    overlay: Annotated[bool, typer.Option("--overlay/--no-overlay", help="Sharpen the description first.")] = True,
) -> None:
    """Print operations, resources, links, expansions, filters and paging, as tables or JSON."""
    from conformance.cli.terminal import Terminal
    from conformance.description import load
    from conformance.description import show as showing

    description = load(file, overlays=overlay)
    if as_json:
        typer.echo(showing.as_json(description).decode())
    else:
        showing.render(description, Terminal())


@group.command("lint")
def lint(
    file: _File = None,
    level: Annotated[Level, typer.Option(help="Leave out what binds less than this.")] = Level.MAY,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="As SARIF 2.1.0, for code scanning.")] = False,
) -> None:
    """Print what a careful reader objects to, with lines; exit code 1 where a MUST is broken.

    The description is judged as it stands, without overlays.
    """
    from conformance.description.lint import every_rule, writing
    from conformance.description.lint import lint as find
    from conformance.errors import UsageError
    from conformance.validation import Validators

    if as_json and sarif:
        raise UsageError("--json and --sarif at once", hint="One of them.")
    found = tuple(each for each in find(file, Validators) if not _weaker(each.level, level))
    if as_json:
        typer.echo(writing.as_json(found, every_rule()).decode())
    elif sarif:
        typer.echo(writing.as_sarif(found, every_rule()).decode())
    else:
        typer.echo("\n".join(writing.as_text(found)))
    raise typer.Exit(1 if any(each.level is Level.MUST for each in found) else 0)


class DiffFormat(StrEnum):
    """How differences are written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


@group.command("fetch")
def fetch(
    url: Annotated[str | None, typer.Option(help="Where it is published; the provider's address otherwise.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Use it though it changed.")] = False,
    config: Annotated[Path, typer.Option(help="The configuration to pin it in.")] = Path("evconform.toml"),
) -> None:
    """Download the published description and pin it; one that changed is shown first, and used with --accept.

    Exit code 1 where it changed and was not accepted.
    """
    from datetime import UTC, datetime

    from conformance.description.drift import View, writing
    from conformance.description.fetch import PUBLISHED, Shelf
    from conformance.description.fetch import fetch as fetch_from

    result = fetch_from(url or PUBLISHED, config, now=datetime.now(UTC), shelf=Shelf(), accept=accept)
    fetched = result.fetched
    typer.echo(f"{fetched.url}  sha256 {fetched.sha256[:16]}  fetched {fetched.fetched_at}")
    if result.changes:
        typer.echo("\n".join(writing.as_text(result.changes, View.CLIENT)))
    elif result.changed:
        typer.echo("Another file, in prose alone; or the one in use can no longer be read.")
    if result.waiting:
        typer.echo("It changed, and is not used. `evconform description fetch --accept` takes it.")
        raise typer.Exit(1)
    typer.echo(f"pinned in {config}: {result.file}")


@group.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="The earlier description.")],
    new: Annotated[Path, typer.Argument(help="The later one.")],
    output: Annotated[DiffFormat, typer.Option("--format", help="How to write it.")] = DiffFormat.TEXT,
    view: Annotated[
        Literal["client", "server"],
        typer.Option("--for", help="Whom it may break: callers of the API, or those who serve it."),
    ] = "client",
) -> None:
    """Print breaking, risky and harmless changes; exit code 1 where one breaks."""
    from conformance.description import load
    from conformance.description.drift import Severity, View, drift, writing

    breaks = View(view)
    changes = drift(load(old, overlays=False), load(new, overlays=False))
    if output is DiffFormat.JSON:
        typer.echo(writing.as_json(changes, breaks).decode())
    else:
        typer.echo("\n".join((writing.as_text if output is DiffFormat.TEXT else writing.as_markdown)(changes, breaks)))
    raise typer.Exit(1 if any(each.severity(breaks) is Severity.BREAKING for each in changes) else 0)


def _weaker(one: Level, other: Level) -> bool:
    order = list(Level)
    return order.index(one) > order.index(other)
