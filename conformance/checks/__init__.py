"""Passive requirements: pure functions of one exchange, judged on all of them whoever asked; one family a file."""

from conformance.checks.base import Check

__all__ = ["Check"]
