"""What judges share: whether a client went on, crashed, sent the same again. Pure."""

from conformance.certify.api_clients.scenario import open_question, wrong
from conformance.certify.api_clients.trace import Call, How, Trace
from conformance.certify.found import RIGHT, TRACES, Found
from conformance.model import Verdict


def went_on(trace: Trace) -> Found:
    """Whether the task was done all the same: every read of the control was made, everything told, a good end."""
    control = trace.control
    if control is None:
        return open_question("there is no run without the condition to compare with")
    if not trace.ran.well:
        return wrong(f"the client {trace.ran.told}", _asked_last(trace))
    reads = {trace.bare(each) for each in trace.api if each.method == "GET"}
    wanted = [control.bare(each) for each in control.api if each.method == "GET" and each.status == 200]
    if missing := [target for target in wanted if target not in reads]:
        return wrong(f"it no longer asks for GET {missing[0]}", f"{len(missing)} of {len(wanted)} reads are missing")
    return _told_all(trace, control)


def _told_all(trace: Trace, control: Trace) -> Found:
    """What the client told of without the condition, it tells of with it: ids, where it writes them to its output."""
    told = {word for word in control.ran.output.split() if len(word) > 20 and f'"{word}"'.encode() in _shown(control)}
    missing = sorted(word for word in told if word not in trace.ran.output and f'"{word}"'.encode() in _shown(trace))
    if missing:
        return wrong(f"it no longer tells of {missing[0]}", f"{len(missing)} of {len(told)} are missing")
    return RIGHT


def _shown(trace: Trace) -> bytes:
    return b"".join(trace.issued())


def _asked_last(trace: Trace) -> str:
    return f"last request: {trace.api[-1].method} {trace.api[-1].target}" if trace.api else "no request"


def crashed(trace: Trace) -> str:
    """How the client broke, in words, empty where it did not."""
    if trace.ran.how is How.LIMIT or (trace.ran.status or 0) < 0:
        return trace.ran.told
    return "ended with a stack trace" if TRACES.search(trace.ran.output.encode()) else ""


def survived(trace: Trace) -> Found:
    """Whether the client did not break, or breaks at every refusal alike, which shows nothing of this one."""
    if not (broken := crashed(trace)):
        return RIGHT
    if trace.beside is not None and crashed(trace.beside):
        return Found(Verdict.NOT_OBSERVABLE, "the client ends so at an ordinary refusal as well")
    return wrong(f"the client {broken}")


def again(trace: Trace, first: Call) -> tuple[Call, ...]:
    """Requests equal to one that was answered before."""
    same = (first.method, trace.bare(first), first.body)
    return tuple(each for each in trace.after(first) if (each.method, trace.bare(each), each.body) == same)


def quiet(trace: Trace, since: Call) -> str:
    """How long was watched after an answer, in words."""
    return f"watched for {max(0.0, trace.ended - since.done):.1f} s, until it {trace.ran.how}"
