"""Text that others wrote, made visible: no character of it acts on a terminal, a browser or a CI server.

Acting characters are the control characters C0 and C1 apart from tab and line feed, the format characters of Unicode
(among them the bidirectional controls of UAX 9), the line and paragraph separators, and what XML 1.0 forbids. Each is
shown by the escape that JSON has for it, so that a JSON text keeps its meaning (RFC 8259, section 7).
"""

import re

_ACTING = (
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_ACTING_CHARACTER = re.compile(f"[{_ACTING}]")
_ACTING_ASCII_IN_JSON = (
    *(rb"\u000", rb"\u001", rb"\u007", rb"\r", rb"\b", rb"\f"),
    *(bytes((code,)) for code in (*range(9), *range(11, 32), 127)),
)
"""What a JSON text holds where an ASCII character in it may act. Searching for bytes is faster than for a pattern."""
_JSON_ESCAPE_OR_ACTING = re.compile(rf"\\u(00[01][0-9a-f]|007f)|\\.|[{_ACTING}]", re.IGNORECASE)
_SHORT_ESCAPES = {r"\r": r"\\u000d", r"\b": r"\\u0008", r"\f": r"\\u000c"}


def make_visible(text: str, *, one_line: bool = False) -> str:
    """Return the text with every acting character as a visible escape; with `one_line`, tabs and line feeds as well."""
    visible = _ACTING_CHARACTER.sub(lambda match: _escape(match[0]), text)
    return visible.replace("\n", r"\n").replace("\t", r"\t") if one_line else visible


def escape_json(encoded: bytes) -> bytes:
    """Return a JSON text of the same value that contains no acting character; for programs that read it."""
    return _ACTING_CHARACTER.sub(lambda match: _escape(match[0]), encoded.decode()).encode()


def make_json_visible(encoded: bytes) -> bytes:
    """Return a JSON text whose strings contain no acting character once decoded, but visible escapes; for people."""
    text = encoded.decode()
    is_plain = not any(sign in encoded for sign in _ACTING_ASCII_IN_JSON)
    if is_plain and (encoded.isascii() or not _ACTING_CHARACTER.search("".join(set(text)))):
        return encoded  # as almost always; the replacement below looks at every escape
    return _JSON_ESCAPE_OR_ACTING.sub(_double_escape, text).encode()


def _double_escape(match: re.Match[str]) -> str:
    if match[1]:
        return rf"\\u{match[1]}"
    if match[0].startswith("\\"):
        return _SHORT_ESCAPES.get(match[0], match[0])
    return _escape(match[0]).replace("\\", r"\\")


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
