"""`evconform description`: show, lint, fetch and compare OpenAPI descriptions."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from conformance.cli.options import AsJson, NoOverlay, OwnOverlays
from conformance.model.requirement import Level
from conformance.tools.visible_text import escape_json, make_visible

group = typer.Typer(help="Show, lint, fetch and compare OpenAPI descriptions.", no_args_is_help=True)

_File = Annotated[Path | None, typer.Argument(help="YAML or JSON file, or folder (default: the bundled description).")]


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="description")


@group.command("show")
def show(
    file: _File = None,
    as_json: AsJson = False,
    overlay: OwnOverlays = None,
    no_overlay: NoOverlay = False,
) -> None:
    """Print operations, resources, links, expansions, filters and pagination, as tables or JSON."""
    from conformance.cli.terminal import Terminal
    from conformance.description import load_description
    from conformance.description import presentation as showing

    description = load_description(file, overlays=not no_overlay, own_overlays=overlay or ())
    if as_json:
        typer.echo(escape_json(showing.format_json(description)).decode())
    else:
        showing.print_tables(description, Terminal())


@group.command("lint")
def lint(
    file: _File = None,
    level: Annotated[Level, typer.Option(help="Weakest level to report.")] = Level.MAY,
    as_json: AsJson = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0, for code scanning.")] = False,
) -> None:
    """Print defects of a description, with line numbers. Exit code 1 if a MUST is violated.

    The description is judged as published, without overlays.
    """
    from conformance.description.lint import formats, list_rules
    from conformance.description.lint import lint_description as find
    from conformance.errors import UsageError
    from conformance.validation import SchemaValidators

    if as_json and sarif:
        raise UsageError("--json and --sarif exclude each other", hint="Choose one of them")
    findings = tuple(finding for finding in find(file, SchemaValidators) if not _is_weaker(finding.level, level))
    if as_json:
        typer.echo(escape_json(formats.format_json(findings, list_rules())).decode())
    elif sarif:
        typer.echo(escape_json(formats.format_sarif(findings, list_rules())).decode())
    else:
        typer.echo(make_visible("\n".join(formats.format_text(findings))))
    raise typer.Exit(1 if any(finding.level is Level.MUST for finding in findings) else 0)


class DiffFormat(StrEnum):
    """The output format of differences."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


@group.command("fetch")
def fetch(
    url: Annotated[str | None, typer.Option(help="URL of the description (default: the provider's).")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Accept a description that has changed.")] = False,
    config: Annotated[Path, typer.Option(help="Configuration file to pin it in.")] = Path("evconform.toml"),
) -> None:
    """Download the published description and pin it. If it has changed, show the changes; use it only with --accept.

    Exit code 1 if it has changed and was not accepted.
    """
    from datetime import UTC, datetime

    from conformance.description.drift import View, formats
    from conformance.description.fetch import PUBLISHED, DescriptionStore
    from conformance.description.fetch import fetch_description as fetch_from

    result = fetch_from(url or PUBLISHED, config, now=datetime.now(UTC), shelf=DescriptionStore(), accept=accept)
    fetched = result.fetched
    typer.echo(f"{fetched.url}  sha256 {fetched.sha256[:16]}  fetched {fetched.fetched_at}")
    if result.changes:
        typer.echo(make_visible("\n".join(formats.format_text(result.changes, View.CLIENT))))
    elif result.changed:
        typer.echo("The file differs only in prose, or the one in use can no longer be read")
    if result.waiting:
        typer.echo("The description has changed and is not used. Accept it with `evconform description fetch --accept`")
        raise typer.Exit(1)
    typer.echo(f"pinned in {config}: {result.file}")


@group.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="The earlier description.")],
    new: Annotated[Path, typer.Argument(help="The later description.")],
    output: Annotated[DiffFormat, typer.Option("--format", help="Output format.")] = DiffFormat.TEXT,
    view: Annotated[
        Literal["client", "server"],
        typer.Option("--for", help="Whose view counts: changes that break clients of the API, or its server."),
    ] = "client",
) -> None:
    """Print breaking, risky and harmless changes. Exit code 1 if a change is breaking."""
    from conformance.description import load_description
    from conformance.description.drift import Severity, View, compare_descriptions, formats

    breaks = View(view)
    changes = compare_descriptions(load_description(old, overlays=False), load_description(new, overlays=False))
    if output is DiffFormat.JSON:
        typer.echo(escape_json(formats.format_json(changes, breaks)).decode())
    else:
        write = formats.format_text if output is DiffFormat.TEXT else formats.format_markdown
        typer.echo(make_visible("\n".join(write(changes, breaks))))
    raise typer.Exit(1 if any(change.find_severity(breaks) is Severity.BREAKING for change in changes) else 0)


def _is_weaker(level: Level, minimum: Level) -> bool:
    order = list(Level)
    return order.index(level) > order.index(minimum)
