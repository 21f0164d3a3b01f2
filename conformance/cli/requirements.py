"""`evconform requirements`: the catalogue."""

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("requirements")(show)


def show(
    family: Annotated[str, typer.Argument(help="Only this family or requirement, as EXP or EXP-04.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List every requirement: id, level, statement, source, how it is tested, or why it is not."""
    import msgspec
    from rich.table import Table

    from conformance.cli.terminal import Terminal
    from conformance.errors import UsageError
    from conformance.plan import Catalogue
    from conformance.plan.catalogue import PARTNER
    from specs.catalogue import requirements

    known = requirements()
    catalogue = Catalogue.of(known)
    shown = [each for each in known if family.upper() in {"", each.family, each.id}]
    if not shown:
        raise UsageError(f"no requirement or family is called {family!r}", hint="`evconform requirements` lists all.")

    def untested(index: int) -> str:
        each = shown[index]
        return each.not_tested or ("" if each.family in PARTNER else catalogue.untested(each))

    if as_json:
        rows = [msgspec.to_builtins(each) | {"not_tested": untested(index)} for index, each in enumerate(shown)]
        typer.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    table = Table("id", "level", "statement", "seen, or why not", "source", show_lines=True)
    for index, each in enumerate(shown):
        why = untested(index)
        table.add_row(
            each.id, each.level, each.statement, f"not tested: {why}" if why else each.seen,
            f"{each.source.document} {each.source.section}",
        )  # fmt: skip
    Terminal().print(table)
