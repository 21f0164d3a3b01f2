"""What only the exchanges of a whole run show together. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from conformance.answers import CSV, UNREADABLE, Answer
from conformance.checks.csv_bodies import rows_of
from conformance.description import pointers
from conformance.model import Exchange, Outcome, Request, Verdict
from conformance.subject import Subject

_LIMIT, _REMAINING = "X-RateLimit-Limit", "X-RateLimit-Remaining"
_FEWEST = 2  # pairs of requests on one operation that must agree before the allowance counts as not falling
_STEADY = 0.99  # of all other pairs must fall: else older requests leave the window, and nothing can be told
_NAMED = 6  # fields that one message names


def folded(exchanges: Iterable[Exchange], subject: Subject) -> Iterator[Outcome]:
    """RSP-07 and the parts of LIM-01 and CSV-01 that compare answers; exchanges are looked at one by one."""
    folds = (FieldsSeen(subject), FallingAllowance(), SteadyHeader())
    for exchange in exchanges:
        for each in folds:
            each.take(exchange)
    for each in folds:
        yield from each.outcomes()


class FieldsSeen:
    """RSP-07: of each operation that answered, every field documented for it was seen somewhere in the run."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._answered: dict[str, set[str]] = defaultdict(set)  # operation -> schemas of its 2xx bodies
        self._evidence: dict[str, str] = {}
        self._seen: set[str] = set()
        self._bodies: set[tuple[str, bytes]] = set()  # operation and digest of a body

    def take(self, exchange: Exchange) -> None:
        """Look at one exchange."""
        operation = self._subject.model.by_key.get(exchange.request.operation)
        if operation is None or exchange.response is None:
            return
        body = operation.key, sha256(exchange.response.body).digest()
        if body in self._bodies:
            return
        answer = Answer(exchange, operation)
        schema = _schema(answer)
        if schema and answer.json is not UNREADABLE:
            self._bodies.add(body)
            self._answered[operation.key].add(schema)
            self._evidence.setdefault(operation.key, exchange.id)
            self._seen |= self._subject.validators.seen_fields(schema, answer.json)

    def outcomes(self) -> Iterator[Outcome]:
        """One an operation; an object of which the run saw nothing at all gives no occasion."""
        shown = {_holder(each) for each in self._seen}
        for key, schemas in self._answered.items():
            every = {field for each in schemas for field in documented(each, self._subject)}
            if fields := {field for field in every if _holder(field) in shown}:
                yield _of_fields(key, sorted(fields - self._seen), self._evidence[key])


def _holder(field: str) -> str:
    """The pointer of the object schema that declares a property."""
    return field.rpartition("/properties/")[0]


def _of_fields(key: str, missing: list[str], exchange: str) -> Outcome:
    if not missing:
        return Outcome("RSP-07", key, Verdict.PASS, exchanges=(exchange,))
    names = ", ".join(each.rpartition("/")[2] for each in missing[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    message = f"documented fields that no answer of the run shows: {names}{more}"
    return Outcome("RSP-07", key, Verdict.WARN, message, exchanges=(exchange,), cause=missing[0])


def _schema(answer: Answer) -> str:
    if not answer.ok or not answer.is_json or answer.exchange.response is None:
        return ""
    spec = answer.operation.response(answer.status)
    media = answer.exchange.response.media_type
    return next((each.schema for each in spec.media if each.type == media), "") if spec else ""


def documented(schema: str, subject: Subject) -> frozenset[str]:
    """Pointers of every property schema that a body by a schema can hold, through references and branches."""
    found: set[str] = set()
    waiting, known = [schema], {schema}
    while waiting:
        pointer = waiting.pop()
        try:
            node = subject.description.resolve(pointer)
        except KeyError:
            continue
        if not isinstance(node, Mapping):
            continue
        properties = [pointers.join(pointer, "properties", name) for name in node.get("properties", ())]
        found.update(properties)
        for each in (*properties, *_inside(pointer, node)):
            if each not in known:
                known.add(each)
                waiting.append(each)
    return frozenset(found)


def _inside(pointer: str, node: Mapping[str, object]) -> Iterator[str]:
    if isinstance(reference := node.get("$ref"), str):
        yield reference
    for keyword in ("allOf", "oneOf", "anyOf", "prefixItems"):
        branches = node.get(keyword)
        count = len(branches) if isinstance(branches, list) else 0
        yield from (pointers.join(pointer, keyword, index) for index in range(count))
    yield from (pointers.join(pointer, keyword) for keyword in ("items", "additionalProperties") if keyword in node)


class _Left(NamedTuple):
    """What an answer said was left, and from when to when its request was under way."""

    began: float
    ended: float
    left: int
    operation: str
    exchange: str


class FallingAllowance:
    """LIM-01: a request that began after another one of its bucket had ended leaves less than that one did.

    Judged by operation, for an operation that leaves what was left is one that does not count. Buckets are by identity
    and limit; requests in another's name may have their own.
    """

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], list[_Left]] = defaultdict(list)

    def take(self, exchange: Exchange) -> None:
        """Look at one exchange."""
        response = exchange.response
        left = (response.header(_REMAINING) if response else None) or ""
        if response is None or not _plain(exchange.request) or not (left.isascii() and left.isdigit()):
            return
        if exchange.status != 429:
            began = exchange.sent_at
            told = _Left(began, began + response.elapsed_s, int(left), exchange.request.operation, exchange.id)
            self._buckets[exchange.request.identity, response.header(_LIMIT) or ""].append(told)

    def outcomes(self) -> Iterator[Outcome]:
        """A violation for each operation whose requests alone never count."""
        pairs: dict[str, list[tuple[_Left, _Left]]] = defaultdict(list)
        for bucket in self._buckets.values():
            for before, after in _in_turn(bucket):
                pairs[after.operation].append((before, after))
        fell = {key: sum(after.left < before.left for before, after in each) for key, each in pairs.items()}
        every, falling = sum(map(len, pairs.values())), sum(fell.values())
        for key, each in pairs.items():
            others = every - len(each)
            steady = falling - fell[key] >= _STEADY * others or not falling
            if len(each) < _FEWEST or fell[key] or not steady:
                continue
            before, after = each[-1]
            yield Outcome(
                "LIM-01", key, Verdict.FAIL, f"{_REMAINING} does not fall with the request",
                f"below {after.left}", f"{after.left}", f"header:{_REMAINING}", (after.exchange, before.exchange),
            )  # fmt: skip


def _plain(request: Request) -> bool:
    return (
        bool(request.identity)
        and not request.token_in
        and not request.authority
        and not any(name.lower() in {"authorization", "evenergy-user"} for name, _ in request.headers)
    )


def _in_turn(bucket: list[_Left]) -> Iterator[tuple[_Left, _Left]]:
    """The last one that had ended before each began, and that one."""
    ended = sorted(bucket, key=lambda each: each.ended)
    index = 0
    for each in sorted(bucket):
        while index < len(ended) and ended[index].ended < each.began:
            index += 1
        if index:
            yield ended[index - 1], each


class SteadyHeader:
    """CSV-01: all tables of an operation begin with the same header row (RFC 4180, section 2)."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[list[str], str]] = {}  # operation -> header, exchange
        self._others: dict[str, tuple[list[str], str]] = {}

    def take(self, exchange: Exchange) -> None:
        """Look at one exchange."""
        response, key = exchange.response, exchange.request.operation
        if response is None or response.media_type != CSV or not 200 <= response.status < 300:
            return
        rows = rows_of(response.body)
        if isinstance(rows, list) and rows:
            header = rows[0], exchange.id
            if self._first.setdefault(key, header)[0] != rows[0]:
                self._others.setdefault(key, header)

    def outcomes(self) -> Iterator[Outcome]:
        """One an operation that has two."""
        for key, (header, exchange) in self._others.items():
            wanted, first = self._first[key]
            message = "the header row is not that of the operation's other answers"
            yield Outcome(
                "CSV-01", key, Verdict.FAIL, message, ",".join(wanted), ",".join(header), exchanges=(exchange, first)
            )
