"""`evconform faults`: the seeded-fault matrix."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from conformance.cli.options import AsJson, Description
from conformance.errors import HarnessError, UsageError
from conformance.model.target import Profile


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(faults)


def faults(  # noqa: C901 - one branch for each kind of output
    names: Annotated[
        list[str] | None, typer.Argument(help="Faults to test (default: all that change responses).")
    ] = None,
    description: Description = None,
    profile: Annotated[Profile, typer.Option(help="How thorough: smoke, standard or deep.")] = Profile.STANDARD,
    seeds: Annotated[int, typer.Option(min=0, help="Number of clean servers, to find false alarms.")] = 3,
    budget: Annotated[
        str, typer.Option(help="Budgets to compare, requests of each identity: 250,500,1000 (default: the profile's).")
    ] = "",
    together: Annotated[
        int,
        typer.Option(min=1, help="Faults in one server, if their violations can be told apart; the others run alone."),
    ] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Servers tested at the same time.")] = os.cpu_count() or 1,
    record: Annotated[
        Path | None, typer.Option(help="File of results, one per line; those already there are not repeated.")
    ] = None,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay", help="Test the scripts of reports instead: they must fail with the fault and pass without it."
        ),
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table in Markdown.")] = False,
    into: Annotated[Path | None, typer.Option(help="File to put that table into, between its markers.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run the suite against each seeded fault, and against clean servers.

    Exit code 1 if a fault is not detected, or a clean server has a finding.
    """
    import msgspec

    from conformance import __version__
    from conformance.cli import fault_table
    from conformance.cli.budget_table import parse_budgets, write_budget_table
    from conformance.cli.matrix_files import append_result, read_results, replace_table
    from conformance.matrices.faults import FaultResult, MatrixOptions, list_inapplicable_faults, run_fault_matrix
    from conformance.mock_server.faults import load_faults

    known = load_faults()
    if unknown := sorted(set(names or ()) - set(known)):
        raise UsageError(f"{unknown[0]!r} is not a seeded fault", hint="List them with `evconform serve --list-faults`")
    left_out = list_inapplicable_faults(known, description)
    fits = [name for name in known if name not in left_out]
    chosen, numbers = [name for name in names or known if name not in left_out], range(1, seeds + 1)
    for name in names or known:
        if name in left_out:
            typer.echo(f"{'not tested':<12} {name}: {left_out[name]}", err=as_json or markdown)
    if replay:
        raise typer.Exit(_replay(chosen, description, workers, record))
    budgets = parse_budgets(budget) if budget else (None,)
    pairs = {*(("", seed) for seed in numbers), *((name, 1) for name in chosen)}
    requested = {(*pair, size) for pair in pairs for size in budgets}
    proofs = [proof for proof in read_results(record, FaultResult) if proof.key in requested]
    done = {proof.key for proof in proofs}
    options = MatrixOptions(description, profile, workers, together)
    for proof in run_fault_matrix(chosen, numbers, options, budgets=budgets, done=done):
        proofs.append(proof)
        typer.echo(fault_table.format_proof(proof), err=as_json or markdown)
        append_result(record, proof)
    families = {name: known[name].family for name in fits}
    day = datetime.now(UTC).date().isoformat()
    if budget:
        table = write_budget_table(proofs, profile, __version__, day)
    else:
        table = fault_table.write_table(proofs, families, left_out, profile, __version__, day)
    if into:
        replace_table(into, table, "faults --budget" if budget else "faults")
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(proofs)).decode())
    elif markdown or budget:
        typer.echo(table)
    for text in fault_table.summarize_proofs(proofs):
        typer.echo(text, err=True)
    raise typer.Exit(int(fault_table.has_failures(proofs)))


def _replay(names: list[str], description: Path | None, workers: int, record: Path | None) -> int:
    """Test the scripts of the findings of each fault, print a line for each, and return the exit code."""
    from conformance.cli.matrix_files import append_result, read_results
    from conformance.matrices.replays import ReplayProof, replay_faults

    proofs = [proof for proof in read_results(record, ReplayProof) if proof.fault in names]
    done = {proof.fault for proof in proofs}
    for proof in replay_faults(names, _run_command, description=description, workers=workers, done=done):
        proofs.append(proof)
        append_result(record, proof)
        word, judge = "right" if proof.is_right else "WRONG", "suite" if proof.is_judged_by_suite else "script"
        codes = f"faulty {proof.faulty[0]}/{proof.faulty[1]}, clean {proof.clean[0]}/{proof.clean[1]}"
        typer.echo(f"{word:<6} {proof.fault} {proof.requirement}: {codes}, {proof.steps} steps, judged by the {judge}")
        if not proof.is_right:
            typer.echo("".join(f"    {line}\n" for line in proof.output.splitlines()), nl=False)
    right = sum(proof.is_right for proof in proofs)
    typer.echo(f"{right} of {len(proofs)} findings of {len({proof.fault for proof in proofs})} faults", err=True)
    return int(right < len(proofs))


def _run_command(words: list[str]) -> tuple[int, str]:
    """Run `evconform replay` with these words in this process, with one try; return its exit code and output."""
    from contextlib import redirect_stderr, redirect_stdout
    from io import StringIO

    from conformance.cli import replay

    app, output = typer.Typer(pretty_exceptions_enable=False), StringIO()
    replay.add_to(app)
    with redirect_stdout(output), redirect_stderr(output):
        try:
            code = app([*words[1:], "--times", "1"], standalone_mode=False)
        except HarnessError as error:
            return error.exit_code, f"{output.getvalue()}{error}\n"
    return int(code or 0), output.getvalue()
