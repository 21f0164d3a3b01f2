"""The exchanges of a run in the order of sending: in memory while they are few, else in a temporary file."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from tempfile import TemporaryFile
from typing import IO, NamedTuple, overload
from weakref import finalize

import msgspec

from conformance.model import Exchange
from conformance.run_log.body_cut import measure_exchange

_MOST_BYTES = 64 << 20  # of exchanges in memory, some ten thousand of them
_HEAD_BYTES = 1000  # about what an exchange takes beside its bodies and headers
_LENGTH_BYTES = 4
_LEVEL = 1  # of compression: the fastest, which leaves about a fifth


class _OrderKey(NamedTuple):
    """The place of an exchange in the order of sending, also among those that are sent at one moment."""

    sent_at: float
    id: str
    failure: str
    status: int


class ExchangeCollector:
    """Collects exchanges in any order, each once. Those beyond 64 MB wait in a temporary file."""

    def __init__(self) -> None:
        self._left = _MOST_BYTES
        self._entries: list[tuple[_OrderKey, Exchange | int]] = []
        self._known: set[int] = set()  # hashes, since the exchanges themselves may be too many
        self._file: IO[bytes] | None = None
        self._end = 0

    def add(self, exchange: Exchange) -> bool:
        """Add an exchange; return False where an equal one is there."""
        number = hash(exchange)
        if number in self._known:
            return False
        self._known.add(number)
        key = _OrderKey(exchange.sent_at, exchange.id, exchange.failure, exchange.status)
        self._left -= measure_exchange(exchange) + _HEAD_BYTES
        self._entries.append((key, exchange if self._left >= 0 else self._write(exchange)))
        return True

    def _write(self, exchange: Exchange) -> Exchange | int:
        """Write an exchange to the file and return its place there, or the exchange where it cannot be written."""
        data = zlib.compress(msgspec.msgpack.encode(exchange), _LEVEL)
        try:
            self._file = self._file or TemporaryFile()  # noqa: SIM115 - it is read as long as the exchanges are
            self._file.seek(self._end)
            self._file.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
        except OSError:  # without room on the disk they have to stay in memory
            return exchange
        place, self._end = self._end, self._end + _LENGTH_BYTES + len(data)
        return place

    def arrange(self) -> Sequence[Exchange]:
        """Return the exchanges in the order of sending; no more can be added."""
        self._entries.sort(key=itemgetter(0))
        entries = [entry for _, entry in self._entries]
        kept = tuple(entry for entry in entries if isinstance(entry, Exchange))
        if self._file is None or len(kept) == len(entries):
            return kept
        ids = tuple(key.id for key, _ in self._entries)
        self._entries.clear()
        self._known.clear()
        return StoredExchanges(ids, entries, self._file)


class StoredExchanges(Sequence[Exchange]):
    """Exchanges of which some are in a file; `ids` are those of all, in their order."""

    def __init__(self, ids: tuple[str, ...], entries: list[Exchange | int], file: IO[bytes]) -> None:
        self.ids = ids
        self._entries, self._file = entries, file
        self._decoder = msgspec.msgpack.Decoder(Exchange)
        finalize(self, file.close)

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> list[Exchange]: ...
    def __getitem__(self, index: int | slice) -> Exchange | list[Exchange]:
        if isinstance(index, slice):
            return [self._read(entry) for entry in self._entries[index]]
        return self._read(self._entries[index])

    def __iter__(self) -> Iterator[Exchange]:
        return map(self._read, self._entries)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def _read(self, entry: Exchange | int) -> Exchange:
        if isinstance(entry, Exchange):
            return entry
        self._file.seek(entry)
        length = int.from_bytes(self._file.read(_LENGTH_BYTES), "big")
        return self._decoder.decode(zlib.decompress(self._file.read(length)))


class ExchangesById(Mapping[str, Exchange]):
    """Exchanges by id, the earliest where several share one."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges
        self._numbers: dict[str, int] = {}
        for number, identifier in enumerate(list_ids(exchanges)):
            self._numbers.setdefault(identifier, number)

    def __getitem__(self, identifier: str) -> Exchange:
        return self._exchanges[self._numbers[identifier]]

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def list_ids(exchanges: Sequence[Exchange]) -> Sequence[str]:
    """Return the ids of exchanges in their order, without reading what is in a file."""
    return exchanges.ids if isinstance(exchanges, StoredExchanges) else [exchange.id for exchange in exchanges]
