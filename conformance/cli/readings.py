"""`evconform readings`: the matrix of admissible readings."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import AsJson, Description
from conformance.model.target import Profile


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(readings)


def readings(
    names: Annotated[
        list[str] | None, typer.Argument(help="Readings to test (default: all that the description has a place for).")
    ] = None,
    description: Description = None,
    profile: Annotated[Profile, typer.Option(help="How thorough: smoke, standard or deep.")] = Profile.STANDARD,
    combinations: Annotated[
        int, typer.Option(min=0, help="Number of random combinations of readings that can stand together.")
    ] = 50,
    alone: Annotated[bool, typer.Option("--alone/--no-alone", help="Also test each reading by itself.")] = True,
    seed: Annotated[int, typer.Option(help="The same seed gives the same combinations.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="Number of servers for each reading and combination.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Servers tested at the same time.")] = os.cpu_count() or 1,
    record: Annotated[
        Path | None, typer.Option(help="File of results, one per line; those already there are not repeated.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table in Markdown.")] = False,
    into: Annotated[Path | None, typer.Option(help="File to put that table into, between its markers.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run the suite, with writes, against servers that conform by other readings.

    Exit code 1 if a run reports a violation.
    """
    import msgspec

    from conformance import __version__
    from conformance.cli import reading_table
    from conformance.cli.matrix_files import append_result, read_results, replace_table
    from conformance.matrices.readings import (
        PLAIN,
        ReadingResult,
        draw_combinations,
        list_inapplicable_readings,
        run_reading_matrix,
    )
    from conformance.mock_server.readings import load_readings, select_readings

    for name in names or ():
        select_readings([name])  # refuses an unknown one
    known = load_readings()
    left_out = list_inapplicable_readings(names or known, description)
    chosen = [name for name in names or known if name not in left_out]
    for name, reason in left_out.items():
        typer.echo(f"{'not tested':<12} {name}: {reason}", err=as_json or markdown)
    groups = [PLAIN, *((name,) for name in chosen if alone), *draw_combinations(chosen, combinations, seed)]
    numbers = range(1, seeds + 1)
    requested = {(group, number) for group in groups for number in numbers}
    results = [result for result in read_results(record, ReadingResult) if result.key in requested]
    done = {result.key for result in results}
    for result in run_reading_matrix(
        groups, numbers, description=description, profile=profile, workers=workers, done=done
    ):
        results.append(result)
        typer.echo(reading_table.format_result(result), err=as_json or markdown)
        append_result(record, result)
    families = {name: known[name].family for name in chosen}
    table = reading_table.write_table(
        results, families, left_out, f"Profile `{profile}`, evconform {__version__}, {datetime.now(UTC).date()}."
    )
    if into:
        replace_table(into, table, "readings")
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(results)).decode())
    elif markdown:
        typer.echo(table)
    typer.echo(reading_table.summarize_results(results), err=True)
    raise typer.Exit(int(any(result.failures for result in results)))
