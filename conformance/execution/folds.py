"""What only the exchanges of a whole run show together. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from conformance.answers import UNREADABLE, Answer
from conformance.description import pointers
from conformance.model import Exchange, Outcome, Request, Verdict
from conformance.subject import Subject

_LIMIT, _REMAINING = "X-RateLimit-Limit", "X-RateLimit-Remaining"
_FEWEST = 2  # pairs of requests on one operation that must agree before the allowance counts as not falling
_STEADY = 0.99  # of all other pairs must fall: else older requests leave the window, and nothing can be told
_NAMED = 6  # fields that one message names


def folded(exchanges: Iterable[Exchange], subject: Subject) -> Iterator[Outcome]:
    """RSP-07 and the part of LIM-01 that compares answers with each other."""
    known = tuple(exchanges)
    yield from fields_seen(known, subject)
    yield from allowance_falls(known)


def fields_seen(exchanges: tuple[Exchange, ...], subject: Subject) -> Iterator[Outcome]:
    """RSP-07: of each operation that answered, every field documented for it was seen somewhere in the run."""
    answered: dict[str, set[str]] = defaultdict(set)  # operation -> schemas of its 2xx bodies
    evidence: dict[str, str] = {}
    seen: set[str] = set()
    bodies: set[tuple[str, bytes]] = set()
    for exchange in exchanges:
        operation = subject.model.by_key.get(exchange.request.operation)
        response = exchange.response
        if operation is None or response is None or (operation.key, response.body) in bodies:
            continue
        answer = Answer(exchange, operation)
        schema = _schema(answer)
        if schema and answer.json is not UNREADABLE:
            bodies.add((operation.key, response.body))
            answered[operation.key].add(schema)
            evidence.setdefault(operation.key, exchange.id)
            seen |= subject.validators.seen_fields(schema, answer.json)
    shown = {_holder(each) for each in seen}
    for key, schemas in answered.items():
        fields = {field for each in schemas for field in documented(each, subject) if _holder(field) in shown}
        if fields:  # an object of which the run saw nothing at all gives no occasion
            yield _of_fields(key, sorted(fields - seen), evidence[key])


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


def allowance_falls(exchanges: tuple[Exchange, ...]) -> Iterator[Outcome]:
    """LIM-01: a request that began after another one of its bucket had ended leaves less than that one did.

    Judged by operation, for an operation that leaves what was left is one that does not count.
    """
    pairs: dict[str, list[tuple[bool, Exchange, Exchange]]] = defaultdict(list)
    for bucket in _buckets(exchanges).values():
        for (before, more), (after, less) in _in_turn(bucket):
            pairs[after.request.operation].append((less < more, after, before))
    every = [fell for each in pairs.values() for fell, _, _ in each]
    for key, each in pairs.items():
        others = len(every) - len(each)
        falling = sum(every) - sum(fell for fell, _, _ in each)
        steady = falling >= _STEADY * others or not any(every)
        if len(each) < _FEWEST or any(fell for fell, _, _ in each) or not steady:
            continue
        _, after, before = each[-1]
        response = after.response
        left = response.header(_REMAINING) if response else None
        yield Outcome(
            "LIM-01", key, Verdict.FAIL, f"{_REMAINING} does not fall with the request",
            f"below {left}", f"{left}", f"header:{_REMAINING}", (after.id, before.id),
        )  # fmt: skip


def _buckets(exchanges: tuple[Exchange, ...]) -> dict[tuple[str, str], list[tuple[Exchange, int]]]:
    """Answers that tell what is left, by identity and limit; requests in another's name may have their own bucket."""
    found: dict[tuple[str, str], list[tuple[Exchange, int]]] = defaultdict(list)
    for exchange in exchanges:
        response = exchange.response
        left = (response.header(_REMAINING) if response else None) or ""
        if response is None or not _plain(exchange.request) or not (left.isascii() and left.isdigit()):
            continue
        if exchange.status != 429:
            found[exchange.request.identity, response.header(_LIMIT) or ""].append((exchange, int(left)))
    return found


def _plain(request: Request) -> bool:
    return (
        bool(request.identity)
        and not request.token_in
        and not request.authority
        and not any(name.lower() in {"authorization", "evenergy-user"} for name, _ in request.headers)
    )


def _in_turn(
    bucket: list[tuple[Exchange, int]],
) -> Iterator[tuple[tuple[Exchange, int], tuple[Exchange, int]]]:
    """Each exchange with the last one that had ended before it began."""
    bucket.sort(key=lambda each: each[0].sent_at)
    ended = sorted(bucket, key=lambda each: _end(each[0]))
    index = 0
    for each in bucket:
        while index < len(ended) and _end(ended[index][0]) < each[0].sent_at:
            index += 1
        if index:
            yield ended[index - 1], each


def _end(exchange: Exchange) -> float:
    return exchange.sent_at + (exchange.response.elapsed_s if exchange.response else 0.0)
