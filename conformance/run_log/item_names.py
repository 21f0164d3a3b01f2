"""Names of plan items in the lines of a run log: in full once, then by a digest."""

from hashlib import sha256

_DIGEST_LENGTH = 8


class ItemNames:
    """The names that a writer or reader of one file has met, by digest.

    Of two names with one digest, the one that stood there last is meant. Lines of one item stay together when logs are
    merged, so that this holds there too.

    >>> writer, reader = ItemNames(), ItemNames()
    >>> writer.shorten("read[GET /evses]")
    ('read[GET /evses]', '')
    >>> writer.shorten("read[GET /evses]")
    ('', '21766928')
    >>> reader.restore("read[GET /evses]", ""), reader.restore("", "21766928")
    ('read[GET /evses]', 'read[GET /evses]')
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def shorten(self, name: str) -> tuple[str, str]:
        """Return a name and an empty digest, or an empty name and the digest where readers know the name."""
        if len(name) <= _DIGEST_LENGTH:
            return name, ""
        digest = _digest(name)
        if self._names.get(digest) == name:
            return "", digest
        self._names[digest] = name
        return name, ""

    def restore(self, name: str, digest: str) -> str:
        """Return the name that a line gives, or means by its digest.

        Raises:
            ValueError: no line before gives a name of this digest.
        """
        if len(name) > _DIGEST_LENGTH:
            self._names[_digest(name)] = name
        elif digest:
            name = self._names.get(digest, "")
            if not name:
                raise ValueError(f"no item {digest} stands before it")
        return name


def _digest(name: str) -> str:
    return sha256(name.encode(errors="replace")).hexdigest()[:_DIGEST_LENGTH]
