"""The output of `evconform faults`: a line for each result, a summary, and the table of README.md."""

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.matrices.faults import FaultResult


def format_proof(proof: "FaultResult") -> str:
    """Return a proof as one line."""
    if not proof.fault:
        return f"{'clean' if not proof.found else 'FALSE ALARM':<12} seed {proof.seed}: {' · '.join(proof.found[:5])}"
    word = "detected" if proof.is_detected else "SURVIVED"
    stray = f"  unrelated: {' · '.join(proof.stray[:4])}" if proof.stray else ""
    where = f"  at {' · '.join(proof.places[:2])}" if proof.places and not proof.is_detected else ""
    return f"{word:<12} {proof.fault} ({' '.join(proof.expected)}) {proof.requests} requests{where}{stray}"


def summarize_proofs(proofs: "Sequence[FaultResult]") -> tuple[str, ...]:
    """Return the last lines of the output."""
    planted, clean = _split(proofs)
    return (
        (
            f"{sum(proof.is_detected for proof in planted)} of {len(planted)} faults detected; "
            f"{sum(bool(proof.stray) for proof in planted)} with violations of an unrelated MUST"
        ),
        f"{sum(bool(proof.found) for proof in clean)} of {len(clean)} clean servers raised a false alarm",
    )


def has_failures(proofs: "Sequence[FaultResult]") -> bool:
    """Return whether a fault survived or a clean server raised a false alarm."""
    planted, clean = _split(proofs)
    return not all(proof.is_detected for proof in planted) or any(proof.found for proof in clean)


def _split(proofs: "Sequence[FaultResult]") -> "tuple[list[FaultResult], list[FaultResult]]":
    return [proof for proof in proofs if proof.fault], [proof for proof in proofs if not proof.fault]


def _describe_groups(proofs: "Sequence[FaultResult]") -> list[str]:
    """Return a sentence on faults that shared a server, where some did."""
    shared = sum(bool(proof.beside) for proof in proofs)
    size = max((len(proof.beside) + 1 for proof in proofs), default=0)
    if not shared:
        return []
    together = f"{shared} faults shared a server with others, at most {size} together"
    return [f"{together}; faults that could not be told apart, or were not seen, ran alone."]


def write_table(
    proofs: "Sequence[FaultResult]",
    families: "Mapping[str, str]",
    left_out: "Mapping[str, str]",
    profile: str,
    version: str,
    day: str,
) -> str:
    """Return the matrix by family, as a table in Markdown.

    `families` holds the family of proof fault that can be tested, `left_out` the reason for proof that cannot; `day` is
    the date of the table.
    """
    planted, clean = _split(proofs)
    rows = [
        _build_row(family, [proof for proof in planted if families[proof.fault] == family])
        for family in sorted({families[proof.fault] for proof in planted})
    ]
    survivors = ", ".join(f"`{proof.fault}`" for proof in planted if not proof.is_detected)
    seeds = sorted(proof.seed for proof in clean)
    alarms = sum(bool(proof.found) for proof in clean)
    tried = f"{len(planted)} of {len(families)} faults" if len(planted) < len(families) else "all faults"
    lines = [
        "| family | faults | detected | survived | unrelated | requests (median) |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        _build_row("**all**", planted),
        "",
        *([f"Survived: {survivors}.", ""] if survivors else []),
        "A fault is detected when the run reports the requirement that it breaks, on an affected resource.",
        (
            "*Unrelated* counts the faults for which the run reports a MUST that the fault neither breaks nor implies. "
            f"Clean servers: {alarms} of {len(clean)} had a finding{_describe_seeds(seeds)}; "
            "half of them were tested with writes."
        ),
        *_describe_groups(planted),
        f"Profile `{profile}`, {tried} on seed 1, evconform {version}, {day}.",
    ]
    return "\n".join([*lines, *_list_left_out(left_out)])


def _list_left_out(reasons: "Mapping[str, str]") -> list[str]:
    """Return the faults that were not tested, by reason."""
    lines = []
    for reason in dict.fromkeys(reasons.values()):
        names = ", ".join(f"`{name}`" for name, why in reasons.items() if why == reason)
        lines += ["", f"Not tested, because {reason}: {names}."]
    return lines


def _describe_seeds(seeds: list[int]) -> str:
    return f" (seeds {seeds[0]} to {seeds[-1]})" if seeds else ""


def _build_row(name: str, proofs: "list[FaultResult]") -> str:
    detected = sum(proof.is_detected for proof in proofs)
    unrelated = sum(bool(proof.stray) for proof in proofs)
    middle = f"{median(proof.requests for proof in proofs):,.0f}" if proofs else ""
    return f"| {name} | {len(proofs)} | {detected} | {len(proofs) - detected} | {unrelated} | {middle} |"
