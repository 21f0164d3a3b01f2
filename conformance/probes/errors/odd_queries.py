"""ERR-12: a query that is legal but odd never makes the server fail."""

from collections.abc import Iterator
from urllib.parse import quote

from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.subject import Subject
from conformance.model import Location, Operation, Profile, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import READER, Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested

_SHARE = 4  # one in so many operations is tried before the profile deep
_LONG = 3000  # characters of a long value; servers take requests of 8,000 bytes at least (RFC 9112, section 3)
# Values in their percent-encoded form: bytes that are no UTF-8, quotes, nothing, a control character, a long text.
_VALUES = ("%FF%FE", "%27%22%3B--", "", "%0A", "x" * _LONG, "%F0%9F%94%8C", "%25s%25n", "null")
_UNKNOWN = "evconform"


def _is_first(operation: Operation, model: ResourceModel) -> bool:
    return _is_plain_get(operation) and choose_turn(operation, _SHARE) == 1


def _is_later(operation: Operation, model: ResourceModel) -> bool:
    return _is_plain_get(operation) and choose_turn(operation, _SHARE) != 1


def _is_plain_get(operation: Operation) -> bool:
    """Return whether the operation is a GET that is answered with success."""
    return operation.method == "GET" and operation.role is not Role.REDIRECT


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a path, and the two with odd queries."""
    return (*plain_read_needs(operation, model, READER)[:-1], Need(f"odd query {operation.key}", 2, READER))


def list_odd_queries(operation: Operation, first: int) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield two queries as pairs of name and encoded value: a parameter of the operation, and one that is unknown.

    `first` says which odd value comes first.
    """
    own = [p.name for p in operation.parameters if p.location is Location.QUERY and p.name != "access_token"]
    name = quote(own[first % len(own)], safe="") if own else _UNKNOWN
    value, other_value = _VALUES[first % len(_VALUES)], _VALUES[(first + 1) % len(_VALUES)]
    yield ((name, value), (name, value))
    yield ((_UNKNOWN, other_value), ("%27", ""), (name, other_value))


def send_odd_queries(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a read with odd queries; whatever a server makes of them, it does not fail."""
    call = yield from find_call(operation, subject, subject.reader)
    if isinstance(call, Missing):
        yield from report_untested(("ERR-12",), operation, call)
        return
    plain = call.build_request().target
    for pairs in list_odd_queries(operation, subject.make_random("odd query", operation.key).randrange(256)):
        query = "&".join(f"{name}={value}" for name, value in pairs)
        response = yield from send(operation, call.build_request_to(f"{plain}{'&' if '?' in plain else '?'}{query}"))
        if response.status >= 500 and response.status != 503:
            message = "the server fails on an odd query"
            yield fail_case(response, "ERR-12", message, expected="below 500", actual=str(response.status))
        elif response.status in {0, 401, 403, 503}:
            yield judge_case(response, "ERR-12", Verdict.NOT_OBSERVABLE, f"answered {response.status}")
        else:
            yield pass_case(response, "ERR-12")


PROBES = (
    Probe("odd-queries", ("ERR-12",), _is_first, _needs, send_odd_queries, rank=2),
    Probe("odd-queries-all", ("ERR-12",), _is_later, _needs, send_odd_queries, profile=Profile.DEEP, rank=2),
)
