"""Path templates: their segments, and which of them a URL fits."""

from collections.abc import Collection, Iterable, Sequence
from urllib.parse import urlsplit

import msgspec


class Located(msgspec.Struct, frozen=True):
    """A URL taken apart: whether it is of the API, its segments below the base path, and whether it has a query."""

    inside: bool
    segments: tuple[str, ...]
    query: bool


def segments(path: str) -> tuple[str, ...]:
    """The segments of a path or template, without empty ones."""
    return tuple(part for part in path.split("/") if part)


def is_parameter(segment: str) -> bool:
    """Whether a whole segment is one parameter."""
    return segment.startswith("{") and segment.endswith("}")


def fixed(path: str) -> tuple[str, ...]:
    """The segments of a template that are no parameters."""
    return tuple(part for part in segments(path) if not is_parameter(part))


def plural(word: str) -> str:
    """The plural by the rules that names in APIs follow: `battery` gives `batteries`."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch")) else "s")


def singular(word: str) -> str:
    """The inverse of `plural`, the word itself where it is no plural."""
    for end, instead in (("ies", "y"), ("xes", "x"), ("ches", "ch"), ("s", "")):
        if word.endswith(end) and plural(word[: -len(end)] + instead) == word:
            return word[: -len(end)] + instead
    return word


def locate(url: str, hosts: Collection[str], base_path: str) -> Located | None:
    """A URL taken apart, None where it is none. The base path may be missing in it, as it is in some examples.

    `hosts` are the API's; where none are known, every URL counts as inside.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    base = segments(base_path)
    found = segments(parts.path)
    if found[: len(base)] == base:
        found = found[len(base) :]
    return Located(inside=not hosts or parts.hostname in hosts, segments=found, query=bool(parts.query))


def match(found: tuple[str, ...], templates: Iterable[str]) -> str:
    """The template that the segments fit best, empty where none does.

    More fixed segments win; where no template fits to the letter, a fixed segment may stand in the singular.
    """
    lengths = [(template, segments(template)) for template in templates]
    candidates = [(template, parts) for template, parts in lengths if len(parts) == len(found)]
    return _fitting(candidates, found, found) or _fitting(candidates, found, tuple(plural(part) for part in found))


def _fitting(candidates: Sequence[tuple[str, tuple[str, ...]]], found: Sequence[str], other: Sequence[str]) -> str:
    """The candidate with most fixed segments whose fixed segments are those found, or their other form."""
    fitting = [
        (sum(not is_parameter(part) for part in parts), template)
        for template, parts in candidates
        if all(is_parameter(part) or part in forms for part, *forms in zip(parts, found, other, strict=True))
    ]
    return max(fitting)[1] if fitting else ""
