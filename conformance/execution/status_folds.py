"""CON-07 and CON-05: over a run, what exists is found each time, and HEAD is served everywhere or nowhere. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from conformance.evidence.subject import Subject
from conformance.model import Exchange, Outcome, Role, Verdict

_RESOURCES = frozenset({Role.ITEM, Role.SINGLETON})
_UNSERVED = frozenset({405, 501})
_MIN_SERVED = 3  # operations that serve HEAD before one that does not stands out
_PARTLY_SERVED = (
    "HEAD is refused here and served elsewhere (one reading: a server that knows HEAD serves it wherever it serves "
    "GET. The other: each resource has its own methods)"
)


class _Read(NamedTuple):
    """A read of a resource: begin and end in seconds, the whole request, what it found, and its exchange."""

    began: float
    ended: float
    request: tuple[object, ...]
    is_found: bool
    exchange: str


class ComingAndGoing:
    """CON-07: a resource that was found, and is found again by the same request, is not missing in between."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._reads: dict[tuple[str, str, str], list[_Read]] = defaultdict(list)  # by operation, identity, path
        self._writes: list[float] = []

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        request, response = exchange.request, exchange.response
        if not request.is_safe:
            self._writes.append(exchange.sent_at)
            return
        operation = self._subject.model.operations_by_key.get(request.operation)
        is_single = operation is not None and operation.role in _RESOURCES and request.method == "GET"
        if response is None or not is_single or response.status not in {200, 404}:
            return
        key = (request.operation, request.identity, request.target.partition("?")[0])
        whole = (request.target, request.headers)
        ended = exchange.sent_at + response.elapsed_s
        self._reads[key].append(_Read(exchange.sent_at, ended, whole, response.status == 200, exchange.id))

    def judge(self) -> Iterator[Outcome]:
        """Yield a violation for each operation with a resource that comes and goes."""
        writes = sorted(self._writes)
        reported: set[str] = set()
        for (operation, _, _), reads in self._reads.items():
            missing = None if operation in reported else _find_gap(sorted(reads), writes)
            if missing is not None:
                reported.add(operation)
                before, gap, after = missing
                message = f"a resource that exists is not found in between, at one of {len(reads)} reads or more"
                yield Outcome(
                    "CON-07", operation, Verdict.FAIL, message, "200", "404",
                    exchanges=(gap.exchange, before.exchange, after.exchange),
                )  # fmt: skip


def _find_gap(reads: list[_Read], writes: list[float]) -> tuple[_Read, _Read, _Read] | None:
    """Return a read that found nothing, between two that did and without a write; the last is the same request."""
    for at, gap in enumerate(reads):
        if gap.is_found:
            continue
        before = next((read for read in reversed(reads[:at]) if read.is_found and read.ended < gap.began), None)
        after = next((r for r in reads[at:] if r.is_found and r.began > gap.ended and r.request == gap.request), None)
        if before and after and bisect_left(writes, before.began) == bisect_right(writes, after.ended):
            return before, gap, after
    return None


class ServedHead:
    """CON-05: HEAD that is served at most operations and refused at one is for review (RFC 9110, section 9.1)."""

    def __init__(self) -> None:
        self._served: dict[str, str] = {}  # by operation, the exchange
        self._refused: dict[str, str] = {}

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        request = exchange.request
        if request.method != "HEAD" or request.operation == "*":
            return
        if 200 <= exchange.status < 300:
            self._served.setdefault(request.operation, exchange.id)
        elif exchange.status in _UNSERVED:
            self._refused.setdefault(request.operation, exchange.id)

    def judge(self) -> Iterator[Outcome]:
        """Yield one outcome for each operation that refuses HEAD, where others serve it."""
        if len(self._served) < _MIN_SERVED:
            return
        served = next(iter(self._served.values()))
        for operation, exchange in self._refused.items():
            if operation not in self._served:
                yield Outcome(
                    "CON-05", operation, Verdict.REVIEW, _PARTLY_SERVED, "served", "refused",
                    exchanges=(exchange, served),
                )  # fmt: skip
