"""Formats of recorded traffic: each is read by a module of its own, which the content chooses."""
