"""What the workers of one run share: answers to identical safe reads, the ledgers of requests, and flags.

One SQLite file in the report directory: it is there on every Python, survives a killed worker, and keeps one ledger for
any number of processes. One touch costs about 30 µs. Who meets another writer tries again at once: SQLite itself would
sleep for a millisecond, longer than an exchange takes.
"""

import os
import sqlite3
import time
from pathlib import Path

import msgspec

from conformance.model import Exchange

_PATIENCE_S = 60.0  # an answer that another worker is waiting for; its own deadline is shorter
_POLL_S = 0.002
_LOCKED_S = 30.0  # that another process may keep the file to itself
_RETRY_S = 0.00005  # between two tries to write while another process does
_PAGES = 10_000  # of the journal before it is copied into the file, which goes with the run
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, owner INTEGER, exchange BLOB);
CREATE TABLE IF NOT EXISTS ledger (identity TEXT PRIMARY KEY, spent INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS flag (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS done (item TEXT PRIMARY KEY);
"""
_SPEND = "UPDATE ledger SET spent = spent + ? WHERE identity = ? AND spent + ? <= ?"
_NEAR = 256  # requests before a limit, from where on each is written down by itself


def store_path(directory: Path) -> Path:
    """Where the workers of a run share answers and ledgers."""
    return directory / "workers" / "shared.sqlite"


class Store:
    """One process's door to the shared file. Every method is atomic among processes.

    Far from a limit `lease` requests are written down at once; what is left of them goes back when an item ends, and
    counts as spent where the process is killed before.
    """

    def __init__(self, path: Path, lease: int = 1) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = _opened(path)
        self._decoder = msgspec.msgpack.Decoder(Exchange)
        self._lease = lease
        self._leased: dict[str, int] = {}

    def claim(self, key: str) -> Exchange | None:
        """The answer to a request, or None when it is now ours to ask.

        Waits while another worker asks; takes over from one that died or takes longer than a minute.
        """
        until = time.monotonic() + _PATIENCE_S
        while True:
            row = self._do("SELECT owner, exchange FROM answer WHERE key = ?", key).fetchone()
            if row is None:  # a look disturbs nobody, a write may
                if self._do("INSERT OR IGNORE INTO answer VALUES (?, ?, NULL)", key, os.getpid()).rowcount:
                    return None
                continue
            if row[1] is not None:
                return self._decoder.decode(row[1])
            if time.monotonic() > until or not _alive(row[0]):
                self._do("DELETE FROM answer WHERE key = ? AND owner = ? AND exchange IS NULL", key, row[0])
            time.sleep(_POLL_S)

    def keep(self, key: str, exchange: Exchange) -> None:
        """Answer a request that this process claimed."""
        self._do("UPDATE answer SET exchange = ? WHERE key = ?", msgspec.msgpack.encode(exchange), key)

    def release(self, key: str) -> None:
        """Give a claimed request back unanswered."""
        self._do("DELETE FROM answer WHERE key = ? AND exchange IS NULL", key)

    def spend(self, identity: str, limit: int | None) -> bool:
        """Write one request into a ledger; False, and nothing written, where the limit is reached."""
        if self._leased.get(identity, 0):
            self._leased[identity] -= 1
            return True
        most = 2**62 if limit is None else limit
        for _ in range(2):  # the first request of an identity opens its ledger
            if self._lease > 1 and self._take(identity, self._lease, most - _NEAR):
                self._leased[identity] = self._lease - 1
                return True
            if self._take(identity, 1, most):
                return True
            if not self._do("INSERT OR IGNORE INTO ledger VALUES (?, 0)", identity).rowcount:
                return False
        return False

    def _take(self, identity: str, count: int, most: int) -> bool:
        return bool(self._do(_SPEND, count, identity, count, most).rowcount)

    def _do(self, statement: str, *values: object) -> sqlite3.Cursor:
        """Execute, again and again while another process has the file to itself."""
        until = 0.0
        while True:
            try:
                return self._db.execute(statement, values)
            except sqlite3.OperationalError as fault:
                now = time.monotonic()
                until = until or now + _LOCKED_S
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or now > until:
                    raise
                time.sleep(_RETRY_S)

    def _give_back(self) -> None:
        left = [(count, identity) for identity, count in self._leased.items() if count]
        for count, identity in left:
            self._do("UPDATE ledger SET spent = spent - ? WHERE identity = ?", count, identity)
        self._leased.clear()

    def spent(self) -> dict[str, int]:
        """Requests sent so far, by identity."""
        return dict(self._do("SELECT identity, spent FROM ledger ORDER BY identity"))

    def stop(self, reason: str) -> None:
        """Tell every worker to end; the first reason stays."""
        self._do("INSERT OR IGNORE INTO flag VALUES ('stop', ?)", reason)

    def stopped(self) -> str:
        """Why the run is to end, empty while it goes on."""
        row = self._do("SELECT value FROM flag WHERE name = 'stop'").fetchone()
        return str(row[0]) if row else ""

    def announce(self, text: str) -> None:
        """Tell whoever shows progress what is being waited for; empty when it is over."""
        self._do("INSERT OR REPLACE INTO flag VALUES ('waiting', ?)", text)

    def announced(self) -> str:
        """What is being waited for."""
        row = self._do("SELECT value FROM flag WHERE name = 'waiting'").fetchone()
        return str(row[0]) if row else ""

    def finish(self, item: str) -> None:
        """Note that an item ended."""
        self._do("BEGIN IMMEDIATE")
        try:
            self._do("INSERT OR IGNORE INTO done VALUES (?)", item)
            self._give_back()
        finally:
            self._do("COMMIT")  # whatever happened: nobody else can write until then

    def finished(self) -> frozenset[str]:
        """The items that ended."""
        return frozenset(row[0] for row in self._do("SELECT item FROM done"))

    def ended(self) -> int:
        """How many items ended."""
        return int(self._do("SELECT count(*) FROM done").fetchone()[0])

    def close(self) -> None:
        """Close this process's connection."""
        self._give_back()
        self._db.close()


def _opened(path: Path) -> sqlite3.Connection:
    """A connection to the file, made where it is not there yet.

    While another process changes its journal mode SQLite says at once that it is locked, whatever the timeout.
    """
    until = time.monotonic() + _LOCKED_S
    while True:
        db = sqlite3.connect(path, timeout=_LOCKED_S, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=OFF")  # a cache of one run: what the log holds is what counts
            db.execute(f"PRAGMA wal_autocheckpoint={_PAGES}")
            db.executescript(_SCHEMA)
            db.execute("PRAGMA busy_timeout=0")  # see Store._do
        except sqlite3.OperationalError:
            db.close()
            if time.monotonic() > until:
                raise
            time.sleep(_POLL_S)
        else:
            return db


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
