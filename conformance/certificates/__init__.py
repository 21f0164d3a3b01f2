"""Certificates: made of a finished record, signed, verified offline, revoked. The only importer of securesystemslib."""
