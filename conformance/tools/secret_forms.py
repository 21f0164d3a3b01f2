"""Secrets in every usual form of writing them: found in a text, and replaced. Pure.

A server that shows a token may have percent-encoded it, escaped it for JSON or HTML, put it into Basic credentials,
dumped it in hex, broken it over two lines or changed its case. A text is therefore compared in a plain form, in which
all of these escapes are undone; what a comparison finds is then replaced where it stands.
"""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from html import unescape
from html.entities import html5
from urllib.parse import quote_plus, unquote_to_bytes

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from conformance.errors import HarnessError

MIN_SECRET_LENGTH = 8
"""Characters of the shortest secret that is looked for; a shorter one could be part of ordinary text."""
_MAX_LAYERS = 4  # of escapes around each other that are undone
_WINDOW = 1 << 20  # bytes searched at a time, so that a text full of secrets takes little memory
_BREAK = re.compile(rb"[=\\]?(?:\r\n?|\n)[ \t]*")
_ESCAPE = re.compile(rb"\\(?:u00([0-9a-f]{2})|x([0-9a-f]{2})|([^ux]))", re.IGNORECASE)
_ENTITY = re.compile(rb"&(?:#[0-9]+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
_ESCAPED_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_ANY_BREAK = rb"(?:\x00|(?:[=\\]?(?:\r|\n)|\\[rn]|%0[da]|&#1[03];|&#x[da];)+[ \t]*)*"


class SecretForms:
    """The forms of some secrets, each with the mark that stands for it in a text."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        longest_first = sorted(secrets.items(), key=lambda secret: -len(secret[1]))
        known = [(value.encode(), f"[redacted:{name}]".encode()) for name, value in longest_first]
        self._plain = [(value, mark) for value, mark in known if len(value) >= MIN_SECRET_LENGTH]
        needles = ((needle, mark) for value, mark in self._plain for needle in _list_needles(value))
        by_needle: dict[bytes, bytes] = {}
        for needle, mark in sorted(needles, key=lambda pair: -len(pair[0])):
            by_needle.setdefault(needle, mark)
        self._marks = by_needle
        self._needles = tuple(by_needle)
        self._searcher = BytesAhoCorasick(self._needles, matchkind=MatchKind.LeftmostLongest)

    def is_shown(self, text: str) -> bool:
        """Return whether a text shows one of the secrets."""
        return bool(self._find_needles(text.encode("utf-8", "surrogatepass")))

    def replace(self, text: bytes) -> bytes:
        """Return a text in which a mark stands for each secret.

        Where a secret is wrapped in too many escapes to be cut out, the mark stands for the whole text.
        """
        shown = self._find_needles(text)
        if not shown:
            return text
        for value, mark in self._plain:
            text = text.replace(value, mark)
        for build_pattern in (
            _build_plain_pattern,
            _build_pattern,
        ):  # the second one is slow to compile, and seldom needed
            for needle in self._find_needles(text):
                text = build_pattern(needle).sub(self._marks[needle].replace(b"\\", rb"\\"), text)
        hidden = self._find_needles(text)
        return self._marks[hidden[0]] if hidden else text

    def replace_in_text(self, text: str) -> str:
        """Return a text in which a mark stands for each secret."""
        return self.replace(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    @contextmanager
    def hide_in_errors(self) -> Iterator[None]:
        """Take secrets out of the errors of a context, which may quote what a server sent."""
        try:
            yield
        except HarnessError as error:
            message, hint = self.replace_in_text(error.message), self.replace_in_text(error.hint)
            raise type(error)(message, hint=hint) from None

    def _find_needles(self, text: bytes) -> list[bytes]:
        """Return the needles that a text shows, the longest first; of two in one place the longer one."""
        plain = undo_escapes(text)
        size = _WINDOW + max(map(len, self._needles), default=0)
        shown = {
            number
            for start in range(0, len(plain), _WINDOW)
            for number, _, _ in self._searcher.find_matches_as_indexes(plain[start : start + size])
        }
        return [self._needles[number] for number in sorted(shown)]


def undo_escapes(text: bytes) -> bytes:
    """Return a text in lower case, without line breaks, and without escapes of URLs, JSON, C and HTML."""
    text = text.replace(b"\0", b"")  # UTF-16
    for _ in range(_MAX_LAYERS):
        before = text
        if b"%" in text:
            text = unquote_to_bytes(text)
        if b"\\" in text:
            text = _ESCAPE.sub(_undo_escape, text)
        if b"&" in text and b";" in text:
            text = _ENTITY.sub(_undo_entity, text)
        if text == before:
            break
    return _BREAK.sub(b"", text).lower() if b"\n" in text or b"\r" in text else text.lower()


def _undo_escape(match: re.Match[bytes]) -> bytes:
    if digits := match[1] or match[2]:
        return bytes((int(digits, 16),))
    return _ESCAPED_CONTROLS.get(match[3], match[3])


def _undo_entity(match: re.Match[bytes]) -> bytes:
    return unescape(match[0].decode("ascii")).encode("latin-1", "replace")


def _list_needles(secret: bytes) -> Iterable[bytes]:
    """Yield what the plain form of a text holds where it shows a secret: itself, in hex, or within base64.

    Base64 writes three bytes as four characters, so that it depends on the offset which characters stand for a secret.
    """
    bare = secret.rstrip(b"=")  # base64 is often shown without its padding
    # The parts of Basic credentials are form-encoded; what is not is decoded all the same by whoever reads a form
    texts = {secret, bare, quote_plus(bare).encode(), bare.replace(b"+", b" ")}
    for text in texts:
        yield undo_escapes(text)
        yield text.hex().encode()
        yield text.hex(" ").encode()
        yield text.hex(":").encode()
        for offset in range(3):
            first, rest = -(-offset * 8 // 6), (offset + len(text)) * 8 // 6
            for encode in (b64encode, urlsafe_b64encode):
                needle = encode(b"\0" * offset + text)[first:rest].lower()
                if len(needle) >= MIN_SECRET_LENGTH:
                    yield needle


@lru_cache(maxsize=256)
def _build_plain_pattern(needle: bytes) -> re.Pattern[bytes]:
    """Return a pattern of a needle in any case."""
    return re.compile(re.escape(needle), re.IGNORECASE)


@lru_cache(maxsize=256)
def _build_pattern(needle: bytes) -> re.Pattern[bytes]:
    """Return a pattern of a needle in any case, its characters escaped in any way, and broken over lines."""
    return re.compile(_ANY_BREAK.join(_build_byte_pattern(byte) for byte in needle), re.IGNORECASE)


def _build_byte_pattern(byte: int) -> bytes:
    """Return a pattern of one character in all its escapes."""
    forms: set[bytes] = {rb"\\{0,2}" + re.escape(bytes((byte,)))}
    for value in {byte, *bytes((byte,)).upper()}:
        forms |= {
            b"%%(?:25)?%02x" % value,
            rb"\\{1,2}u00%02x" % value,
            rb"\\{1,2}x%02x" % value,
            b"&(?:amp;)?#0*%d;" % value,
            b"&(?:amp;)?#x0*%x;" % value,
        }
    forms.update(b"&%s;" % name.encode() for name in _name_entities(byte))
    longest_first: list[bytes] = sorted(forms, key=lambda form: -len(form))
    return b"(?:%s)" % b"|".join(longest_first)


@lru_cache(maxsize=256)
def _name_entities(byte: int) -> tuple[str, ...]:
    """Return the names of the HTML entities of a character."""
    return tuple(name.rstrip(";") for name, text in html5.items() if name[-1] == ";" and text == chr(byte))
