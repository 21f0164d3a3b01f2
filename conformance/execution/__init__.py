"""Execution of a run: session, workers, driver, HTTP channel, shared store, redaction."""
