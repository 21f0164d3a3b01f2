"""Threads that send requests and wait for their responses while the items of a worker go on."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from conformance.execution.waits import Sent, Transmission


class Arrived(NamedTuple):
    """The result of a transmission: its number, and its exchange or the error that it raised."""

    number: int
    result: Sent | BaseException


class TransmissionThreads:
    """Threads that transmit, started when they are needed, and never more than `most`.

    They end with the process: one that waits for a target that does not respond delays nobody.
    """

    def __init__(self, transmit: Callable[[Transmission], Sent], most: int) -> None:
        self._transmit, self._most = transmit, most
        self._threads = 0
        self._in_flight = 0
        self._orders: SimpleQueue[tuple[int, Transmission] | None] = SimpleQueue()
        self._arrived: SimpleQueue[Arrived] = SimpleQueue()

    def submit(self, number: int, transmission: Transmission) -> None:
        """Let a thread transmit; its result arrives under the number."""
        self._in_flight += 1
        if self._in_flight > self._threads and self._threads < self._most:
            self._threads += 1
            Thread(target=self._work, name=f"transmission-{self._threads}", daemon=True).start()
        self._orders.put((number, transmission))

    def receive(self, timeout_s: float | None) -> Arrived | None:
        """Return the next result, None where none arrives within some seconds; a timeout of None waits for it."""
        try:
            arrived = self._arrived.get(timeout=timeout_s) if timeout_s != 0 else self._arrived.get_nowait()
        except Empty:
            return None
        self._in_flight -= 1
        return arrived

    def close(self) -> None:
        """Let the threads end once they have transmitted what they have begun."""
        for _ in range(self._threads):
            self._orders.put(None)

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            number, transmission = order
            try:
                result: Sent | BaseException = self._transmit(transmission)
            except BaseException as error:  # noqa: BLE001 - it is raised in the item
                result = error
            self._arrived.put(Arrived(number, result))
