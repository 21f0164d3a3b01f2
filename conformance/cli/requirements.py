"""`evconform requirements`: the catalogue of requirements."""

from typing import TYPE_CHECKING, Annotated

import typer

from conformance.cli.options import AsJson

if TYPE_CHECKING:
    from conformance.model import Requirement


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("requirements")(show)


def show(
    family: Annotated[
        str, typer.Argument(help="Family or requirement, for example EXP or EXP-04 (default: all).")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the requirements: id, level, statement, source, how each is tested or why it is not, and its rules."""
    import msgspec
    from rich.table import Table

    from conformance.cli.terminal import Terminal
    from conformance.errors import UsageError
    from conformance.plan import Catalogue
    from conformance.plan.catalogue import PARTNER_FAMILIES
    from specs.catalogue import load_requirements
    from specs.rulebook import load_bundled_rules

    known = load_requirements()
    catalogue = Catalogue.collect(known)
    shown = [requirement for requirement in known if family.upper() in {"", requirement.family, requirement.id}]
    if not shown:
        raise UsageError(f"{family!r} is not a requirement or family", hint="List them with `evconform requirements`")

    def explain_gap(requirement: "Requirement") -> str:
        is_partner = requirement.family in PARTNER_FAMILIES
        return requirement.not_tested or ("" if is_partner else catalogue.explain_untested(requirement))

    if as_json:
        rows = [
            msgspec.to_builtins(entry)
            | {"not_tested": explain_gap(entry)}
            | {"rules": [msgspec.to_builtins(rule) for rule in load_bundled_rules() if rule.requirement == entry.id]}
            for entry in shown
        ]
        typer.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    table = Table("id", "level", "statement", "how it is tested", "source", show_lines=True)
    for requirement in shown:
        why = explain_gap(requirement)
        table.add_row(
            requirement.id, requirement.level, requirement.statement, f"not tested: {why}" if why else requirement.seen,
            f"{requirement.source.document} {requirement.source.section}",
        )  # fmt: skip
    Terminal().print(table)
    rules = [rule for rule in load_bundled_rules() if rule.requirement in {requirement.id for requirement in shown}]
    if rules:
        listing = Table("rule", "of", "operation", "statement", "stands at", show_lines=True)
        for rule in rules:
            listing.add_row(rule.id, rule.requirement, rule.operation, rule.statement, rule.pointer)
        Terminal().print(listing)
