"""LNK-01 and EXP-01: links are absolute and, unless asked otherwise, links."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from conformance.answers import Answer, below, things, urls_at, values_at
from conformance.checks.base import Check
from conformance.judging import passed, quote, violated
from conformance.model import LinkKind, Outcome
from conformance.subject import Subject


def links_absolute(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """LNK-01: every link into the API is an absolute URL of the target's scheme and host."""
    judged = False
    for thing in things(answer, subject.model):
        for link in thing.resource.links:
            if link.kind is LinkKind.EXTERNAL or link.own or not (link.targets or link.expandable):
                continue
            for at, url in urls_at(thing.body, link, thing.pointer):
                judged = True
                if below(subject.target.base_url, url) is None:
                    yield violated(
                        answer,
                        "LNK-01",
                        f"the link {link.path} is no absolute URL of the target",
                        expected=f"{subject.target.base_url}/…",
                        actual=url,
                        pointer=at,
                    )
    if judged:
        yield passed(answer, "LNK-01")


def plain_without_expand(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """EXP-01: without `expand` an expandable property is a URL, a list of URLs, or null."""
    asked = parse_qs(urlsplit(answer.exchange.request.target).query, keep_blank_values=True)
    if "expand" in asked or not answer.operation.expansions or not answer.operation.safe:
        return
    judged = False
    first = {each.path for each in answer.operation.first_expansions if each.resolvable}
    for at, item in answer.objects:
        for path in sorted(first):
            for where, value in values_at(item, path, at):
                judged = True
                if not _plain(value):
                    yield violated(
                        answer,
                        "EXP-01",
                        f"{path} is expanded although nobody asked",
                        expected="a URL or null",
                        actual=quote(value),
                        pointer=where,
                    )
    if judged:
        yield passed(answer, "EXP-01")


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(member, str) for member in value)
    return value is None or isinstance(value, str)


CHECKS = (Check(("LNK-01",), links_absolute), Check(("EXP-01",), plain_without_expand))
