"""Path templates: their segments, and the template that a URL matches."""

from collections.abc import Collection, Iterable, Sequence
from urllib.parse import urlsplit

import msgspec


class LocatedUrl(msgspec.Struct, frozen=True):
    """A URL parsed against the API.

    `is_inside` is true if it belongs to the API, `has_query` if it has a query. `segments` are below the base path.
    """

    is_inside: bool
    segments: tuple[str, ...]
    has_query: bool


def split_path(path: str) -> tuple[str, ...]:
    """Return the segments of a path or template, without empty ones."""
    return tuple(part for part in path.split("/") if part)


def is_parameter(segment: str) -> bool:
    """Return whether a whole segment is one parameter."""
    return segment.startswith("{") and segment.endswith("}")


def select_fixed_segments(path: str) -> tuple[str, ...]:
    """Return the segments of a template that are not parameters."""
    return tuple(part for part in split_path(path) if not is_parameter(part))


def pluralize(word: str) -> str:
    """Return the plural by the rules that names in APIs follow: `battery` gives `batteries`."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch")) else "s")


def singularize(word: str) -> str:
    """Return the inverse of `plural`, or the word itself if it is not a plural."""
    for end, instead in (("ies", "y"), ("xes", "x"), ("ches", "ch"), ("s", "")):
        if word.endswith(end) and pluralize(word[: -len(end)] + instead) == word:
            return word[: -len(end)] + instead
    return word


def locate_url(url: str, hosts: Collection[str], base_path: str) -> LocatedUrl | None:
    """Parse a URL against the API; return None if it is not an HTTP URL.

    The base path may be missing in the URL, as it is in some examples. `hosts` are the API's; if none are known, every
    URL counts as inside.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    base = split_path(base_path)
    path_segments = split_path(parts.path)
    if path_segments[: len(base)] == base:
        path_segments = path_segments[len(base) :]
    return LocatedUrl(
        is_inside=not hosts or parts.hostname in hosts, segments=path_segments, has_query=bool(parts.query)
    )


def find_best_template(given: tuple[str, ...], templates: Iterable[str]) -> str:
    """Return the template that the segments match best; empty if none does.

    More fixed segments win; if no template matches exactly, a fixed segment may stand in the singular.
    """
    lengths = [(template, split_path(template)) for template in templates]
    candidates = [(template, parts) for template, parts in lengths if len(parts) == len(given)]
    return _select_best_match(candidates, given, given) or _select_best_match(
        candidates, given, tuple(pluralize(part) for part in given)
    )


def _select_best_match(
    candidates: Sequence[tuple[str, tuple[str, ...]]], given_parts: Sequence[str], plural_parts: Sequence[str]
) -> str:
    """Return the candidate with most fixed segments, where each matches a given segment or its plural."""
    fitting = [
        (sum(not is_parameter(part) for part in parts), template)
        for template, parts in candidates
        if all(
            is_parameter(part) or part in forms for part, *forms in zip(parts, given_parts, plural_parts, strict=True)
        )
    ]
    return max(fitting)[1] if fitting else ""
