"""Broken requirements of a history, and the comparison of a resource's state with its known state."""

from datetime import datetime
from typing import Any

from conformance.model import Request, Response
from conformance.tools.link_header import LinkSyntaxError, index_by_relation, parse_link_header


class Broken(AssertionError):  # noqa: N818 - an assertion about a server, exported to partners under this name
    """A requirement that a history breaks, and the request that showed it."""

    def __init__(self, requirement: str, message: str, request: Request) -> None:
        super().__init__(f"{requirement}: {message} ({request.method} {request.target})")
        self.requirement = requirement
        self.message = message
        self.request = request


def fold_links(value: Any) -> Any:
    """Replace an expanded object, or a list of them, by its link."""
    if isinstance(value, list):
        return [fold_links(member) for member in value]
    return value.get("url") if isinstance(value, dict) else value


def find_next_url(response: Response) -> str:
    """Return the URL of the next page, empty if the response names none."""
    try:
        return index_by_relation(parse_link_header(response.find_header("link") or "")).get("next", "")
    except LinkSyntaxError:
        return ""


def has_all_of(actual: Any, expected: Any) -> bool:
    """Return whether a JSON value has everything another has.

    Objects may have more members; timestamps are compared as instants.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(name in actual and has_all_of(actual[name], value) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(has_all_of, actual, expected))
    return expected == actual or _parse_instant(expected) == _parse_instant(actual) != ""


def _parse_instant(value: Any) -> datetime | str:
    """Return the instant of an RFC 3339 timestamp, empty for any other value."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return ""
    return moment if moment.tzinfo else ""
