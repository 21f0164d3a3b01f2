"""Lint rules for descriptions, and their findings."""

from conformance.description.lint.finding import Hit, LintFinding, Rule
from conformance.description.lint.linting import every_rule, findings, lint, outcomes
from conformance.description.lint.reading import Judge

__all__ = ["Hit", "Judge", "LintFinding", "Rule", "every_rule", "findings", "lint", "outcomes"]
