"""AUT-11: a token with fewer scopes than its client may have gives access to what they allow, and nothing else."""

from collections.abc import Iterator
from urllib.parse import quote

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Effect, Operation, Outcome, Request, ResourceModel, Role, Verdict
from conformance.model.target import CLIENT
from conformance.probes.authorization.oauth import post_form, read_token
from conformance.probes.toolkit.base import WHOLE, Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_call

_SINGLES = 4  # scopes of which a token has this one alone


def _is_always_tested(operation: Operation, model: ResourceModel) -> bool:
    """Return True: the probe runs once for the API as a whole."""
    return True


def _list_reads(model: ResourceModel) -> dict[str, list[Operation]]:
    """Return the reads that need one scope and no user, by this scope; those without path parameters come first.

    Where the scope is a reading chosen of several, a server may need none.
    """
    reads: dict[str, list[Operation]] = {}
    for operation in sorted(model.operations, key=lambda o: (o.path.count("{"), o.key)):
        if _is_bound_read(operation) and len(operation.scopes) == 1:
            reads.setdefault(operation.scopes[0], []).append(operation)
    return reads


def _list_joint_reads(model: ResourceModel) -> dict[str, list[Operation]]:
    """Return the reads that need several scopes at once and no user, by each of these scopes."""
    reads: dict[str, list[Operation]] = {}
    for operation in model.operations:
        for scope in operation.scopes if _is_bound_read(operation) and len(operation.scopes) > 1 else ():
            reads.setdefault(scope, []).append(operation)
    return reads


def _is_bound_read(operation: Operation) -> bool:
    """Return whether an operation is a read that needs all of its scopes for certain, and no user."""
    is_read = operation.method == "GET" and operation.effect is Effect.NONE and operation.role is not Role.REDIRECT
    has_one_way = operation.is_secured and len(operation.security) == 1 and len(operation.security[0]) == 1
    is_certain = not any(reading.about in {"scope", "security"} for reading in operation.readings)
    return is_read and has_one_way and is_certain and not operation.user_required


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the purchases of tokens, and the reads with them."""
    reads, joint_reads = _list_reads(model), _list_joint_reads(model)
    token_count = len({*reads, *joint_reads}) + _SINGLES
    read_count = len(reads) + sum(map(len, joint_reads.values())) + _SINGLES
    purchases = Need("narrowed tokens", token_count + 1, f"full{CLIENT}", shared=False)
    return (purchases, Need("narrowed tokens", read_count, shared=False))


def _rest_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the purchases of tokens, and the reads of all further operations with them."""
    reads = _list_reads(model)
    purchases = Need("narrowed tokens for the rest", len(reads) + 1, f"full{CLIENT}", shared=False)
    return (purchases, Need("narrowed tokens for the rest", sum(map(len, reads.values())), shared=False))


def use_narrowed_tokens(operation: Operation, subject: Subject) -> Steps[None]:
    """Send one read of each scope with a token without it, and some with a token that has nothing else.

    A read that needs several scopes is sent without each of them.
    """
    if (yield from _explain_absence(subject)):
        return
    everything = yield from _find_granted_scopes(subject)
    random = subject.make_random("narrowed scopes")
    reads = {scope: operations for scope, operations in _list_reads(subject.model).items() if scope in everything}
    joint_reads = {name: joint for name, joint in _list_joint_reads(subject.model).items() if name in everything}
    for scope in sorted({*reads, *joint_reads}):
        chosen = [random.choice(_choose_plain(reads[scope]))] if scope in reads else []
        yield from _use_without(scope, everything, [*chosen, *joint_reads.get(scope, ())], subject)
    for scope in random.sample(sorted(reads), min(_SINGLES, len(reads))):
        yield from _use_alone(scope, _choose_plain(reads[scope])[0], subject)


def use_narrowed_tokens_everywhere(operation: Operation, subject: Subject) -> Steps[None]:
    """Send every read that needs one scope with a token that has all scopes but this one."""
    if (yield from _explain_absence(subject)):
        return
    everything = yield from _find_granted_scopes(subject)
    for scope, operations in sorted(_list_reads(subject.model).items()):
        if scope in everything:
            yield from _use_without(scope, everything, operations, subject)


def _choose_plain(operations: list[Operation]) -> list[Operation]:
    """Return the operations without path parameters, or all where each has some."""
    return [operation for operation in operations if "{" not in operation.path] or operations


def _explain_absence(subject: Subject) -> Steps[bool]:
    """Return whether no token can be requested; record the reason."""
    if "full" in subject.target.clients and subject.target.token_url:
        return False
    reason = "no client id and secret are configured for the identity full"
    yield skip_case("AUT-11", WHOLE.key, Verdict.NOT_OBSERVABLE, reason)
    return True


def _find_granted_scopes(subject: Subject) -> Steps[frozenset[str]]:
    """Return the scopes of a token that is requested without scopes, else those of the description."""
    response = yield from post_form(subject, "", "grant_type=client_credentials")
    granted = _read_scopes(response)
    used = {scope for operation in subject.model.operations for scope in operation.scopes}
    return frozenset(used if granted is None else granted & used)


def _read_scopes(response: OperationResponse) -> set[str] | None:
    """Return the scopes that a token response states, None where it states none (RFC 6749, section 5.1)."""
    stated = response.json.get("scope") if isinstance(response.json, dict) else None
    return set(stated.split()) if isinstance(stated, str) and stated.strip() else None


def _request_token(scopes: frozenset[str], subject: Subject) -> Steps[str]:
    """Buy a token with these scopes; return nothing where the server grants others, as it may."""
    form = f"grant_type=client_credentials&scope={quote(' '.join(sorted(scopes)))}"
    response = yield from post_form(subject, "", form)
    stated, token = _read_scopes(response), read_token(response)
    if not token or (stated is not None and stated != scopes):
        reason = "the token endpoint refuses to narrow the scopes, or grants other scopes than requested"
        yield judge_case(response, "AUT-11", Verdict.NOT_OBSERVABLE, reason)
        return ""
    return token


def _use_without(scope: str, everything: frozenset[str], operations: list[Operation], subject: Subject) -> Steps[None]:
    """Send reads that need a scope with a token that has all others."""
    token = yield from _request_token(everything - {scope}, subject)
    for operation in operations if token else ():
        response = yield from _read_with(token, operation, subject)
        if response is not None:
            yield from _check_closed(response, scope)


def _check_closed(response: OperationResponse, scope: str) -> Iterator[Outcome]:
    """Check that a read is refused to a token without its scope."""
    about = OperationResponse(response.exchange, WHOLE)
    if response.is_success:
        which = "one that it needs" if len(response.operation.scopes) > 1 else "its own"
        message = f"{response.operation.key} accepts a token with all scopes except {which}"
        actual = f"{response.status} without {scope}"
        yield fail_case(about, "AUT-11", message, expected="403", actual=actual)
    else:
        yield pass_case(about, "AUT-11")


def _use_alone(scope: str, operation: Operation, subject: Subject) -> Steps[None]:
    """Send a read with a token that has its scope and no other."""
    token = yield from _request_token(frozenset({scope}), subject)
    response = (yield from _read_with(token, operation, subject)) if token else None
    if response is None:
        return
    about = OperationResponse(response.exchange, WHOLE)
    if response.status in {401, 403}:
        message = f"{operation.key} refuses a token with only its scope"
        yield fail_case(about, "AUT-11", message, expected="2xx", actual=f"{response.status} with {scope}")
    else:
        yield pass_case(about, "AUT-11")


def _read_with(token: str, operation: Operation, subject: Subject) -> Steps[OperationResponse | None]:
    """Send a read with an issued token; return None if no value for its path is known."""
    call = yield from find_call(operation, subject, subject.reader)
    if isinstance(call, Missing):
        return None
    plain = call.build_request(fresh=True)
    headers = (*plain.headers, ("Authorization", f"Bearer {token}"))
    request = Request(operation.key, "GET", plain.target, headers, identity="full", fresh=True)
    return (yield from send(operation, request))


PROBES = (
    Probe("narrowed-scopes", ("AUT-11",), _is_always_tested, _needs, use_narrowed_tokens, is_api_wide=True),
    Probe(
        "narrowed-scopes-everywhere", ("AUT-11",), _is_always_tested, _rest_needs, use_narrowed_tokens_everywhere,
        rank=3, is_api_wide=True,
    ),
)  # fmt: skip
