"""Whole numbers in headers and queries, which a server or client may make as long as it likes."""

MAX_COUNT = 10**18 - 1


def parse_count(text: str, limit: int = MAX_COUNT) -> int | None:
    """Return the number that ASCII digits write, `limit` where it is larger, and None for any other text.

    `str.isdigit` and `int` do not go together: the first accepts "²", the second refuses more than 4,300 digits.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0")
    return min(int(digits or "0"), limit) if len(digits) <= len(str(limit)) else limit
