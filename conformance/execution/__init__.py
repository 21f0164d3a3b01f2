"""Driving probes: the HTTP channel, the shared store, redaction, the event log."""
