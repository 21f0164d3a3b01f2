"""Applicability: the operations that a requirement binds, and what the description must document for it.

The planner, the checks and the probes all ask here, so that applicability is stated once.
"""
