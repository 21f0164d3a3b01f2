"""The judge of one certification: verdicts on responses at once, on effects at the end."""

from collections.abc import Sequence
from email.utils import parsedate_to_datetime

import msgspec

from conformance.certify.assessments import Assessment
from conformance.certify.webhook_receivers import response_verdicts as j
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, SendMode, Stimulus
from conformance.certify.webhook_receivers.drafts import SigningKeys
from conformance.certify.webhook_receivers.effect_verdicts import judge_effects
from conformance.certify.webhook_receivers.expected_effects import (
    ExpectedEffect,
    are_accepted,
    list_accepted_effects,
    list_stimulus_effects,
)
from conformance.certify.webhook_receivers.live_resources import LiveResources
from conformance.certify.webhook_receivers.observation_hook import ObservationHook
from conformance.certify.webhook_receivers.observations import Observations
from conformance.certify.webhook_receivers.response_verdicts import SentMessage
from conformance.execution.unscheduled_run import RunPart, UnscheduledRun
from conformance.model import Level, Verdict

_MAX_LOST_IN_A_ROW = 3
_OPTIONAL = frozenset({"W21"})
"""Requirements whose states count only where a hook is named: the responses decide without one."""


class StopSending(Exception):  # noqa: N818 - a reason to stop, not an error
    """The receiver cannot be judged any further."""


class ReceiverJudge:
    """The judge of one certification; it remembers the control, and the effects that are still to be judged."""

    def __init__(self, record: UnscheduledRun, world: LiveResources, keys: SigningKeys) -> None:
        self._record, self._world, self._keys = record, world, keys
        self._expected: list[ExpectedEffect] = []
        self._control, self._lost_in_a_row, self._skew_s = "", 0, 0.0

    def judge_responses(
        self, stimulus: Stimulus, item: RunPart, sent: Sequence[SentMessage], expected: Sequence[ExpectedResponse] = ()
    ) -> None:
        """Log exchanges and verdicts of a stimulus; a PASS may wait for the effect.

        `expected` are the responses that the single messages of a sequence need, by default that of the stimulus.
        Raises StopSending where the control fails, or after too many messages without a response.
        """
        variants = [msgspec.structs.replace(stimulus, expected=one) for one in expected] or [stimulus] * len(sent)
        for variant, message in zip(variants, sent, strict=True):
            self.log_exchange(variant, item, message)
        assessments = [
            j.judge_response(variant, message, skew_s=self._skew_s)
            for variant, message in zip(variants, sent, strict=True)
        ]
        is_deferred = _is_deferred(stimulus, variants, sent, assessments)
        for variant, assessment, message in zip(variants, assessments, sent, strict=True):
            if stimulus.level is Level.MAY and assessment.verdict is Verdict.WARN and stimulus.requirement == "W01":
                reason = f"{stimulus.name}: status {message.exchange.status}; a receiver need not accept them"
                self._record.log_notice("optional", reason, j.OPERATION)
            elif not (is_deferred and assessment.verdict in {Verdict.PASS, Verdict.NOT_OBSERVABLE}):
                self.log_verdict(variant, item, assessment, [message])
        self._expect_effects(stimulus, variants, sent, assessments, is_deferred=is_deferred)
        self._update_state(stimulus, item, sent[-1])

    def judge_upload(self, stimulus: Stimulus, item: RunPart, sent: SentMessage) -> None:
        """Log exchange and verdict of an upload."""
        self.log_exchange(stimulus, item, sent)
        assessment = j.judge_upload(stimulus, sent)
        self.log_verdict(stimulus, item, assessment, [sent])
        self._expect_effects(stimulus, [stimulus], [sent], [assessment], is_deferred=False)

    def judge_others(self, stimulus: Stimulus, item: RunPart, sent: Sequence[SentMessage]) -> None:
        """Judge the other valid messages of a sequence: those that are lost count, a receiver that is busy does not."""
        other = msgspec.structs.replace(stimulus, expected=ExpectedResponse.ACCEPT, steps=(), counted=(), states=())
        for message in sent:
            assessment = j.judge_response(other, message)
            if assessment.verdict is Verdict.FAIL:
                self.log_exchange(other, item, message)
                self.log_verdict(other, item, assessment, [message])
        self._expected += [
            msgspec.structs.replace(effect, exchanges=())
            for effect in list_accepted_effects(other, [other] * len(sent), sent, self._world.pair)
        ]

    def log_exchange(self, stimulus: Stimulus, item: RunPart, sent: SentMessage) -> None:
        """Log an exchange, and what its response reveals (W31) and commands (W32)."""
        item.log_exchange(sent.exchange)
        item.log_outcomes(
            outcome
            for outcome in j.check_refusal(stimulus, sent, self._keys)
            if self._control or outcome.verdict is not Verdict.PASS
        )

    def log_verdict(
        self, stimulus: Stimulus, item: RunPart, assessment: Assessment, sent: Sequence[SentMessage] = ()
    ) -> None:
        """Log a verdict of a stimulus."""
        item.log_outcomes([j.build_outcome(stimulus, assessment, *(message.exchange.id for message in sent))])

    def judge_effects(self, hook: ObservationHook) -> None:
        """Log the verdicts on all effects."""
        with self._record.open_part("effects") as item:
            observations = Observations(hook, self._expected, self._world.count_reads)
            item.log_outcomes(judge_effects(self._expected, observations))

    def forget_effects(self) -> None:
        """Judge no effects, since the run was interrupted."""
        self._expected = []

    def _expect_effects(
        self,
        stimulus: Stimulus,
        variants: Sequence[Stimulus],
        sent: Sequence[SentMessage],
        assessments: Sequence[Assessment],
        *,
        is_deferred: bool,
    ) -> None:
        """Remember the events whose effects are to be judged at the end."""
        is_undecided = any(message.exchange.failure for message in sent) or any(
            assessment.verdict is Verdict.INCONCLUSIVE for assessment in assessments
        )
        is_optional = stimulus.requirement in _OPTIONAL and bool(stimulus.states)
        stated: list[ExpectedEffect] = []
        if is_deferred or (not is_undecided and (stimulus.effects == 0 or (is_optional and are_accepted(sent)))):
            stated = list(list_stimulus_effects(stimulus, sent, is_optional=is_optional))
        known = {effect.id for effect in stated if effect.is_wanted}
        self._expected = [*(one for one in self._expected if not (one.is_optional and one.id in known)), *stated]
        if not stimulus.states:
            accepted = list_accepted_effects(stimulus, variants, sent, self._world.pair)
            self._expected += [effect for effect in accepted if effect.id not in known]

    def _update_state(self, stimulus: Stimulus, item: RunPart, last: SentMessage) -> None:
        """Check the control first; raise StopSending after too many messages without a response."""
        self._lost_in_a_row = self._lost_in_a_row + 1 if last.exchange.response is None else 0
        if not self._control:
            self._check_control(stimulus, item, last)
        if self._lost_in_a_row >= _MAX_LOST_IN_A_ROW:
            raise StopSending(f"the receiver does not respond: {last.exchange.failure}")

    def _check_control(self, stimulus: Stimulus, item: RunPart, sent: SentMessage) -> None:
        """Check the control: a later refusal shows something only if the receiver accepts a valid message."""
        exchange = sent.exchange
        if "CERTIFICATE_VERIFY_FAILED" in exchange.failure:
            assessment = Assessment(Verdict.FAIL, f"its TLS certificate is not trusted: {exchange.failure}")
            item.log_outcomes(
                [j.build_outcome(msgspec.structs.replace(stimulus, requirement="W30"), assessment, exchange.id)]
            )
        if not 200 <= exchange.status < 300:
            reaction = f"status {exchange.status}" if exchange.status else f"no response ({exchange.failure})"
            raise StopSending(
                f"the receiver must accept a valid delivery, got {reaction}: check --endpoint and --secret"
            )
        self._control = sent.message.id
        self._skew_s = _compute_skew(sent)


def _is_deferred(
    stimulus: Stimulus, variants: Sequence[Stimulus], sent: Sequence[SentMessage], assessments: Sequence[Assessment]
) -> bool:
    """Return whether the verdict waits for the effect: all is as expected, and that alone does not decide."""
    if stimulus.requirement in _OPTIONAL or any(assessment.verdict is Verdict.FAIL for assessment in assessments):
        return False
    needs_effect = stimulus.expected in {ExpectedResponse.FOLLOW, ExpectedResponse.IGNORE}
    waits = needs_effect or stimulus.mode is SendMode.BURST or bool(stimulus.counted or stimulus.states)
    must_be_accepted = [
        message
        for variant, message in zip(variants, sent, strict=True)
        if variant.expected is not ExpectedResponse.REFUSE
    ]
    return waits and are_accepted(must_be_accepted)


def _compute_skew(sent: SentMessage) -> float:
    """Return by how many seconds the receiver's clock is ahead, by the `Date` of a response; 0 if unknown."""
    response = sent.exchange.response
    try:
        date = parsedate_to_datetime((response.find_header("date") if response else None) or "")
    except ValueError:
        return 0.0
    skew_s = date.timestamp() - sent.exchange.sent_at
    return 0.0 if -1 <= skew_s <= 1 else skew_s
