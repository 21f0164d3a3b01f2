"""The published description: downloaded, checked, kept and pinned."""

from conformance.description.fetch.download import PUBLISHED
from conformance.description.fetch.fetcher import Result, fetch
from conformance.description.fetch.store import Shelf

__all__ = ["PUBLISHED", "Result", "Shelf", "fetch"]
