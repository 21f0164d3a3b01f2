"""The choice of a media type that a client accepts (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence
from functools import lru_cache


def _parse_quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(maxsize=256)
def _parse_ranges(accept: str) -> tuple[tuple[str, float], ...]:
    ranges = []
    for part in accept.split(",")[:64]:
        media, _, parameters = part.strip().partition(";")
        if media:
            ranges.append((media.strip().lower(), _parse_quality(parameters)))
    return tuple(ranges)


def choose_media_type(accept: str, offered: Sequence[str]) -> str | None:
    """Return the offered media type ranked highest: None where none is accepted, the first where `accept` is empty."""
    ranges = _parse_ranges(accept)
    if not ranges:
        return offered[0] if offered else None
    ranked = [(_find_quality(ranges, media), -index, media) for index, media in enumerate(offered)]
    best = max(ranked, default=(0.0, 0, ""))
    return best[2] if best[0] > 0 else None


def _find_quality(ranges: Sequence[tuple[str, float]], media: str) -> float:
    """Return the quality given by the most specific range that covers a media type."""
    for covering_range in (media, media.partition("/")[0] + "/*", "*/*"):
        for media_range, quality in ranges:
            if media_range == covering_range:
                return quality
    return 0.0
