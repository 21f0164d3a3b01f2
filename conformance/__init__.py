"""Contract testing and conformance for the ev.energy v2 API."""

__version__ = "0.9.0"
