"""The built-in server: a complete, stateful API built from a description, with faults that can be seeded.

The package itself exports only what launches a server in a process of its own, so that importing it stays cheap.
"""

from conformance.mock_server.launcher import Running, running, starting

__all__ = ["Running", "running", "starting"]
