"""Comparisons that judges share: task completed, client crashed, same request sent again. Pure."""

from conformance.certify.api_clients.definitions import open_question, wrong
from conformance.certify.api_clients.trace import Call, How, Trace
from conformance.certify.assessments import RIGHT, TRACES, Found
from conformance.model import Verdict


def went_on(trace: Trace) -> Found:
    """Return the verdict on whether the client completed its task under the condition, compared with the control.

    It did when the client made every read of the control, wrote the same ids to its output and ended well.
    """
    control = trace.control
    if control is None:
        return open_question("there is no control run to compare with")
    if not trace.ran.well:
        return wrong(f"the client {trace.ran.told}", _describe_last_request(trace))
    reads = {trace.bare(call) for call in trace.api if call.method == "GET"}
    expected = [control.bare(call) for call in control.api if call.method == "GET" and call.status == 200]
    if missing := [target for target in expected if target not in reads]:
        return wrong(f"it no longer sends GET {missing[0]}", f"{len(missing)} of {len(expected)} reads are missing")
    return _compare_output(trace, control)


def _compare_output(trace: Trace, control: Trace) -> Found:
    """Compare the ids in the output: those of the control that the server still shows must be there."""
    ids = {word for word in control.ran.output.split() if len(word) > 20 and _is_shown(word, control)}
    missing = sorted(word for word in ids if word not in trace.ran.output and _is_shown(word, trace))
    if missing:
        return wrong(f"its output no longer has {missing[0]}", f"{len(missing)} of {len(ids)} ids are missing")
    return RIGHT


def _is_shown(text: str, trace: Trace) -> bool:
    return any(f'"{text}"'.encode() in body for body in trace.issued())


def _describe_last_request(trace: Trace) -> str:
    return f"last request: {trace.api[-1].method} {trace.api[-1].target}" if trace.api else "no request"


def crashed(trace: Trace) -> str:
    """Return how the client crashed, in words, empty where it did not."""
    if trace.ran.how is How.LIMIT or (trace.ran.status or 0) < 0:
        return trace.ran.told
    return "ended with a stack trace" if TRACES.search(trace.ran.output.encode()) else ""


def survived(trace: Trace) -> Found:
    """Return the verdict on whether the client crashed.

    A client that also crashes at the ordinary refusal in `beside` shows nothing about this one.
    """
    if not (crash := crashed(trace)):
        return RIGHT
    if trace.beside is not None and crashed(trace.beside):
        return Found(Verdict.NOT_OBSERVABLE, "the client also crashes at an ordinary refusal")
    return wrong(f"the client {crash}")


def again(trace: Trace, first: Call) -> tuple[Call, ...]:
    """Return the later requests with the method, target and body of a first one."""
    content = (first.method, trace.bare(first), first.body)
    return tuple(call for call in trace.after(first) if (call.method, trace.bare(call), call.body) == content)


def quiet(trace: Trace, since: Call) -> str:
    """Return how long the client was observed after a response, in words."""
    return f"observed for {max(0.0, trace.ended - since.done):.1f} s, until it {trace.ran.how}"
