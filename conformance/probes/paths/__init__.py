"""Probes of other ways to the same resource: methods, spellings of paths, and paths that lead nowhere."""
