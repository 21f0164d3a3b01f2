"""What changed between two descriptions, and whom it breaks."""

from conformance.description.drift.change import Change, Severity, View
from conformance.description.drift.comparing import drift

__all__ = ["Change", "Severity", "View", "drift"]
