"""JSON pointers as URI fragments, the form of `$ref` and of compiled validators (RFC 6901, section 6)."""

from urllib.parse import quote, unquote


def encode_pointer(pointer: str) -> str:
    """Return the pointer as URI fragment with its leading `#`, percent-encoded."""
    return "#" + quote(pointer.removeprefix("#"), safe="/~!$&'()*+,;=:@-._")


def decode_pointer(uri: str) -> str:
    """Return the pointer in the fragment of a URI reference, with its leading `#` and without percent-encoding."""
    return "#" + unquote(uri.partition("#")[2])
