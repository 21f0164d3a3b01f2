"""Scopes: a token has those that its task needs, and no others (C23)."""

import re
from collections.abc import Iterator

import msgspec

from conformance.certify.api_clients.definitions import ClientEvidence, PassiveJudge, PassiveVerdict, build_violation
from conformance.certify.api_clients.scenarios.authorization import read_form, read_query
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.assessments import PASSED, Assessment

_EXPANDED = re.compile(r"[?&]expand=(\w+)")  # an expanded resource is read too, with the scope of its name


class _Grant(msgspec.Struct, frozen=True):
    """A request for a token by a client or a person: the scopes in it, and those that its task needs."""

    kind: str
    scopes: frozenset[str]
    needed: frozenset[str]
    exchange: str


def _judge_scopes(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    """Judge requested scopes: each must be needed by a task that the client requests the same scopes for.

    A client may use one set of scopes for several tasks. A client that requests fewer scopes for one task than for
    another with the same needs shows that it needs no more.
    """
    grants = list(_list_grants(everything))
    return (
        *(PassiveVerdict(_judge_grant(grant, grants), (grant.exchange,)) for grant in grants),
        *(
            PassiveVerdict(_judge_refresh(call, trace), (call.exchange.id,))
            for trace in everything.traces.values()
            for call in trace.select_calls(ServerPart.TOKEN)
            if read_form(call).get("grant_type") == "refresh_token"
        ),
    )


def _judge_refresh(call: ClientCall, trace: Trace) -> Assessment:
    """Judge the scopes of a refresh: those of the sign-in, or fewer (RFC 6749, section 6)."""
    scopes = set(read_form(call).get("scope", "").split())
    sign_ins = [one for one in trace.select_calls(ServerPart.AUTHORIZE) if one.requested_at < call.requested_at]
    granted = set(read_query(sign_ins[-1]).get("scope", "").split()) if sign_ins else scopes
    if added := sorted(scopes - granted):
        return build_violation("its refresh requests scopes that its sign-in did not request", " ".join(added))
    return PASSED


def _list_grants(everything: ClientEvidence) -> Iterator[_Grant]:
    """Yield the requests for tokens of the tasks whose needs are known, since some request to the API was sent."""
    needed_by_task: dict[str, frozenset[str]] = {}
    for trace in everything.traces.values():
        if not trace.api_calls:
            continue
        operations = {call.exchange.request.operation for call in trace.api_calls}
        needed = frozenset[str]().union(*(everything.scopes.get(operation, ()) for operation in operations))
        expanded = {f"{name}:read" for call in trace.api_calls for name in _EXPANDED.findall(call.target)}
        needed_by_task[trace.task] = needed_by_task.get(trace.task, frozenset()) | needed | expanded
    for trace in everything.traces.values():
        parts = (ServerPart.TOKEN, ServerPart.AUTHORIZE) if trace.task in needed_by_task else ()
        for call in trace.select_calls(*parts):
            form = read_form(call)
            if call.part is ServerPart.AUTHORIZE:
                scopes = read_query(call).get("scope", "")
            elif form.get("grant_type") == "client_credentials":
                scopes = form.get("scope", "")
            else:
                continue  # a code and a refresh token have the scopes that were asked for earlier
            yield _Grant(call.part, frozenset(scopes.split()), needed_by_task[trace.task], call.exchange.id)


def _judge_grant(grant: _Grant, grants: list[_Grant]) -> Assessment:
    if not grant.scopes:
        return build_violation("it requests no scope, and so gets every scope of its application")
    same = [other for other in grants if other.kind == grant.kind and other.scopes == grant.scopes]
    needed = frozenset[str]().union(*(other.needed for other in same))
    if unneeded := sorted(grant.scopes - needed):
        return build_violation("it requests scopes that it does not need", " ".join(unneeded))
    for other in grants:
        if other.kind == grant.kind and grant.needed and grant.needed <= other.scopes < grant.scopes:
            unneeded = sorted(grant.scopes - other.scopes)
            return build_violation(
                "it requests scopes here that it leaves out elsewhere for the same requests", " ".join(unneeded)
            )
    return PASSED


PASSIVE = (PassiveJudge("C23", "only scopes that are needed", "no token request was received", _judge_scopes),)
