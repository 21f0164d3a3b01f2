"""The `Link` header, parsed strictly as RFC 8288 (section 3 and appendix B.2) defines it."""

import re

import msgspec

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 - the grammar's `token`
_TARGET = re.compile(r"[ \t]*<([^<>]*)>")
_PARAM = re.compile(rf"[ \t]*;[ \t]*({_TOKEN})[ \t]*(?:=[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|({_TOKEN})))?")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_END = re.compile(r"[ \t]*\Z")

BLANK_TARGET = "about:blank"  # means "no such page" (API documentation, pagination)


class LinkValue(msgspec.Struct, frozen=True):
    """One link: its target, and the relation types of its first `rel` parameter in lower case."""

    target: str
    rels: tuple[str, ...]


class LinkSyntaxError(ValueError):
    """The header does not follow RFC 8288; the message names the position of the error."""


def parse_link_header(header: str) -> tuple[LinkValue, ...]:
    """Return every link-value of a header field's value (several fields joined by commas).

    Raises LinkSyntaxError if the text does not follow the grammar.
    """
    links: list[LinkValue] = []
    position = 0
    while True:
        while comma := _COMMA.match(header, position):  # empty list elements are allowed (RFC 9110, section 5.6.1)
            position = comma.end()
        if _END.match(header, position):
            return tuple(links)
        value, position = _parse_value(header, position)
        links.append(value)
        if not _END.match(header, position) and not _COMMA.match(header, position):
            raise LinkSyntaxError(f"expected a comma at character {position}: {header[position : position + 30]!r}")


def _parse_value(header: str, position: int) -> tuple[LinkValue, int]:
    target = _TARGET.match(header, position)
    if not target:
        raise LinkSyntaxError(f"expected <target> at character {position}: {header[position : position + 30]!r}")
    position, rel = target.end(), None
    while param := _PARAM.match(header, position):
        position = param.end()
        name, quoted, token = param.groups()
        if name.lower() == "rel" and rel is None:  # the first counts (section 3.3)
            rel = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (token or "")
    return LinkValue(target.group(1), tuple((rel or "").lower().split())), position


def index_by_relation(links: tuple[LinkValue, ...]) -> dict[str, str]:
    """Return the first target of each relation type."""
    targets: dict[str, str] = {}
    for link in links:
        for rel in link.rels:
            targets.setdefault(rel, link.target)
    return targets
