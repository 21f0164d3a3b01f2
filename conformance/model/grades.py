"""Grading: the verdict that a violation gets by the level of its requirement."""

from conformance.model.outcome import Verdict
from conformance.model.requirement import Level


def grade_verdict(verdict: Verdict, level: Level) -> Verdict:
    """Return the verdict, with FAIL turned into WARN where the requirement is a SHOULD or a MAY."""
    return Verdict.WARN if verdict is Verdict.FAIL and level is not Level.MUST else verdict
