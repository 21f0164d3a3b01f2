"""Saved deliveries: each format is read by a module of its own, which the content chooses."""

from conformance.webhooks.captures.reading import read_capture
from conformance.webhooks.captures.records import encode_delivery

__all__ = ["encode_delivery", "read_capture"]
