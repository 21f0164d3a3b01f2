"""JSON pointers as URI fragments: what `$ref` and compiled validators speak (RFC 6901, section 6)."""

from urllib.parse import quote, unquote


def encoded(pointer: str) -> str:
    """The pointer as URI fragment with its leading `#`, percent-encoded."""
    return "#" + quote(pointer.removeprefix("#"), safe="/~!$&'()*+,;=:@-._")


def decoded(uri: str) -> str:
    """The pointer in the fragment of a URI reference, with its leading `#` and without percent-encoding."""
    return "#" + unquote(uri.partition("#")[2])
