"""What histories say and compare: what is broken, and the states of a resource against what is known of it."""

from datetime import datetime
from typing import Any

from conformance.link_header import LinkSyntaxError, by_rel, parse
from conformance.model import Request, Response


class Broken(AssertionError):  # noqa: N818 - reads as what it says: a requirement is broken
    """A requirement that a history violates, and the request that showed it."""

    def __init__(self, requirement: str, message: str, request: Request) -> None:
        super().__init__(f"{requirement}: {message} ({request.method} {request.target})")
        self.requirement = requirement
        self.message = message
        self.request = request


def folded(value: Any) -> Any:
    """The link that an expanded object stands for."""
    if isinstance(value, list):
        return [folded(each) for each in value]
    return value.get("url") if isinstance(value, dict) else value


def next_url(answer: Response) -> str:
    """Where the next page is, empty where the answer does not tell."""
    try:
        return by_rel(parse(answer.header("link") or "")).get("next", "")
    except LinkSyntaxError:
        return ""


def covers(actual: Any, expected: Any) -> bool:
    """Whether a JSON value has all that another says; objects may say more, timestamps compare as instants."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(name in actual and covers(actual[name], value) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(covers, actual, expected))
    return expected == actual or _instant(expected) == _instant(actual) != ""


def _instant(value: Any) -> datetime | str:
    """The moment of an RFC 3339 timestamp, empty for what is none."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return ""
    return moment if moment.tzinfo else ""
