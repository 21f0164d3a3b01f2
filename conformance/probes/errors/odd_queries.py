"""ERR-12: a query that is legal but odd never makes the server fail."""

from urllib.parse import quote

from conformance.applicability.selectors import is_plain_get
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import ANY_READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Location, Operation, Outcome, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.refusals import find_call_as
from conformance.probes.toolkit.samples import know_ways, try_ways

_SHARE = 4  # one in so many operations is tried with each seed
_LONG = 3000  # characters of a long value; servers take requests of 8,000 bytes at least (RFC 9112, section 3)
# Values in their percent-encoded form: bytes that are no UTF-8, quotes, nothing, a control character, a long text.
_VALUES = ("%FF%FE", "%27%22%3B--", "", "%0A", "x" * _LONG, "%F0%9F%94%8C", "%25s%25n", "null")
_UNKNOWN = "evconform"
_NUL = "evconform\0"


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the one with an odd query."""
    return (
        *plain_read_needs(operation, model, ANY_READER)[:-1],
        Need(f"odd query {operation.key}", 1, ANY_READER, sampled=True),
    )


def list_odd_queries(operation: Operation, place: int) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return two queries as pairs of name and encoded value: a parameter of the operation, and one that is unknown.

    `place` says which odd value is sent.
    """
    own = [p.name for p in operation.parameters if p.location is Location.QUERY and p.name != "access_token"]
    name = quote(own[place % len(own)], safe="") if own else _UNKNOWN
    value = _VALUES[place % len(_VALUES)]
    return ((name, value), (name, value)), ((_UNKNOWN, value), ("%27", ""), (name, value))


def send_odd_queries(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a read with odd queries, and check that the server does not fail (ERR-12)."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("ERR-12",), operation, call)
        return
    plain = call.build_request().target

    def send_query(pairs: tuple[tuple[str, str], ...]) -> Steps[None]:
        query = "&".join(f"{name}={value}" for name, value in pairs)
        response = yield from send(operation, call.build_request_to(f"{plain}{'&' if '?' in plain else '?'}{query}"))
        yield _judge(response)

    # Successive queries have neighbouring values.
    queries = [list_odd_queries(operation, place)[0] for place in range(len(_VALUES))]
    others = [list_odd_queries(operation, place + 1)[1] for place in range(len(_VALUES))]
    ways = [query for pair in zip(queries, others, strict=True) for query in pair]
    turn = choose_turn(operation, _SHARE * len(_VALUES)) // _SHARE  # independent of the turn of the operation
    yield from try_ways(ways, 1, subject, send_query, start=2 * turn)


def _judge(response: OperationResponse) -> Outcome:
    if response.status >= 500 and response.status != 503:
        message = "the server fails on an odd query"
        return fail_case(response, "ERR-12", message, expected="below 500", actual=str(response.status))
    if response.status in {0, 401, 403, 503}:
        return judge_case(response, "ERR-12", Verdict.NOT_OBSERVABLE, f"answered {response.status}")
    return pass_case(response, "ERR-12")


def _list_texts(operation: Operation) -> list[str]:
    """Return the query parameters that take any text."""
    fixed = {"enum", "const", "format", "pattern"}
    return [
        p.name
        for p in operation.parameters
        if p.location is Location.QUERY and p.schema.get("type") == "string" and not fixed & {*p.schema}
    ]


def _takes_texts(operation: Operation, model: ResourceModel) -> bool:
    return is_plain_get(operation, model) and bool(_list_texts(operation))


def _nul_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the one with NUL."""
    reads = plain_read_needs(operation, model, ANY_READER)[:-1]
    return (*reads, Need(f"nul in {operation.key}", identity=ANY_READER))


def send_nul(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a NUL in each parameter that takes any text, all at once: databases refuse it (ERR-12)."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(("ERR-12",), operation, call)
        return
    response = yield from send(operation, call.build_request(*((name, _NUL) for name in _list_texts(operation))))
    yield _judge(response)


PROBES = (
    Probe(
        "odd-queries", ("ERR-12",), is_plain_get, _needs, send_odd_queries, rank=2,
        ways=know_ways(2 * len(_VALUES)), share=_SHARE, first_share=1,
    ),
    Probe("nul-in-queries", ("ERR-12",), _takes_texts, _nul_needs, send_nul, rank=2, is_unique_way=True),
)  # fmt: skip
