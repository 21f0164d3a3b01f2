"""Passive requirements: pure functions of one exchange, judged on every exchange of a run; one family a module."""

from conformance.checks.base import Check

__all__ = ["Check"]
