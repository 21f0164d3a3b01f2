"""The grammar of `--select`.

An expression consists of terms joined by `&`; several expressions are alternatives. A term is a requirement
(`EXP-04`), a family (`EXP`), a level (`must`), an operation (`GET /evses`, `get-evses`), a path (`/evses*`), or a tag
(`tag:EVSEs`). `*` stands for any text, commas separate alternatives of one term (`EXP*,IDS-01`), `!` negates it.
"""

import re
from fnmatch import fnmatchcase

import msgspec

from conformance.errors import UsageError
from conformance.model import Operation, Requirement

_REQUIREMENT = re.compile(r"[a-z]{3}(-\d+)?|[wc]\d{2}", re.IGNORECASE | re.ASCII)

_REQUIREMENTS = re.compile(
    r"(?=.*\*)(?=.*[a-z0-9])[a-z0-9*-]+", re.IGNORECASE | re.ASCII
)  # ids with a wildcard, no path


class CaseSelection(msgspec.Struct, frozen=True):
    """Parsed expressions: alternatives, each a conjunction of terms. Without alternatives it takes every case."""

    alternatives: tuple[tuple[str, ...], ...] = ()

    @property
    def parts(self) -> "tuple[CaseSelection, ...]":
        """Return one selection for each alternative."""
        return tuple(CaseSelection((terms,)) for terms in self.alternatives)

    @property
    def text(self) -> str:
        """Return the text of the selection, for messages."""
        return " or ".join(repr(" & ".join(terms)) for terms in self.alternatives)

    @classmethod
    def parse(cls, expressions: tuple[str, ...]) -> "CaseSelection":
        """Parse the expressions; raises UsageError where a term is empty."""
        alternatives = []
        for expression in expressions:
            terms = tuple(term.strip() for term in expression.split("&"))
            parts = [part for term in terms for part in _split(term)]
            if not all(part.strip().lower().removeprefix("tag:") for part in parts):
                raise UsageError(
                    f"--select {expression!r} has an empty term",
                    hint="For example --select 'EXP & tag:EVSEs & !EXP-10'",
                )
            alternatives.append(terms)
        return cls(tuple(alternatives))

    def is_selected(self, requirement: Requirement, operation: Operation | None) -> bool:
        """Return whether a case is selected; `operation` is None for the API as a whole."""
        if not self.alternatives:
            return True
        return any(all(_is_match(term, requirement, operation) for term in terms) for terms in self.alternatives)


def _is_match(term: str, requirement: Requirement, operation: Operation | None) -> bool:  # noqa: PLR0911 - one return for each kind of term
    if term.startswith("!"):
        return not _is_match(term[1:].strip(), requirement, operation)
    if "," in term:
        return any(_is_match(part.strip(), requirement, operation) for part in _split(term))
    if term.lower() in {"must", "should", "may"}:
        return requirement.level == term.upper()
    if _REQUIREMENT.fullmatch(term):
        return term.upper() in {requirement.id, requirement.family}
    if _REQUIREMENTS.fullmatch(term) and fnmatchcase(requirement.id, term.upper()):
        return True
    if operation is None:
        return False
    if term.startswith("tag:"):
        return any(tag.lower() == term[4:].strip().lower() for tag in operation.tags)
    method, _, path = term.rpartition(" ")
    if method and method.upper() != operation.method:
        return False
    return fnmatchcase(operation.id, term) or fnmatchcase(operation.path, path)


def _split(term: str) -> list[str]:
    """Return the alternatives of a term."""
    return term.lstrip("! ").split(",")
