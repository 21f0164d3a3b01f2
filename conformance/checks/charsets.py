"""HDR-07: the charset that a response declares is true."""

import codecs
import re
from collections.abc import Iterator

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\";\s]+)", re.IGNORECASE)


def check_charset(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a body with characters beyond ASCII is written in the charset that is declared (HDR-07).

    What a charset of one byte a character declares can always be decoded: it is false where the body is UTF-8 too.
    """
    http_response = response.exchange.response
    if http_response is None or http_response.cut or http_response.body.isascii():
        return
    match = _CHARSET.search(http_response.find_header("content-type") or "")
    if match is None:
        return
    declared = match[1]
    if _is_written_in(declared, http_response.body):
        yield pass_case(response, "HDR-07")
    else:
        yield fail_case(
            response,
            "HDR-07",
            "the body is not written in the charset that Content-Type declares",
            expected=declared,
            actual="UTF-8" if _can_decode("utf-8", http_response.body) else "another one",
            pointer="header:Content-Type",
        )


def _is_written_in(charset: str, body: bytes) -> bool:
    """Return whether a body that is not ASCII is written in a charset; true where the charset is not known here."""
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        return True
    return _can_decode(name, body) and (name == "utf-8" or not _can_decode("utf-8", body))


def _can_decode(charset: str, body: bytes) -> bool:
    """Return whether bytes can be decoded with a charset."""
    try:
        body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


CHECKS = (Check(("HDR-07",), check_charset, by_body=True),)
