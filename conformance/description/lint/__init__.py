"""Lint rules for descriptions, and their findings."""

from conformance.description.lint.context import Judge
from conformance.description.lint.finding import Hit, LintFinding, Rule
from conformance.description.lint.linter import every_rule, findings, lint, outcomes

__all__ = ["Hit", "Judge", "LintFinding", "Rule", "every_rule", "findings", "lint", "outcomes"]
