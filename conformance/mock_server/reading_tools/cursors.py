"""Cursors that hide the key they stand for, for readings of lists."""

from collections.abc import Callable

from conformance.mock_server.call import ServerCall
from conformance.mock_server.hooks import Hook
from conformance.model import Operation

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENGTH = 26
_PREFIX = "crsr"
Queries = dict[str, list[tuple[str, str]] | None]
Pairs = tuple[tuple[str, str], ...]


class CursorBook:
    """Cursors of the form of an id, four letters and 26 characters, each for one key."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._cursors: dict[str, str] = {}

    def find_cursor(self, key: str) -> str:
        """Return the cursor that stands for a key."""
        if key not in self._cursors:
            number, text = len(self._cursors) + 1, ""
            mixed = number * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 36**_LENGTH
            for _ in range(_LENGTH):
                mixed, digit = divmod(mixed, 36)
                text += _ALPHABET[digit]
            self._cursors[key] = _PREFIX + text
            self._keys[_PREFIX + text] = key
        return self._cursors[key]

    def find_key(self, cursor: str) -> str:
        """Return the key that a cursor stands for; what is no cursor stays as it is, to be refused."""
        return self._keys.get(cursor, cursor)


def hide_keys(can_hide: Callable[[Operation], bool]) -> dict[str, Hook]:
    """Return hooks by which the links of some lists hold such cursors instead of keys."""
    book = CursorBook()

    def find_names(call: ServerCall) -> set[str]:
        paging = call.operation.pagination
        return {paging.after, paging.before} - {""} if paging and can_hide(call.operation) else set()

    def hide(call: ServerCall, queries: Queries) -> Queries:
        names = find_names(call)
        return {
            rel: pairs and [(name, book.find_cursor(value) if name in names else value) for name, value in pairs]
            for rel, pairs in queries.items()
        }

    def reveal(call: ServerCall, pairs: Pairs) -> Pairs:
        names = find_names(call)
        return tuple((name, book.find_key(value) if name in names else value) for name, value in pairs)

    return {"link": hide, "query": reveal}
