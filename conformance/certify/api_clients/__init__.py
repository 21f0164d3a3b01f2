"""Certification of API clients: the harness plays the API, injects one condition a case, and judges what comes."""
