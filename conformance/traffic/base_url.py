"""The base URL of recorded traffic: named, or recognised if only one fits."""

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from conformance.errors import UsageError
from conformance.traffic.operation_index import OperationIndex

_MAX_PREFIX = 4  # segments before the paths of the description
_RIVAL_SHARE = 0.05  # of what fits best; a base URL with fewer requests is no rival
_MAX_NAMED = 4
_WEB = frozenset({"http", "https"})


class BaseUrlFits:
    """Counts the requests that call an operation of the description, by the base URL under which they do."""

    def __init__(self, index: OperationIndex) -> None:
        self._index = index
        self._origins: Counter[str] = Counter()
        self._fits: Counter[str] = Counter()
        self.unreadable: Counter[str] = Counter()
        """Entries that cannot be read, by the reason."""

    def add_url(self, url: str) -> None:
        """Count one URL of a request."""
        if split := split_url(url):
            origin, target = split
            self._origins[origin] += 1
            self._fits.update(_list_prefixes(origin, target, self._index))

    def guess(self) -> str:
        """Return the base URL under which the most requests call operations.

        Raises:
            UsageError: no request fits the description, or two base URLs fit equally well.
        """
        if not self._fits:
            hosts = ", ".join(origin for origin, _ in self._origins.most_common(_MAX_NAMED)) or "none"
            unread = "".join(f"; {count:,} {reason}" for reason, count in self.unreadable.most_common(_MAX_NAMED))
            raise UsageError(
                f"no request of the traffic calls an operation of the description; hosts: {hosts}{unread}",
                hint="Name the base URL with --base-url, or the description with --description",
            )
        # Of prefixes that fit equally often the shortest is the base: what follows is in the paths.
        ranked = sorted(self._fits.items(), key=lambda pair: (-pair[1], len(pair[0])))
        best, count = ranked[0]
        rivals = [url for url, times in ranked[1:] if times > _RIVAL_SHARE * count and not url.startswith(f"{best}/")]
        if rivals:
            named = ", ".join(f"{url} ({self._fits[url]:,} requests)" for url in (best, *rivals[: _MAX_NAMED - 1]))
            raise UsageError(f"the traffic fits several base URLs: {named}", hint="Choose one with --base-url")
        return best


def split_url(url: str) -> tuple[str, str] | None:
    """Return the origin and the request target of an absolute URL; None for another one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in _WEB or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    origin = f"{parts.scheme.lower()}://{host}" + (f":{port}" if port else "")
    return origin, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _list_prefixes(origin: str, target: str, index: OperationIndex) -> Iterable[str]:
    """Return the base URLs under which a path is one of the description."""
    segments = target.partition("?")[0].strip("/").split("/")
    for length in range(min(_MAX_PREFIX, len(segments) - 1) + 1):
        if index.has_path("/" + "/".join(segments[length:])):
            yield "/".join((origin, *segments[:length]))
