"""The reference server: a complete, stateful API out of a description, with faults that can be seeded."""

from conformance.mock_server.assembly import Settings
from conformance.mock_server.serving import Running, running, serve

__all__ = ["Running", "Settings", "running", "serve"]
