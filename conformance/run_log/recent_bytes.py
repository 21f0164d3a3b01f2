"""The bytes that were needed last, by name, up to a size."""

_OVERHEAD = 200  # bytes that an entry takes beside its content


class RecentBytes:
    """Bytes by name; where they are more than `most` together, those that were needed longest ago are dropped.

    >>> recent = RecentBytes(1000)
    >>> recent.add("a", b"x" * 300)
    >>> recent.add("b", b"y" * 300)
    >>> recent.find("a") is None, recent.find("b") is None
    (False, False)
    >>> recent.add("c", b"z" * 300)
    >>> [name for name in "abc" if recent.find(name) is None]
    ['a']
    """

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._entries: dict[str, bytes] = {}  # the oldest first

    def find(self, name: str) -> bytes | None:
        """Return the bytes of a name, None where they were never added or are dropped."""
        data = self._entries.pop(name, None)
        if data is not None:
            self._entries[name] = data
        return data

    def add(self, name: str, data: bytes) -> None:
        """Keep bytes under a name that has none."""
        self._entries[name] = data
        self._size += len(data) + _OVERHEAD
        while self._size > self._most and len(self._entries) > 1:
            self._size -= len(self._entries.pop(next(iter(self._entries)))) + _OVERHEAD
