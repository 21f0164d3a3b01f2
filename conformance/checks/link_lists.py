"""LNK-06: a list of links names each thing once."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse, find_resources, find_values
from conformance.evidence.subject import Subject
from conformance.model import Outcome


def check_link_lists(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that no list of links, expanded or not, holds the same URL twice (LNK-06)."""
    is_judged = is_wrong = False
    for thing in find_resources(response, subject.model):
        for link in thing.resource.links:
            if not link.many:
                continue
            for pointer, value in find_values(thing.body, link.path.removesuffix("[]"), thing.pointer):
                urls = _list_urls(value)
                is_judged = is_judged or bool(urls)
                twice = [url for url, count in Counter(urls).items() if count > 1]
                if twice and not is_wrong:
                    is_wrong = True
                    message = f"{link.path} names the same thing twice"
                    yield fail_case(
                        response, "LNK-06", message, expected="each once", actual=quote_json(twice), pointer=pointer
                    )
    if is_judged and not is_wrong:
        yield pass_case(response, "LNK-06")


def _list_urls(value: Any) -> list[str]:
    """Return the URLs of the members of a list, of expanded ones too."""
    members = value if isinstance(value, list) else []
    urls = (member.get("url") if isinstance(member, dict) else member for member in members)
    return [url for url in urls if isinstance(url, str)]


CHECKS = (Check(("LNK-06",), check_link_lists, by_body=True),)
