"""The output of `evconform readings`: lines for each result, a summary, and the table of README.md."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.matrices.readings import ReadingResult

_MAX_MESSAGE = 160  # characters of a message that a line shows


def format_result(result: "ReadingResult") -> str:
    """Return a result as one line, and one more for each requirement at an operation that accuses the server."""
    word = "ACCUSED" if result.failures else "warned" if result.accusations else "clear"
    names = " + ".join(result.readings) or "(plain server)"
    lines = [f"{word:<12} {names}, seed {result.seed}: {result.judged_cases} cases judged, {result.requests} requests"]
    lines += [
        f"  {accusation.verdict} {accusation.requirement} {accusation.operation}: "
        f"{' '.join(accusation.message.split())[:_MAX_MESSAGE]}"
        for accusation in result.failures
    ]
    warnings = sorted({a.requirement for a in result.accusations if a not in result.failures})
    return "\n".join([*lines, *([f"  WARN {' '.join(warnings)}"] if warnings else [])])


def summarize_results(results: "Sequence[ReadingResult]") -> str:
    """Return the last line of the output."""
    accused = sum(bool(result.failures) for result in results)
    return f"{accused} of {len(results)} conforming servers were accused of a violation"


def write_table(
    results: "Sequence[ReadingResult]", families: "Mapping[str, str]", left_out: "Mapping[str, str]", footer: str
) -> str:
    """Return the matrix by family of readings, as a table in Markdown.

    `families` holds the family of each reading that was tested, `left_out` the reason for each that was not.
    """
    plain = [result for result in results if not result.readings]
    judged = {requirement for result in plain for requirement in result.judged}
    rows = []
    for family in sorted(set(families.values())):
        names = [name for name in families if families[name] == family]
        own = [result for result in results if len(result.readings) == 1 and result.readings[0] in names]
        rows += [_build_row(family, len(names), own, judged)] if own else []  # none where none ran alone
    combined = [result for result in results if len(result.readings) > 1]
    if combined:
        rows.append(_build_row("combinations", len({result.readings for result in combined}), combined, judged))
    mixed = {name for result in combined for name in result.readings}
    seeds = sorted({result.seed for result in results})
    most = max((result.judged_cases for result in plain), default=0)
    lines = [
        "| family | readings | servers | FAIL | WARN | REVIEW | silent | cases judged, at least |",
        "| --- | ---: | ---: | ---: | --- | --- | --- | ---: |",
        *rows,
        "",
        (
            "Each server conforms, in another way than the built-in one; each was tested with writes. FAIL counts the "
            "servers that the run accuses of violating a MUST. *Silent* lists the requirements that are judged on the "
            f"plain server and nowhere under one of the readings. On the plain server {most:,} cases are judged."
        ),
        f"The combinations contain {len(mixed)} of the {len(families)} readings that the description has a place for.",
        f"Seeds {', '.join(map(str, seeds))}. {footer}",
    ]
    if left_out:
        lines += ["", f"Not tested, as the description has no place for them: {_quote(left_out)}."]
    return "\n".join(lines)


def _build_row(name: str, count: int, results: "list[ReadingResult]", judged: set[str]) -> str:
    accused = sum(bool(result.failures) for result in results)
    warnings = {a.requirement for result in results for a in result.accusations if a not in result.failures}
    reviews = {requirement for result in results for requirement in result.reviews}
    silent = {requirement for result in results for requirement in judged - set(result.judged)}
    least = f"{min(result.judged_cases for result in results):,}" if results else ""
    columns = (_list_words(warnings), _list_words(reviews), _list_words(silent), least)
    return f"| {name} | {count} | {len(results)} | {accused} | {' | '.join(columns)} |"


def _list_words(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


def _quote(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
