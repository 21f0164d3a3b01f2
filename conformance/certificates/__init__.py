"""Certificates: made of a finished run log, signed, verified offline, revoked.

No other package imports securesystemslib.
"""
