"""Requirements that are judged by all exchanges of a run together. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from conformance.checks.csv_bodies import parse_rows
from conformance.evidence.documented_fields import find_documented_fields
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.responses import CSV, OperationResponse
from conformance.evidence.subject import Subject
from conformance.execution.availability import Availability
from conformance.execution.charging_folds import judge_charging
from conformance.execution.current_version_folds import judge_current_versions
from conformance.execution.first_read_folds import judge_first_reads
from conformance.execution.foreign_details import ForeignDetails
from conformance.execution.foreign_owners import ForeignOwners, has_own_bucket
from conformance.execution.history_folds import judge_histories
from conformance.execution.shared_allowance import SharedAllowance
from conformance.execution.sightings import Sightings
from conformance.execution.stated_allowance import StatedAllowance
from conformance.execution.status_folds import ComingAndGoing, ServedHead
from conformance.execution.write_time_folds import judge_write_times
from conformance.model import Case, Exchange, Outcome, Verdict

_LIMIT, _REMAINING = "X-RateLimit-Limit", "X-RateLimit-Remaining"
_MIN_PAIRS = 2  # pairs of requests of one operation that must agree before it counts as free of charge
_MIN_FALLING_SHARE = 0.99  # of all other pairs must fall; otherwise the window moves on and nothing can be concluded
_MAX_NAMED = 6  # fields in one message


def judge_exchanges(exchanges: Iterable[Exchange], subject: Subject) -> Iterator[Outcome]:
    """Yield the outcomes that rest on several responses; exchanges are read one by one."""
    folds = RunFolds(subject)
    for exchange in exchanges:
        folds.add_exchange(exchange)
    yield from folds.judge()


class RunFolds:
    """All folds of a run: RSP-07, RSP-13, histories, parts of LIM-01, CSV-01 and others.

    Of the exchanges, only what was seen of each resource is kept.
    """

    def __init__(self, subject: Subject) -> None:
        self.sightings = Sightings(subject)
        self._folds = (
            FieldsSeen(subject),
            FallingAllowance(),
            StatedAllowance(subject),
            SharedAllowance(),
            SteadyHeader(),
            ChangingTag(),
            ForeignOwners(subject),
            ForeignDetails(subject),
            Availability(),
            ComingAndGoing(subject),
            ServedHead(),
        )

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        self.sightings.add_exchange(exchange)
        for fold in self._folds:
            fold.add_exchange(exchange)

    def judge(self) -> Iterator[Outcome]:
        """Yield the outcomes on all exchanges together."""
        for fold in self._folds:
            yield from fold.judge()
        sightings = self.sightings
        yield from _thin_passes(judge_charging(sightings))
        yield from _thin_passes(judge_current_versions(sightings))
        yield from _thin_passes(judge_histories(sightings))
        yield from judge_first_reads(sightings)
        yield from _thin_passes(judge_write_times(sightings))


def _thin_passes(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Yield outcomes, of those that pass one for each case."""
    passed: set[Case] = set()
    for outcome in outcomes:
        if outcome.verdict is not Verdict.PASS or outcome.case not in passed:
            yield outcome
        if outcome.verdict is Verdict.PASS:
            passed.add(outcome.case)


class FieldsSeen:
    """RSP-07: every documented field of an operation appears in some 2xx response of the run."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._schemas: dict[str, set[str]] = defaultdict(set)  # by operation, those of its 2xx bodies
        self._first: dict[str, str] = {}  # by operation, the id of its first exchange with a body
        self._seen: set[str] = set()  # pointers of property schemas
        self._bodies: set[tuple[str, bytes]] = set()  # operation and digest of a body

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        operation = self._subject.model.operations_by_key.get(exchange.request.operation)
        if operation is None or exchange.response is None:
            return
        body = operation.key, sha256(exchange.response.body).digest()
        if body in self._bodies:
            return
        answer = OperationResponse(exchange, operation)
        schema = _documented_schema(answer)
        if schema and answer.json is not UNREADABLE:
            self._bodies.add(body)
            self._schemas[operation.key].add(schema)
            self._first.setdefault(operation.key, exchange.id)
            self._seen |= self._subject.validators.find_seen_fields(schema, answer.json)

    def judge(self) -> Iterator[Outcome]:
        """Yield one outcome for each operation; fields of objects that the run never saw do not count."""
        objects = {_object_schema(field) for field in self._seen}
        for key, schemas in self._schemas.items():
            fields = {
                field for schema in schemas for field in find_documented_fields(schema, self._subject.description)
            }
            if expected := {field for field in fields if _object_schema(field) in objects}:
                yield _judge_fields(key, sorted(expected - self._seen), self._first[key])


def _object_schema(field: str) -> str:
    """Return the pointer of the object schema that declares a property."""
    return field.rpartition("/properties/")[0]


def _judge_fields(key: str, missing: list[str], exchange: str) -> Outcome:
    if not missing:
        return Outcome("RSP-07", key, Verdict.PASS, exchanges=(exchange,))
    names = ", ".join(field.rpartition("/")[2] for field in missing[:_MAX_NAMED])
    more = f" and {len(missing) - _MAX_NAMED} more" if len(missing) > _MAX_NAMED else ""
    message = f"documented fields that appear in no response of the run: {names}{more}"
    return Outcome("RSP-07", key, Verdict.WARN, message, exchanges=(exchange,), cause=missing[0])


def _documented_schema(answer: OperationResponse) -> str:
    """Return the pointer of the schema of a 2xx JSON response, empty where there is none."""
    if not answer.is_success or not answer.is_json or answer.exchange.response is None:
        return ""
    spec = answer.operation.find_response(answer.status)
    media_type = answer.exchange.response.media_type
    return next((media.schema for media in spec.media if media.type == media_type), "") if spec else ""


class _Reading(NamedTuple):
    """The remaining requests that a response states, and the begin and end of its exchange in seconds."""

    began: float
    ended: float
    left: int
    operation: str
    exchange: str


class FallingAllowance:
    """LIM-01: of two requests in one bucket, one after the other, the later one leaves fewer requests.

    Judged by operation: a server that does not count an operation leaves the number as it was. A bucket is an identity
    and a limit. Requests on behalf of another user are left out, as they may have a bucket of their own.
    """

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], list[_Reading]] = defaultdict(list)

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        response = exchange.response
        left = (response.find_header(_REMAINING) if response else None) or ""
        if response is None or not has_own_bucket(exchange.request) or not (left.isascii() and left.isdigit()):
            return
        if exchange.status != 429:
            began = exchange.sent_at
            reading = _Reading(began, began + response.elapsed_s, int(left), exchange.request.operation, exchange.id)
            self._buckets[exchange.request.identity, response.find_header(_LIMIT) or ""].append(reading)

    def judge(self) -> Iterator[Outcome]:
        """Yield a violation for each operation whose requests are never counted while those of others are.

        Where no request of the run is counted at all, every operation violates the requirement.
        """
        pairs: dict[str, list[tuple[_Reading, _Reading]]] = defaultdict(list)
        for bucket in self._buckets.values():
            for before, after in _pair_readings(bucket):
                pairs[after.operation].append((before, after))
        falls = {key: sum(after.left < before.left for before, after in own) for key, own in pairs.items()}
        total, total_falls = sum(map(len, pairs.values())), sum(falls.values())
        for key, own in pairs.items():
            is_steady = total_falls - falls[key] >= _MIN_FALLING_SHARE * (total - len(own)) or not total_falls
            if len(own) < _MIN_PAIRS or falls[key] or not is_steady:
                continue
            before, after = own[-1]
            yield Outcome(
                "LIM-01", key, Verdict.FAIL, f"{_REMAINING} does not fall with the request",
                f"below {after.left}", f"{after.left}", f"header:{_REMAINING}", (after.exchange, before.exchange),
            )  # fmt: skip


def _pair_readings(bucket: list[_Reading]) -> Iterator[tuple[_Reading, _Reading]]:
    """Yield each reading of a bucket after the last one whose exchange ended before its own began."""
    by_end = sorted(bucket, key=lambda reading: reading.ended)
    index = 0
    for reading in sorted(bucket):
        while index < len(by_end) and by_end[index].ended < reading.began:
            index += 1
        if index:
            yield by_end[index - 1], reading


class SteadyHeader:
    """CSV-01: all tables of an operation begin with the same header row (RFC 4180, section 2)."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[list[str], str]] = {}  # by operation, its header row and the exchange
        self._different: dict[str, tuple[list[str], str]] = {}  # the first other header row

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        response, key = exchange.response, exchange.request.operation
        if response is None or response.media_type != CSV or not 200 <= response.status < 300:
            return
        rows = parse_rows(response.body)
        if isinstance(rows, list) and rows:
            header = rows[0], exchange.id
            if self._first.setdefault(key, header)[0] != rows[0]:
                self._different.setdefault(key, header)

    def judge(self) -> Iterator[Outcome]:
        """Yield a violation for each operation with two header rows."""
        for key, (header, exchange) in self._different.items():
            expected, first = self._first[key]
            message = "the header row differs from that of the operation's other responses"
            yield Outcome(
                "CSV-01", key, Verdict.FAIL, message, ",".join(expected), ",".join(header), exchanges=(exchange, first)
            )


class ChangingTag:
    """HDR-09: a strong entity tag of one address stands for one sequence of bytes (RFC 9110, section 8.8.1)."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, ...], tuple[bytes, str]] = {}  # by request and tag, the bytes and the exchange
        self._different: dict[str, tuple[str, str, str]] = {}  # by operation, the tag and both exchanges

    def add_exchange(self, exchange: Exchange) -> None:
        """Read one exchange."""
        response, request = exchange.response, exchange.request
        tag = response.find_header("etag") if response else None
        if response is None or not tag or tag.startswith("W/") or response.cut:
            return
        if request.method != "GET" or response.status != 200:
            return
        coding = response.find_header("content-encoding") or ""
        key = (exchange.url, coding, tag)
        digest = sha256(response.body).digest()
        first, first_id = self._first.setdefault(key, (digest, exchange.id))
        if first != digest:
            self._different.setdefault(request.operation, (tag, exchange.id, first_id))

    def judge(self) -> Iterator[Outcome]:
        """Yield a violation for each operation with one tag on two bodies."""
        for key, (tag, exchange, first) in self._different.items():
            message = "the same strong ETag stands for different bytes"
            yield Outcome(
                "HDR-09", key, Verdict.FAIL, message, actual=tag, pointer="header:ETag", exchanges=(exchange, first)
            )
