"""Comparisons that judges share: task completed, client crashed, same request sent again. Pure."""

from urllib.parse import parse_qsl, unquote

import msgspec

from conformance.certify.api_clients.definitions import build_inconclusive, build_violation
from conformance.certify.api_clients.trace import ClientCall, ProcessEnd, Trace
from conformance.certify.assessments import PASSED, Assessment, has_stack_trace
from conformance.model import Verdict


def compare_with_control(trace: Trace) -> Assessment:
    """Return the verdict on whether the client completed its task under the condition, compared with the control.

    It did when the client made every read of the control, wrote the same ids to its output and ended well.
    """
    control = trace.control
    if control is None:
        return build_inconclusive("there is no control run to compare with")
    if not trace.process.is_successful:
        return build_violation(f"the client {trace.process.description}", _describe_last_request(trace))
    reads = {trace.remove_secrets(call) for call in trace.api_calls if call.method == "GET"}
    expected = [
        control.remove_secrets(call) for call in control.api_calls if call.method == "GET" and call.status == 200
    ]
    if missing := [target for target in expected if target not in reads]:
        return build_violation(
            f"it no longer sends GET {missing[0]}", f"{len(missing)} of {len(expected)} reads are missing"
        )
    return compare_output(trace, control)


def compare_output(trace: Trace, control: Trace) -> Assessment:
    """Return the verdict on the ids in the output: those of the control that the server still shows must be there."""
    ids = {word for word in control.process.output.split() if len(word) > 20 and _is_shown(word, control)}
    missing = sorted(word for word in ids if word not in trace.process.output and _is_shown(word, trace))
    if missing:
        return build_violation(
            f"its output no longer has {missing[0]}", f"{len(missing)} of {len(ids)} ids are missing"
        )
    return PASSED


def _is_shown(text: str, trace: Trace) -> bool:
    return any(f'"{text}"'.encode() in body for body in trace.iterate_response_bodies())


def _describe_last_request(trace: Trace) -> str:
    return (
        f"last request: {trace.api_calls[-1].method} {trace.api_calls[-1].target}" if trace.api_calls else "no request"
    )


def describe_crash(trace: Trace) -> str:
    """Return how the client crashed, in words, empty where it did not."""
    if trace.process.end is ProcessEnd.TIME_LIMIT or (trace.process.exit_status or 0) < 0:
        return trace.process.description
    return "ended with a stack trace" if has_stack_trace(trace.process.output.encode()) else ""


def judge_crash(trace: Trace) -> Assessment:
    """Return the verdict on whether the client crashed.

    A client that also crashes at the ordinary refusal in `beside` shows nothing about this one.
    """
    if not (crash := describe_crash(trace)):
        return PASSED
    if trace.comparison is not None and describe_crash(trace.comparison):
        return Assessment(Verdict.NOT_OBSERVABLE, "the client also crashes at an ordinary refusal")
    return build_violation(f"the client {crash}")


def list_repeats(trace: Trace, first: ClientCall, *, ignores_query: bool = False) -> tuple[ClientCall, ...]:
    """Return the later requests with the method, target and body of a first one; bodies are compared as JSON.

    With `ignores_query`, paths are compared in place of targets: a query does not make another write of a body.
    """

    def describe(call: ClientCall) -> tuple[str, str, bytes]:
        return call.method, call.path if ignores_query else trace.remove_secrets(call), _normalise_json(call.body)

    content = describe(first)
    return tuple(call for call in trace.select_calls_after(first) if describe(call) == content)


def _normalise_json(body: bytes) -> bytes:
    """Return a JSON text with sorted names and without white space, other bytes as they are."""
    try:
        return msgspec.json.encode(msgspec.json.decode(body), order="sorted")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return body


def decode_target(target: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return path and query parameters of a target, with percent-encoding undone."""
    path, _, query = target.partition("?")
    return unquote(path), tuple(parse_qsl(query, keep_blank_values=True))


def describe_observation(trace: Trace, call: ClientCall) -> str:
    """Return how long the client was observed after a response, in words."""
    return f"observed for {max(0.0, trace.duration_s - call.responded_at):.1f} s, until it {trace.process.end}"
