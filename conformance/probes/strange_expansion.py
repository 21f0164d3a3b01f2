"""EXP-10: `expand` of a path that is not documented is refused; what a comma does is told, and not judged."""

from functools import partial

from conformance.answers import expanded_at
from conformance.judging import observed
from conformance.model import Noticed, Operation, Profile, ResourceModel, Verdict
from conformance.probes.arguments import Call, Missing, untested
from conformance.probes.base import IDLE, Need, Probe, Steps, turn
from conformance.probes.expansion import expandable
from conformance.probes.reading import plain_read
from conformance.probes.unwelcome import ask_for_refusal, call_by, call_to_refuse, loose, refusal_needs, refused
from conformance.subject import Subject


def _needs(operation: Operation, model: ResourceModel, *, what: str, count: int) -> tuple[Need, ...]:
    if loose(operation):
        return refusal_needs(operation, model, what, count)
    return (*plain_read(operation, model, IDLE)[:-1], Need(f"{what} {operation.key}", count, IDLE))


def _call(operation: Operation, subject: Subject) -> Steps[Call | Missing]:
    if loose(operation):
        return (yield from call_to_refuse(operation, subject))
    return (yield from call_by(subject.idle, operation, subject))


def undocumented(operation: Operation, subject: Subject, *, deep: bool) -> Steps[None]:
    """One undocumented path, of another kind on each operation; in depth one of every kind, and the comma form."""
    from strategies.expansions import bad_expansions  # noqa: PLC0415 - hypothesis takes as long as all other imports

    call = yield from _call(operation, subject)
    if isinstance(call, Missing):
        yield from untested(("EXP-10",), operation, call)
        return
    bad = bad_expansions(operation)
    own = bad[turn(operation, len(bad))]
    for each in [one for one in bad if one != own] if deep else [own]:
        answer = yield from ask_for_refusal(operation, call.request(("expand", each.value)), subject)
        yield from refused(
            answer, "EXP-10", "an undocumented expand path", 400, sent=each.value[:60], pointer="query:expand"
        )
    if deep:
        yield from _comma(call, subject)


def _comma(call: Call, subject: Subject) -> Steps[None]:
    """Two documented paths joined by a comma: the documentation writes it once, and says nowhere what it does."""
    expansions = [each for each in call.operation.first_expansions if each.resolvable][:2]
    if len(expansions) < 2:
        return
    value = ",".join(each.path for each in expansions)
    answer = yield from ask_for_refusal(call.operation, call.request(("expand", value)), subject)
    shown = [any(isinstance(value, dict | list) for _, value in expanded_at(answer, each)) for each in expansions]
    words = "expands both" if all(shown) else "is ignored" if answer.ok else f"answers {answer.status}"
    yield Noticed("unspecified", f"expand={value}, with a comma, {words}", call.operation.key)
    if answer.status >= 500:
        yield from refused(answer, "EXP-10", "the comma form of expand", 400, pointer="query:expand")
    else:
        reason = f"the comma form is not specified; it {words}"
        yield observed(answer, "EXP-10", Verdict.NOT_APPLICABLE, reason)


_DEEP = 10  # kinds of undocumented paths, and the comma form

PROBES = (
    Probe(
        "strange-expansion", ("EXP-10",), expandable, partial(_needs, what="strange", count=1),
        partial(undocumented, deep=False), rank=3,
    ),
    Probe(
        "strange-expansion-all", ("EXP-10",), expandable, partial(_needs, what="all strange", count=_DEEP),
        partial(undocumented, deep=True), Profile.DEEP, 3,
    ),
)  # fmt: skip
