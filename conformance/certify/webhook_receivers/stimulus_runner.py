"""The runner that sends the stimuli one after the other and logs the outcome of each."""

from functools import partial
from typing import Any

import msgspec

from conformance.certify.assessments import PASSED, Assessment
from conformance.certify.webhook_receivers import response_verdicts as j
from conformance.certify.webhook_receivers.definitions import (
    DeliveryStep,
    Payload,
    SendMode,
    SigningKeyChoice,
    Stimulus,
)
from conformance.certify.webhook_receivers.drafts import MessageFactory, SigningKeys
from conformance.certify.webhook_receivers.live_resources import LiveResources
from conformance.certify.webhook_receivers.messages import DeliveryDraft
from conformance.certify.webhook_receivers.observation_hook import ObservationHook
from conformance.certify.webhook_receivers.receiver_judge import ReceiverJudge, StopSending
from conformance.certify.webhook_receivers.response_verdicts import OPERATION, SentMessage
from conformance.certify.webhook_receivers.sender import MessageSender
from conformance.certify.webhook_receivers.stimuli.repetitions import FIRST
from conformance.execution.unscheduled_run import RunPart, UnscheduledRun
from conformance.model import Outcome, Verdict

_TRIES = 4
_COPIES, _ROUNDS, _CROWD = 20, 5, 50
_OTHERS_AT_ONCE = 10
CONSTANT_TIME = "constant-time comparison cannot be proved over a network: review the code that compares"


class StimulusRunner:
    """One certification in progress.

    `longest_s` is the longest wait between two deliveries, in seconds; `p95_s` is the limit of W27.
    """

    def __init__(  # noqa: PLR0913 - the parts of a certification
        self,
        record: UnscheduledRun,
        sender: MessageSender,
        world: LiveResources,
        hook: ObservationHook,
        keys: SigningKeys,
        *,
        longest_s: float,
        p95_s: float = 5.0,
    ) -> None:
        self._record, self._sender, self._world, self._hook, self._keys = record, sender, world, hook, keys
        self._longest_s, self._p95_s = longest_s, p95_s
        self._factory = MessageFactory(world, keys)
        self._judge = ReceiverJudge(record, world, keys)
        self._first: DeliveryDraft | None = None  # the control, before it was signed

    def run_stimuli(self, stimuli: tuple[Stimulus, ...]) -> None:
        """Send all stimuli, then judge the effects.

        The first stimulus is the control: unless the receiver accepts it, a refusal of the others shows nothing.
        """
        if self._record.has_planned("W33"):
            with self._record.open_part("W33") as item:
                item.log_outcomes([Outcome("W33", OPERATION, Verdict.REVIEW, CONSTANT_TIME)])
        try:
            for stimulus in stimuli:
                with self._record.open_part(_name_item(stimulus)) as item:
                    self._run_stimulus(stimulus, item)
        except StopSending as reason:
            self._record.stopped = str(reason)
        except KeyboardInterrupt:
            self._record.stopped = "interrupted"
            self._judge.forget_effects()
        self._judge.judge_effects(self._hook)
        if self._record.stopped:
            self._record.close_unjudged(self._record.stopped)
        else:
            self._record.close_unjudged("no response allowed a verdict", Verdict.NOT_OBSERVABLE)

    def _run_stimulus(self, stimulus: Stimulus, item: RunPart) -> None:
        """Run a stimulus, unless its key is missing or its wait is too long."""
        if self._keys.find_key(stimulus.signer) is None:
            if stimulus.signer is SigningKeyChoice.PREVIOUS:
                reason = "name the previous secret with --previous-secret"
                self._judge.log_verdict(stimulus, item, Assessment(Verdict.NOT_TESTED, reason))
        elif stimulus.wait_s > self._longest_s:
            reason = f"its wait of {stimulus.wait_s} s is longer than --longest-wait {self._longest_s:g}"
            self._record.log_notice("wait", f"{_name_item(stimulus)}: not sent, {reason}", OPERATION)
        else:
            modes = {
                SendMode.ONCE: self._send_once,
                SendMode.STEPS: self._send_steps,
                SendMode.BURST: self._send_bursts,
                SendMode.CROWD: self._send_crowd,
                SendMode.UPLOAD: self._send_upload,
                SendMode.PLAIN: self._send_plain_http,
                SendMode.OLD_TLS: self._try_old_tls,
            }
            modes[stimulus.mode](stimulus, item)

    # The ways to send.

    def _send_once(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send once; again if a slow machine sent it too late to mean what it should."""
        sent = self._build_and_send(stimulus)
        for _ in range(_TRIES - 1):
            if not j.may_have_expired(stimulus, sent):
                break
            item.log_exchange(sent.exchange)
            sent = self._build_and_send(stimulus)
        self._judge.judge_responses(stimulus, item, [sent])

    def _build_and_send(self, stimulus: Stimulus) -> SentMessage:
        """Build the message of a stimulus and send it."""
        draft = self._factory.draft_message(stimulus.payload)
        self._first = self._first or draft
        return self._sender.send(partial(self._sign_draft, stimulus, draft), _name_item(stimulus))

    def _send_steps(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send the steps of a sequence: the same letter is the same message."""
        ends = any(step.payload.is_end for step in stimulus.steps)
        resources: dict[str, dict[str, Any]] = {}
        drafts = {FIRST: self._first} if self._first else {}
        sent: list[SentMessage] = []
        for step in stimulus.steps:
            if step.message not in drafts:
                drafts[step.message] = self._factory.draft_step(step, resources, ends=ends)
            self._pass_time(stimulus, item, step)
            make = partial(self._sign_draft, stimulus, drafts[step.message], step)
            if step.is_copy:
                original = next(one.message for one in sent if one.label == step.message)
                make = partial(step.after, original)
            one = self._sender.send(make, _name_item(stimulus))
            sent.append(msgspec.structs.replace(one, label=step.message))
        self._judge.judge_responses(stimulus, item, sent, [step.expected for step in stimulus.steps])

    def _pass_time(self, stimulus: Stimulus, item: RunPart, step: DeliveryStep) -> None:
        """Wait as long as a step asks, and send as many other messages."""
        if step.wait_s:
            self._record.log_notice("wait", f"{stimulus.name}: waiting {step.wait_s} s", OPERATION)
            self._sender.sleep(step.wait_s)
        for _ in range(step.others // _OTHERS_AT_ONCE):
            drafts = [self._factory.draft_message(Payload.CREATED) for _ in range(_OTHERS_AT_ONCE)]
            messages = [self._sign_draft(stimulus, draft) for draft in drafts]
            self._judge.judge_others(stimulus, item, self._sender.send_all(messages, f"{stimulus.name} other"))

    def _send_bursts(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send copies of one message at once, in rounds with a message each."""
        sent = []
        for number in range(_ROUNDS):
            message = self._sign_draft(stimulus, self._factory.draft_message(stimulus.payload))
            copies = self._sender.send_copies(message, _COPIES, _name_item(stimulus))
            sent += [msgspec.structs.replace(copy, label=str(number)) for copy in copies]
        self._judge.judge_responses(stimulus, item, sent)
        if spreads_s := self._sender.spreads_s:
            spread = f"the copies of each sent within {max(spreads_s) * 1000:.1f} ms"
            self._record.log_notice("race", f"{stimulus.name}: {_ROUNDS} rounds, {spread}", OPERATION)

    def _send_crowd(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send many different messages at once."""
        drafts = [self._factory.draft_message(stimulus.payload) for _ in range(_CROWD)]
        messages = [self._sign_draft(stimulus, draft) for draft in drafts]
        answered = self._sender.send_all(messages, _name_item(stimulus))
        sent = [msgspec.structs.replace(one, label=str(number)) for number, one in enumerate(answered)]
        self._judge.judge_responses(stimulus, item, sent)
        self._judge.log_verdict(stimulus, item, j.judge_times(sent, p95_s=self._p95_s), sent)

    def _send_upload(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send a large body until a response arrives."""
        message = self._sign_draft(stimulus, self._factory.draft_message(stimulus.payload))
        sent = self._sender.upload(message, _name_item(stimulus), stimulus.upload_bytes, is_chunked=stimulus.is_chunked)
        self._judge.judge_upload(stimulus, item, sent)

    def _send_plain_http(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send to the endpoint over plain http."""
        endpoint, judge = self._sender.endpoint, self._judge
        if endpoint.is_secure and endpoint.port == 443:
            sent = self._sender.send_plain_http(_name_item(stimulus))
            item.log_exchange(sent.exchange)
            accepted = Assessment(
                Verdict.FAIL, f"plain http returned {sent.exchange.status}", str(sent.exchange.status)
            )
            judge.log_verdict(stimulus, item, accepted if 200 <= sent.exchange.status < 300 else PASSED, [sent])
        elif endpoint.is_secure:
            judge.log_verdict(stimulus, item, Assessment(Verdict.NOT_APPLICABLE, "its port accepts only TLS"))
        elif endpoint.is_local:
            reason = "a loopback endpoint may use plain http"
            judge.log_verdict(stimulus, item, Assessment(Verdict.NOT_APPLICABLE, reason))
        else:
            message = "the endpoint itself uses plain http"
            judge.log_verdict(stimulus, item, Assessment(Verdict.FAIL, message, endpoint.origin))

    def _try_old_tls(self, stimulus: Stimulus, item: RunPart) -> None:
        """Try a handshake of TLS 1.0 or 1.1."""
        if not self._sender.endpoint.is_secure:
            assessment = Assessment(Verdict.NOT_APPLICABLE, "the endpoint uses plain http")
        elif (accepted := self._sender.probe_old_tls()) is None:
            assessment = Assessment(Verdict.NOT_OBSERVABLE, "this machine cannot offer TLS 1.1")
        else:
            assessment = Assessment(Verdict.FAIL, "TLS 1.1 or older is accepted") if accepted else PASSED
        self._judge.log_verdict(stimulus, item, assessment)

    def _sign_draft(self, stimulus: Stimulus, draft: DeliveryDraft, step: DeliveryStep | None = None) -> DeliveryDraft:
        """Return the message as it is sent now."""
        return self._factory.sign_draft(stimulus, draft, self._sender.clock(), step)


def _name_item(stimulus: Stimulus) -> str:
    """Return requirement and name of a stimulus."""
    return f"{stimulus.requirement} {stimulus.name}"
