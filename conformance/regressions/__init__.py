"""Regressions: the same reads on two targets, and what differs between their responses."""
