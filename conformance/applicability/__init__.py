"""Where a requirement applies: the operations that it binds, and what the description must document for it.

The planner, the checks and the probes all ask here, so that applicability is stated once.
"""
