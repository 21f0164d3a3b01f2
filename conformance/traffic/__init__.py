"""Recorded traffic: read from files, matched with the description, and judged without a request."""
