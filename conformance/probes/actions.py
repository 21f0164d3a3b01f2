"""Actions as they are documented: each asked for once, so that what they answer is judged at all.

They start a boost, pay a rebate, join a program: the plan has those that do so in the profile deep alone, and with
--allow-hardware. Nothing undoes them, and each one that was carried out is told.
"""

import msgspec

from conformance.judging import without
from conformance.model import Effect, Noticed, Operation, ResourceModel, Role, Verdict
from conformance.probes.arguments import Missing, calls_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.reading import plain_read
from conformance.probes.writing import write_of
from conformance.subject import Subject

_THINGS = 3  # on which it is tried: one may be in no state for it


def _acts(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.ACTION


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model)[:-1], Need(f"act {operation.key}", shared=False))


def act(operation: Operation, subject: Subject) -> Steps[None]:
    """RSP-03 of an action in order, on the first thing that is in the state for it."""
    write = yield from write_of(operation, subject, "action")
    if isinstance(write, Missing):
        yield from untested(("RSP-03",), operation, write)
        return
    answers = []
    for call in (yield from calls_of(operation, subject, _THINGS)):
        answer = yield from ask(operation, msgspec.structs.replace(write, call=call).request(write.body))
        answers.append(answer)
        if answer.ok:
            if operation.effect is not Effect.NONE:
                notice = f"{operation.key} was carried out at {call.path}, and nothing undoes it"
                yield Noticed("cleanup", notice, operation.key)
            return
    statuses = ", ".join(str(response.status) for response in answers)
    yield without("RSP-03", operation.key, Verdict.NOT_OBSERVABLE, f"nothing was found in the state for it: {statuses}")


PROBES = (Probe("action", ("RSP-03",), _acts, _needs, act, rank=3, writes=True),)
