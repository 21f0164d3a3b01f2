"""JSON pointers (RFC 6901), plain and as URI fragments."""

from collections.abc import Iterable
from urllib.parse import quote, unquote


def join(base: str, *tokens: str | int) -> str:
    """The pointer `base` followed by reference tokens, escaped (RFC 6901, section 3)."""
    return base + "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def of_path(path: Iterable[str | int]) -> str:
    """The pointer of a path of keys and indices; the whole document is the empty string."""
    return join("", *path)


def fragment(pointer: str) -> str:
    """The pointer as URI fragment with its leading `#` (RFC 6901, section 6)."""
    return "#" + quote(pointer.removeprefix("#"), safe="/~!$&'()*+,;=:@-._")


def plain(pointer: str) -> str:
    """The pointer of a URI fragment, with its leading `#` and without percent-encoding."""
    return "#" + unquote(pointer.partition("#")[2])
