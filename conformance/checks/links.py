"""LNK-01 and EXP-01: links are absolute and, unless asked otherwise, links."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

from conformance.answers import Answer, below, expanded_at, things, urls_at
from conformance.checks.base import Check
from conformance.judging import passed, quote, violated
from conformance.model import Expansion, Link, LinkKind, Outcome
from conformance.subject import Subject


def links_absolute(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """LNK-01: every link into the API is an absolute URL of the target's scheme and host."""
    judged = False
    for link, at, url in _links(answer, subject):
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


def _links(answer: Answer, subject: Subject) -> Iterator[tuple[Link, str, str]]:
    """Every link into the API, with its JSON pointer: those of the resources shown, and around a wrapped list."""
    for thing in things(answer, subject.model):
        for link in thing.resource.links:
            if _into_the_api(link) and not link.own:
                yield from ((link, at, url) for at, url in urls_at(thing.body, link, thing.pointer))
    for link in answer.operation.links:
        if link.outside and _into_the_api(link) and answer.items:
            yield from ((link, at, url) for at, url in urls_at(answer.json, link))


def _into_the_api(link: Link) -> bool:
    return link.kind is not LinkKind.EXTERNAL and bool(link.targets or link.expandable)


def plain_without_expand(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """EXP-01: without `expand` an expandable property is a URL, a list of URLs, or null."""
    if not answer.operation.safe or _asks_to_expand(answer.exchange.request.target):
        return
    judged = False
    for expansion, where, value in _expandable(answer):
        judged = True
        if not _plain(value):
            yield violated(
                answer,
                "EXP-01",
                f"{expansion.path} is expanded although nobody asked",
                expected="a URL or null",
                actual=quote(value),
                pointer=where,
            )
    if judged:
        yield passed(answer, "EXP-01")


def _asks_to_expand(target: str) -> bool:
    query = target.partition("?")[2]
    return bool(query) and "expand" in parse_qs(query, keep_blank_values=True)


def _expandable(answer: Answer) -> Iterator[tuple[Expansion, str, Any]]:
    for expansion in answer.operation.first_expansions:
        if expansion.resolvable and expansion.target:  # values of no resource may stand there unasked
            yield from ((expansion, where, value) for where, value in expanded_at(answer, expansion))


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(member, str) for member in value)
    return value is None or isinstance(value, str)


CHECKS = (Check(("LNK-01",), links_absolute), Check(("EXP-01",), plain_without_expand))
