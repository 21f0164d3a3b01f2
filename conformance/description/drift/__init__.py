"""Differences between two descriptions, and the side that each one breaks."""

from conformance.description.drift.change import DescriptionChange, Severity, View
from conformance.description.drift.comparison import compare_descriptions

__all__ = ["DescriptionChange", "Severity", "View", "compare_descriptions"]
