"""URLs and paths of the target, and the path templates that they match. Pure."""

from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=1 << 14)  # the same links stand in every page of a list
def strip_base_url(base_url: str, url: str) -> str | None:
    """Return the request target of an absolute URL under the base URL, such as `/evses/x?page=2`, or None.

    Scheme, host and port must equal those of the base; case of scheme and host, and a default port, make no difference
    (RFC 3986, sections 6.2.2 and 6.2.3). None for a URL with user information or dot segments: clients rewrite it.
    """
    try:
        base, absolute = urlsplit(base_url), urlsplit(url)
        same_origin = _origin(base) == _origin(absolute)
    except ValueError:
        return None
    prefix, path = base.path.rstrip("/"), absolute.path
    if not same_origin or "@" in absolute.netloc or not (path == prefix or path.startswith(prefix + "/")):
        return None
    if any(unquote(segment) in {".", ".."} for segment in path.split("/")):
        return None
    return (path[len(prefix) :] or "/") + (f"?{absolute.query}" if absolute.query else "")


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def extract_parent_path(path: str) -> str:
    """Return a path, or a URL, without its last segment; a slash at its end is no segment."""
    return path.rstrip("/").rpartition("/")[0]


def extract_path(target: str) -> str:
    """Return the path of a request target.

    A request target is not a URL: `//host/x` is a path, without a host (RFC 9112, section 3.2.1).
    """
    return target.partition("?")[0]


def match_path(template: str, path: str) -> dict[str, str] | None:
    """Return the decoded parameters of a path that matches a template, or None. A trailing slash is allowed."""
    if not path.startswith(_fixed_prefix(template)):
        return None
    patterns, segments = (text.removeprefix("/").removesuffix("/").split("/") for text in (template, path))
    if len(patterns) != len(segments):
        return None
    parameters: dict[str, str] = {}
    for pattern, segment in zip(patterns, segments, strict=True):
        if pattern.startswith("{") and "}" in pattern:
            name, _, suffix = pattern[1:].partition("}")
            if not segment.endswith(suffix) or len(segment) == len(suffix):
                return None
            parameters[name] = unquote(segment.removesuffix(suffix))
        elif pattern != segment:
            return None
    return parameters


@lru_cache(maxsize=4096)
def _fixed_prefix(template: str) -> str:
    """Return the part of a template before its first parameter, which rules out most paths quickly."""
    return template.partition("{")[0].removesuffix("/")
