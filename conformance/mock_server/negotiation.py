"""Which media types a client accepts (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence
from functools import lru_cache


def _quality(parameters: str) -> float:
    for each in parameters.split(";"):
        name, _, value = each.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(maxsize=256)
def _ranges(accept: str) -> tuple[tuple[str, float], ...]:
    found = []
    for part in accept.split(",")[:64]:
        media, _, parameters = part.strip().partition(";")
        if media:
            found.append((media.strip().lower(), _quality(parameters)))
    return tuple(found)


def choose(accept: str, offered: Sequence[str]) -> str | None:
    """The offered media type ranked highest; None where it accepts none, the first where it is absent."""
    ranges = _ranges(accept)
    if not ranges:
        return offered[0] if offered else None
    ranked = [(_rank(ranges, media), -index, media) for index, media in enumerate(offered)]
    best = max(ranked, default=(0.0, 0, ""))
    return best[2] if best[0] > 0 else None


def _rank(ranges: Sequence[tuple[str, float]], media: str) -> float:
    """The quality given by the most specific range that covers a media type."""
    for wanted in (media, media.partition("/")[0] + "/*", "*/*"):
        for each, quality in ranges:
            if each == wanted:
                return quality
    return 0.0
