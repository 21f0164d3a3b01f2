"""Requirements on clients that need no condition, judged by the requests of recorded traffic.

These are C04, C14, C18, C20, C22 and C26. Of C20 only the bodies are judged: a URL may have been issued before the
recording began. What shows secrets is not judged, because they are redacted on reading.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from conformance.certify.api_clients.catalogue import load_client_requirements, load_passive_judges
from conformance.certify.api_clients.definitions import PassiveVerdict, build_violation
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.api_clients.verdicts import collect_evidence
from conformance.certify.assessments import PASSED
from conformance.description import Description
from conformance.model import Exchange, Level, Noticed, Verdict

CLIENT_TOPIC = "client"
"""The topic of notices on what the client of some traffic sent."""
_JUDGED = frozenset({"C04", "C14", "C18", "C20", "C26"})
_FINAL = frozenset({400, 409, 413, 415, 422})  # statuses after which the same request is refused again (C22)
_REDACTED = b"[redacted"


def judge_recorded_requests(exchanges: Iterable[Exchange], description: Description) -> Iterator[Noticed]:
    """Yield a notice for each requirement that requests violate, and one on those that none violates."""
    calls = [_read_call(exchange) for exchange in exchanges if exchange.request.headers]
    senders: dict[str, list[ClientCall]] = defaultdict(list)
    for call in sorted(calls, key=lambda call: call.requested_at):
        senders[call.exchange.request.identity].append(call)
    traces = {name: Trace(tuple(own)) for name, own in senders.items()}
    evidence = collect_evidence(traces, description, is_public=True)  # it is not known whether a browser sent it
    evidence = msgspec.structs.replace(evidence, url_properties={})
    verdicts = {
        passive.requirement: passive.judge(evidence)
        for passive in load_passive_judges()
        if passive.requirement in _JUDGED
    }
    verdicts["C22"] = tuple(verdict for trace in traces.values() for verdict in _judge_repetitions(trace))
    by_id = {call.exchange.id: call for call in calls}
    yield from _describe(verdicts, by_id)


def _read_call(exchange: Exchange) -> ClientCall:
    """Return a recorded request; of its response the status alone is kept, of its body nothing that was redacted."""
    response = exchange.response
    ended = exchange.sent_at + (response.elapsed_s if response else 0.0)
    request = exchange.request
    if _REDACTED in request.body:
        request = msgspec.structs.replace(request, body=b"")
    response = msgspec.structs.replace(response, body=b"") if response else None
    return ClientCall(
        msgspec.structs.replace(exchange, request=request, response=response), ServerPart.API, exchange.sent_at, ended
    )


def _judge_repetitions(trace: Trace) -> Iterator[PassiveVerdict]:
    """Yield a verdict for each request that was refused for good: whether the same one was sent again (C22)."""
    refused: dict[tuple[object, ...], ClientCall] = {}
    repeated: set[str] = set()
    for call in trace.calls:
        request = call.exchange.request
        key = (request.method, request.target, request.headers, request.body)
        first = refused.get(key)
        if first is not None and call.requested_at >= first.responded_at and first.exchange.id not in repeated:
            repeated.add(first.exchange.id)
            verdict = build_violation(f"it sends a request again that was refused with {first.status}")
            yield PassiveVerdict(verdict, (call.exchange.id,))
        if call.status in _FINAL:
            refused.setdefault(key, call)
    for call in refused.values():
        if call.exchange.id not in repeated:
            yield PassiveVerdict(PASSED, (call.exchange.id,))


def _describe(verdicts: dict[str, tuple[PassiveVerdict, ...]], calls: dict[str, ClientCall]) -> Iterator[Noticed]:
    levels = {requirement.id: requirement.level for requirement in load_client_requirements()}
    kept = []
    for requirement, judged in sorted(verdicts.items()):
        violations = [one for one in judged if one.verdict.verdict in {Verdict.FAIL, Verdict.WARN}]
        if not violations:
            kept += [requirement] if judged else []
            continue
        first = violations[0]
        call = calls[first.exchanges[0]]
        grade = Verdict.FAIL if levels[requirement] is Level.MUST else Verdict.WARN
        actual = f": {first.verdict.actual}" if first.verdict.actual else ""
        yield Noticed(
            CLIENT_TOPIC,
            f"{grade} {requirement} {first.verdict.message}{actual} ({len(violations):,} of {len(judged):,} requests, "
            f"first {call.method} {call.target})",
            call.exchange.request.operation,
        )
    if kept:
        yield Noticed(CLIENT_TOPIC, f"no request violates {', '.join(kept)}")
