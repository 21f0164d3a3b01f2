"""What is told of the matrix of seeded faults: lines as they come, a summary, and the table of the README."""

from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from conformance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.proving import Proof

BEGIN, END = "<!-- faults: made by `evconform faults --into` -->", "<!-- /faults -->"


def line(proof: "Proof") -> str:
    """One proof in a line."""
    if not proof.fault:
        return f"{'clean' if not proof.found else 'FALSE ALARM':<12} seed {proof.seed}: {' · '.join(proof.found[:5])}"
    word = "killed" if proof.killed else "SURVIVED"
    stray = f"  beyond it: {' · '.join(proof.stray[:4])}" if proof.stray else ""
    where = f"  at {' · '.join(proof.places[:2])}" if proof.places and not proof.killed else ""
    return f"{word:<12} {proof.fault} ({' '.join(proof.expected)}) {proof.requests} requests{where}{stray}"


def summary(proofs: "Sequence[Proof]") -> tuple[str, ...]:
    """The last lines."""
    planted, clean = _parted(proofs)
    return (
        (
            f"{sum(each.killed for each in planted)} of {len(planted)} faults killed; "
            f"{sum(bool(each.stray) for each in planted)} with a MUST violated beyond what they trip or imply"
        ),
        f"{sum(bool(each.found) for each in clean)} of {len(clean)} clean servers raised a false alarm",
    )


def wrong(proofs: "Sequence[Proof]") -> bool:
    """Whether anything survived or was a false alarm."""
    planted, clean = _parted(proofs)
    return not all(each.killed for each in planted) or any(each.found for each in clean)


def _parted(proofs: "Sequence[Proof]") -> "tuple[list[Proof], list[Proof]]":
    return [each for each in proofs if each.fault], [each for each in proofs if not each.fault]


def table(
    proofs: "Sequence[Proof]",
    families: "Mapping[str, str]",
    left_out: "Mapping[str, str]",
    profile: str,
    version: str,
    day: str,
) -> str:
    """The matrix by family, in Markdown.

    `families` names the family of each fault that can be tried, `left_out` the reason for each that cannot; `day` is
    when it was made.
    """
    planted, clean = _parted(proofs)
    rows = [
        _row(family, [each for each in planted if families[each.fault] == family])
        for family in sorted({families[each.fault] for each in planted})
    ]
    survivors = ", ".join(f"`{each.fault}`" for each in planted if not each.killed)
    seeds = sorted(each.seed for each in clean)
    alarms = sum(bool(each.found) for each in clean)
    tried = f"{len(planted)} of {len(families)} faults" if len(planted) < len(families) else "all faults"
    lines = [
        "| family | faults | killed | survived | beyond | requests (median) |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        _row("**all**", planted),
        "",
        *([f"Survived: {survivors}.", ""] if survivors else []),
        "A fault is killed by a finding on what it trips, at an operation of the resource that it spoils.",
        (
            "*Beyond* counts the faults at which a MUST was seen violated that the fault neither trips nor implies. "
            f"Clean servers: {alarms} of {len(clean)} raised a finding{_of(seeds)}, half of them with writes."
        ),
        f"Profile `{profile}`, {tried} on seed 1, evconform {version}, {day}.",
    ]
    return "\n".join([*lines, *_left_out(left_out)])


def _left_out(reasons: "Mapping[str, str]") -> list[str]:
    """What was not tried, by reason."""
    told = []
    for reason in dict.fromkeys(reasons.values()):
        names = ", ".join(f"`{name}`" for name, why in reasons.items() if why == reason)
        told += ["", f"Not tried, as {reason}: {names}."]
    return told


def _of(seeds: list[int]) -> str:
    return f" (seeds {seeds[0]} to {seeds[-1]})" if seeds else ""


def _row(name: str, proofs: "list[Proof]") -> str:
    killed = sum(each.killed for each in proofs)
    beyond = sum(bool(each.stray) for each in proofs)
    middle = f"{median(each.requests for each in proofs):,.0f}" if proofs else ""
    return f"| {name} | {len(proofs)} | {killed} | {len(proofs) - killed} | {beyond} | {middle} |"


def put_into(file: Path, text: str) -> None:
    """Replace what stands between the markers of a file. Raises UsageError where it has none."""
    old = file.read_text(encoding="utf-8")
    head, begun, rest = old.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not begun or not ended:
        raise UsageError(f"{file} has no place for the table", hint=f"Put the lines {BEGIN} and {END} into it.")
    file.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")
