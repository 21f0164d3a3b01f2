"""The published description: downloaded, checked, kept and pinned."""

from conformance.description.fetch.download import PUBLISHED
from conformance.description.fetch.fetcher import FetchResult, fetch_description
from conformance.description.fetch.store import DescriptionStore

__all__ = ["PUBLISHED", "DescriptionStore", "FetchResult", "fetch_description"]
