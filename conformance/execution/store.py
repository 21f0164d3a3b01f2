"""The store that the workers of one run share: responses to identical safe reads, ledgers of requests, and flags.

It is one SQLite file in the report directory: SQLite comes with Python, survives a killed worker, and serves any number
of processes. A statement takes about 30 µs. A process that meets another writer tries again at once; SQLite itself
would sleep for a millisecond, longer than an exchange takes.
"""

import os
import sqlite3
import time
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path

import msgspec
import psutil

from conformance.errors import LogError
from conformance.model import Exchange
from conformance.run_log.body_cut import measure_exchange
from conformance.run_log.event_log import KEEP_HINT

_CLAIM_TIMEOUT_S = 60.0  # for the response to a request that another worker sends; the channel's timeout is shorter
_POLL_S = 0.002
_LOCK_TIMEOUT_S = 30.0
_RETRY_S = 0.00005  # between two attempts while another process writes
_JOURNAL_PAGES = 10_000  # before the journal is copied into the file, which is deleted with the run
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, owner INTEGER, exchange BLOB);
CREATE TABLE IF NOT EXISTS ledger (identity TEXT PRIMARY KEY, spent INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS flag (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS recent (identity TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS recent_by_time ON recent (identity, at);
CREATE TABLE IF NOT EXISTS kept (bytes INTEGER NOT NULL);
INSERT INTO kept SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM kept);
CREATE TABLE IF NOT EXISTS done (item TEXT PRIMARY KEY);
"""
_SPEND = "UPDATE ledger SET spent = spent + ? WHERE identity = ? AND spent + ? <= ?"
_MIN_WAIT_S = 0.001  # rounding must not make a wait look like none
_MAX_REMEMBERED = 256  # exchanges that a process keeps in memory, each of so many bytes at most:
_MAX_REMEMBERED_BYTES = 16 * 1024
_UNLEASED = 256  # last requests before a limit, which are spent one by one


def get_store_path(directory: Path) -> Path:
    """Return the path of the store in a report directory."""
    return directory / "workers" / "shared.sqlite"


class Pending(Enum):
    """The process that sends a request whose response is not there yet: this one, or another."""

    HERE = auto()
    ELSEWHERE = auto()


class SharedStore:
    """The connection of one process to the shared store. Every method is atomic among processes.

    Far from a limit, `lease` requests are spent at once; those that the process does not use are given back at its end,
    and count as spent where it is killed before.
    """

    def __init__(self, path: Path, lease: int = 1) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._db = path, _connect(path)
        self._stop_reason = ""  # of this process, also where it cannot be written
        self._decoder = msgspec.msgpack.Decoder(Exchange)
        self._lease = lease
        self._leased: dict[str, int] = {}
        self._recent: dict[str, Exchange] = {}  # the last exchanges that were stored or read, the oldest first
        self._claimed: set[str] = set()  # requests that this process is sending
        self._awaited: dict[str, float] = {}  # by request, since when another process is known to send it

    def claim(self, key: str) -> Exchange | Pending | None:
        """Return the exchange of a request, who is sending it, or None when the caller is now to send it.

        Takes over from a process that died or needs longer than a minute.
        """
        if key in self._claimed:
            return Pending.HERE
        if (known := self._recent.get(key)) is not None:
            return known
        while True:
            row = self._do("SELECT owner, exchange FROM answer WHERE key = ?", key).fetchone()
            if row is None:  # read first: a write may have to wait for other writers
                if self._do("INSERT OR IGNORE INTO answer VALUES (?, ?, NULL)", key, os.getpid()).rowcount:
                    self._claimed.add(key)
                    return None
                continue
            if row[1] is not None:
                self._awaited.pop(key, None)
                exchange: Exchange = self._decoder.decode(row[1])
                self._remember(key, exchange)
                return exchange
            now = time.monotonic()
            if now <= self._awaited.setdefault(key, now) + _CLAIM_TIMEOUT_S and _is_alive(row[0]):
                return Pending.ELSEWHERE
            self._do("DELETE FROM answer WHERE key = ? AND owner = ? AND exchange IS NULL", key, row[0])
            del self._awaited[key]

    def is_claimed(self, key: str) -> bool:
        """Return whether this process is sending a request that it claimed."""
        return key in self._claimed

    def store_exchange(self, key: str, exchange: Exchange) -> None:
        """Store the exchange of a request that this process claimed."""
        self._do("UPDATE answer SET exchange = ? WHERE key = ?", msgspec.msgpack.encode(exchange), key)
        self._claimed.discard(key)
        self._remember(key, exchange)

    def _remember(self, key: str, exchange: Exchange) -> None:
        """Keep a stored exchange, which never changes: the same lists are read for one item after the other."""
        if measure_exchange(exchange) <= _MAX_REMEMBERED_BYTES:
            self._recent[key] = exchange
            if len(self._recent) > _MAX_REMEMBERED:
                del self._recent[next(iter(self._recent))]

    def release(self, key: str) -> None:
        """Give up the claim of a request that has no exchange."""
        self._claimed.discard(
            key
        )  # first: nobody may wait for a claim that cannot be given up because the disk is full
        with suppress(LogError):
            self._do("DELETE FROM answer WHERE key = ? AND exchange IS NULL", key)

    def try_spend(self, identity: str, limit: int | None) -> bool:
        """Write one request into the ledger of an identity; return False, and write nothing, at the limit."""
        if self._leased.get(identity, 0):
            self._leased[identity] -= 1
            return True
        most = 2**62 if limit is None else limit
        for _ in range(2):  # the first request of an identity opens its ledger
            if self._lease > 1 and self._add_spent(identity, self._lease, most - _UNLEASED):
                self._leased[identity] = self._lease - 1
                return True
            if self._add_spent(identity, 1, most):
                return True
            if not self._do("INSERT OR IGNORE INTO ledger VALUES (?, 0)", identity).rowcount:
                return False
        return False

    def _add_spent(self, identity: str, count: int, most: int) -> bool:
        """Add to an existing ledger unless the sum would exceed `most`; return whether it was added."""
        return bool(self._do(_SPEND, count, identity, count, most).rowcount)

    def try_keep(self, size: int, most: int) -> bool:
        """Add to the bytes of long exchanges that the run keeps, unless there would be more than `most`."""
        return bool(self._do("UPDATE kept SET bytes = bytes + ? WHERE bytes + ? <= ?", size, size, most).rowcount)

    def reserve_recent(self, identity: str, limit: int, now: float, window_s: float, count: int = 1) -> float:
        """Reserve requests of an identity at a time, of which a window of seconds before it may hold `limit`.

        Return 0, or how many seconds to wait before the next attempt; then nothing is reserved.
        """
        self._do("BEGIN IMMEDIATE")
        try:
            self._do("DELETE FROM recent WHERE identity = ? AND at <= ?", identity, now - window_s)
            held, oldest = self._do("SELECT count(*), min(at) FROM recent WHERE identity = ?", identity).fetchone()
            if held + count > limit:
                return max(float((oldest if held else now) + window_s - now), _MIN_WAIT_S)
            for _ in range(count):
                self._do("INSERT INTO recent VALUES (?, ?)", identity, now)
            return 0.0
        finally:
            self._do("COMMIT")

    def _do(self, statement: str, *values: object) -> sqlite3.Cursor:
        """Execute a statement; try again while another process holds the lock."""
        deadline = 0.0
        while True:
            try:
                return self._db.execute(statement, values)
            except sqlite3.DatabaseError as error:
                now = time.monotonic()
                deadline = deadline or now + _LOCK_TIMEOUT_S
                if not _is_busy(error) or now > deadline:
                    raise _explain(self._path, error) from error
                time.sleep(_RETRY_S)

    def _give_back_leases(self) -> None:
        unused = [(count, identity) for identity, count in self._leased.items() if count]
        for count, identity in unused:
            self._do("UPDATE ledger SET spent = spent - ? WHERE identity = ?", count, identity)
        self._leased.clear()

    def get_spent(self) -> dict[str, int]:
        """Return the requests sent so far, by identity; leases that are still open count as sent."""
        return dict(self._do("SELECT identity, spent FROM ledger ORDER BY identity"))

    def stop(self, reason: str) -> None:
        """Make every worker stop; the first reason is kept."""
        self._stop_reason = self._stop_reason or reason
        self._do("INSERT OR IGNORE INTO flag VALUES ('stop', ?)", reason)

    def get_stop_reason(self) -> str:
        """Return the reason why the run is to stop, empty while it continues."""
        row = self._do("SELECT value FROM flag WHERE name = 'stop'").fetchone()
        return str(row[0]) if row else self._stop_reason

    def announce(self, text: str) -> None:
        """Announce to the progress display what the run waits for; empty when it waits no more."""
        self._do("INSERT OR REPLACE INTO flag VALUES ('waiting', ?)", text)

    def get_announcement(self) -> str:
        """Return what the run waits for, empty where it does not wait."""
        row = self._do("SELECT value FROM flag WHERE name = 'waiting'").fetchone()
        return str(row[0]) if row else ""

    def finish_item(self, item: str) -> None:
        """Record that an item ended."""
        self._do("INSERT OR IGNORE INTO done VALUES (?)", item)

    def get_finished_items(self) -> frozenset[str]:
        """Return the names of the items that ended."""
        return frozenset(row[0] for row in self._do("SELECT item FROM done"))

    def count_finished_items(self) -> int:
        """Return the number of items that ended."""
        return int(self._do("SELECT count(*) FROM done").fetchone()[0])

    def close(self) -> None:
        """Give back unused requests and close the connection of this process."""
        self._give_back_leases()
        self._db.close()


def _connect(path: Path) -> sqlite3.Connection:
    """Connect to the file, and create it where it does not exist yet.

    While another process changes the journal mode, SQLite reports the lock at once, whatever the timeout; therefore
    the loop.
    """
    deadline = time.monotonic() + _LOCK_TIMEOUT_S
    while True:
        db = sqlite3.connect(path, timeout=_LOCK_TIMEOUT_S, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=OFF")  # the store may be lost in a crash: results are in the run log
            db.execute(f"PRAGMA wal_autocheckpoint={_JOURNAL_PAGES}")
            db.executescript(_SCHEMA)
            db.execute("PRAGMA busy_timeout=0")  # see Store._do
        except sqlite3.DatabaseError as error:
            db.close()
            if not _is_busy(error) or time.monotonic() > deadline:
                raise _explain(path, error) from error
            time.sleep(_POLL_S)
        else:
            return db


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    """Return whether another process holds a lock that will be released."""
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _explain(path: Path, error: sqlite3.DatabaseError) -> LogError:
    return LogError(f"{path} cannot be used: {error}", hint=KEEP_HINT)


def _is_alive(pid: int) -> bool:
    """Return whether a process runs; a killed process that was not waited for does not."""
    try:
        return psutil.Process(pid).status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True
