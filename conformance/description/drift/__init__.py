"""Differences between two descriptions, and the side that each one breaks."""

from conformance.description.drift.change import Change, Severity, View
from conformance.description.drift.comparison import drift

__all__ = ["Change", "Severity", "View", "drift"]
