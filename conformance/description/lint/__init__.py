"""Lint rules for descriptions, and their findings."""

from conformance.description.lint.context import InstanceValidator
from conformance.description.lint.finding import LintFinding, LintRule, RuleViolation
from conformance.description.lint.linter import build_outcomes, find_all, lint_description, list_rules

__all__ = [
    "InstanceValidator",
    "LintFinding",
    "LintRule",
    "RuleViolation",
    "build_outcomes",
    "find_all",
    "lint_description",
    "list_rules",
]
