"""Links that lead to another origin than the target, reported once for each response. Pure."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec

from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Outcome


def find_foreign_origin(base_url: str, url: str) -> str:
    """Return scheme, host and port of an absolute URL that leads to another origin than the target; else empty."""
    try:
        target, link = urlsplit(base_url), urlsplit(url)
    except ValueError:
        return ""
    if not (link.scheme and link.netloc):
        return ""
    origin = f"{link.scheme}://{link.netloc}"
    return origin if strip_base_url(f"{target.scheme}://{target.netloc}", origin) is None else ""


def find_common_origin(urls: Iterable[str], subject: Subject) -> str:
    """Return the foreign origin that all URLs lead to; empty where one leads elsewhere."""
    common = ""
    for url in urls:
        origin = find_foreign_origin(subject.target.base_url, url)
        if not origin or common not in {"", origin}:
            return ""
        common = origin
    return common


def name_foreign_origin(outcome: Outcome, url: str, common: str, subject: Subject) -> Outcome:
    """Return a violation by a URL, with the foreign origin as its cause where it leads to one.

    `common` is the foreign origin of all links in the response, empty where they have none in common.
    """
    origin = find_foreign_origin(subject.target.base_url, url)
    if not origin:
        return outcome
    links = "every link leads" if origin == common else "some links lead"
    message = f"{links} to {origin}, the target is {subject.origin}"
    return msgspec.structs.replace(outcome, message=message, cause=f"links lead to {origin}")
