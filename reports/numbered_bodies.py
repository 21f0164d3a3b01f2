"""The different bodies of exchanges, numbered in the order of first appearance."""

from array import array
from collections.abc import Iterator, Sequence
from hashlib import sha256

from conformance.model import Exchange

NO_BODY = -1
"""Stands for the number of an empty body."""
_DIGEST_BYTES = 16


class NumberedBodies:
    """Bodies by number. They are read from the exchanges when they are needed, which may be in a file."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._numbers: dict[bytes, int] = {}  # by digest
        self._places = array("Q")  # by number: twice that of the exchange, and one more for its response
        self.lengths = array("Q")

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[bytes]:
        return map(self.read, range(len(self)))

    def read(self, number: int) -> bytes:
        """Return the body of a number."""
        place, is_response = divmod(self._places[number], 2)
        exchange = self._exchanges[place]
        return exchange.response.body if is_response and exchange.response else exchange.request.body

    def number_bodies(self, place: int, exchange: Exchange) -> tuple[int, int]:
        """Return the numbers of the bodies of request and response of the exchange at a place, NO_BODY without one."""
        response = exchange.response.body if exchange.response else b""
        return self._number(exchange.request.body, 2 * place), self._number(response, 2 * place + 1)

    def _number(self, body: bytes, place: int) -> int:
        if not body:
            return NO_BODY
        number = self._numbers.setdefault(sha256(body).digest()[:_DIGEST_BYTES], len(self.lengths))
        if number == len(self.lengths):
            self._places.append(place)
            self.lengths.append(len(body))
        return number
