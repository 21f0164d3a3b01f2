"""The reference server: a complete, stateful API built from a description, with faults that can be seeded.

What runs one here is `serving`; this package's face launches one elsewhere, and costs nobody the server's own imports.
"""

from conformance.mock_server.launching import Running, running, starting

__all__ = ["Running", "running", "starting"]
