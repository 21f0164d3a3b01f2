"""The built-in server: a complete, stateful API built from a description, with faults that can be seeded.

The package itself exports only what launches a server in a process of its own, so that importing it stays cheap.
"""

from conformance.mock_server.launcher import RunningServer, run_server, start_server

__all__ = ["RunningServer", "run_server", "start_server"]
