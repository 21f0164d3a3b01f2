"""The `Link` header, parsed as RFC 8288 (section 3 and appendix B.2) writes it, strictly."""

import re

import msgspec

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 - the grammar's `token`
_TARGET = re.compile(r"[ \t]*<([^<>]*)>")
_PARAM = re.compile(rf"[ \t]*;[ \t]*({_TOKEN})[ \t]*(?:=[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|({_TOKEN})))?")
_COMMA = re.compile(r"[ \t]*,[ \t]*")

BLANK = "about:blank"  # stands for "no such page" (API documentation, pagination)


class LinkValue(msgspec.Struct, frozen=True):
    """One link: its target, and the relation types of its first `rel` parameter in lower case."""

    target: str
    rels: tuple[str, ...]


class LinkSyntaxError(ValueError):
    """The header does not follow RFC 8288; the message says from which character on."""


def parse(header: str) -> tuple[LinkValue, ...]:
    """Every link-value of a header field's value (several fields joined by commas).

    Raises LinkSyntaxError where the text does not follow the grammar.
    """
    found: list[LinkValue] = []
    at = 0
    while True:
        while comma := _COMMA.match(header, at):  # empty list elements are allowed (RFC 9110, section 5.6.1)
            at = comma.end()
        if not header[at:].strip(" \t"):
            return tuple(found)
        value, at = _value(header, at)
        found.append(value)
        if header[at:].strip(" \t") and not _COMMA.match(header, at):
            raise LinkSyntaxError(f"expected a comma at character {at}: {header[at : at + 30]!r}")


def _value(header: str, at: int) -> tuple[LinkValue, int]:
    target = _TARGET.match(header, at)
    if not target:
        raise LinkSyntaxError(f"expected <target> at character {at}: {header[at : at + 30]!r}")
    at, rel = target.end(), None
    while param := _PARAM.match(header, at):
        at = param.end()
        name, quoted, token = param.groups()
        if name.lower() == "rel" and rel is None:  # the first counts (section 3.3)
            rel = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (token or "")
    return LinkValue(target.group(1), tuple((rel or "").lower().split())), at


def by_rel(links: tuple[LinkValue, ...]) -> dict[str, str]:
    """The first target of each relation type."""
    found: dict[str, str] = {}
    for link in links:
        for rel in link.rels:
            found.setdefault(rel, link.target)
    return found
