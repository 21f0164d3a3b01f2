"""Probe of documented actions: send each one once, so that its success response is checked.

Actions start a boost, pay a rebate or join a program. The plan has those with such an effect only in the profile deep
and with --allow-hardware. Nothing undoes them, so each action that was carried out is noted for the reader.
"""

import msgspec

from conformance.evidence.outcomes import skip_case
from conformance.evidence.subject import Subject
from conformance.model import Effect, Noticed, Operation, ResourceModel, Role, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_calls, report_untested
from conformance.probes.toolkit.write_requests import build_write

_MAX_OBJECTS = 3  # tried in turn, as one may be in no state for the action


def _is_action(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.ACTION


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read_needs(operation, model)[:-1], Need(f"act {operation.key}", shared=False))


def carry_out_action(operation: Operation, subject: Subject) -> Steps[None]:
    """Carry out an action, on the first object whose state allows it (RSP-03)."""
    write = yield from build_write(operation, subject, "action")
    if isinstance(write, Missing):
        yield from report_untested(("RSP-03",), operation, write)
        return
    responses = []
    for call in (yield from find_calls(operation, subject, _MAX_OBJECTS)):
        answer = yield from send(operation, msgspec.structs.replace(write, call=call).request(write.body))
        responses.append(answer)
        if answer.is_success:
            if operation.effect is not Effect.NONE:
                notice = f"{operation.key} was carried out at {call.path}, and nothing undoes it"
                yield Noticed("cleanup", notice, operation.key)
            return
    statuses = ", ".join(str(response.status) for response in responses)
    yield skip_case(
        "RSP-03", operation.key, Verdict.NOT_OBSERVABLE, f"no object is in a state for it: status {statuses}"
    )


PROBES = (Probe("action", ("RSP-03",), _is_action, _needs, carry_out_action, rank=3, writes=True),)
