"""The runner that sends the stimuli one after the other and logs the outcome of each."""

from email.utils import parsedate_to_datetime
from functools import partial

import msgspec

from conformance.certify.assessments import PASSED, Assessment
from conformance.certify.webhook_receivers import response_verdicts as j
from conformance.certify.webhook_receivers.drafts import MessageFactory, SigningKeys
from conformance.certify.webhook_receivers.effect_verdicts import ExpectedEffect, judge_effects
from conformance.certify.webhook_receivers.live_resources import LiveResources
from conformance.certify.webhook_receivers.messages import DeliveryDraft, make_younger
from conformance.certify.webhook_receivers.observation_hook import ObservationHook
from conformance.certify.webhook_receivers.response_verdicts import OPERATION, SentMessage
from conformance.certify.webhook_receivers.sender import MessageSender
from conformance.certify.webhook_receivers.stimuli import ExpectedResponse, Payload, SendMode, Stimulus
from conformance.execution.unscheduled_run import RunPart, UnscheduledRun
from conformance.model import Outcome, Verdict

UPLOAD_BYTES = 50 * 1024 * 1024
_MAX_LOST_IN_A_ROW = 3
_RETRY_AGE_S = 240  # the age of a second attempt, with some margin below the tolerance for a slow machine
_TRIES = 4
_COPIES = {SendMode.BURST: 20, SendMode.CROWD: 50}
CONSTANT_TIME = "constant-time comparison cannot be proved over a network: review the code that compares"


class StopSending(Exception):  # noqa: N818 - a reason to stop, not an error
    """The receiver cannot be judged any further."""


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
        self._expected: list[ExpectedEffect] = []
        self._control, self._lost_in_a_row, self._skew_s = "", 0, 0.0

    def run_stimuli(self, stimuli: tuple[Stimulus, ...]) -> None:
        """Send all stimuli, then judge the effects.

        The first stimulus is the control: unless the receiver accepts it, a refusal of the others shows nothing.
        """
        if self._record.has_planned("W33"):
            with self._record.open_part("W33") as item:
                item.log_outcomes([Outcome("W33", OPERATION, Verdict.REVIEW, CONSTANT_TIME)])
        try:
            for stimulus in stimuli:
                with self._record.open_part(f"{stimulus.requirement} {stimulus.name}") as item:
                    self._run_stimulus(stimulus, item)
        except StopSending as reason:
            self._record.stopped = str(reason)
        except KeyboardInterrupt:
            self._record.stopped, self._expected = "interrupted", []
        with self._record.open_part("effects") as item:
            item.log_outcomes(judge_effects(self._expected, self._hook, self._control, self._world.count_reads))
        if self._record.stopped:
            self._record.close_unjudged(self._record.stopped)
        else:
            self._record.close_unjudged("no response allowed a verdict", Verdict.NOT_OBSERVABLE)

    def _run_stimulus(self, stimulus: Stimulus, item: RunPart) -> None:
        """Run a stimulus, unless its key is missing or its wait is too long."""
        if self._keys.find_key(stimulus.signer) is None:
            self._log_verdict(
                stimulus, item, Assessment(Verdict.NOT_TESTED, "name the previous secret with --previous-secret")
            )
        elif stimulus.wait_s > self._longest_s:
            reason = f"its wait of {stimulus.wait_s} s is longer than --longest-wait {self._longest_s:g}"
            self._record.log_notice("wait", f"{stimulus.requirement} {stimulus.name}: not sent, {reason}", OPERATION)
        else:
            {
                SendMode.ONCE: self._send_once,
                SendMode.REPLAY: self._send_replay,
                SendMode.RETRY: self._send_retry,
                SendMode.BURST: self._send_at_once,
                SendMode.CROWD: self._send_at_once,
                SendMode.REVERSED: self._send_reversed,
                SendMode.STREAM: self._send_stream,
                SendMode.PLAIN: self._send_plain_http,
                SendMode.OLD_TLS: self._try_old_tls,
            }[stimulus.mode](stimulus, item)

    # The ways to send.

    def _send_once(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send once; again if a slow machine sent it too late to mean what it should."""
        sent = self._build_and_send(stimulus)
        for _ in range(_TRIES - 1):
            if not j.may_have_expired(stimulus, sent):
                break
            item.log_exchange(sent.exchange)
            sent = self._build_and_send(stimulus)
        self._judge_responses(stimulus, item, [sent])

    def _build_and_send(self, stimulus: Stimulus) -> SentMessage:
        """Build the message of a stimulus and send it."""
        return self._sender.send(
            partial(self._sign_draft, stimulus, self._factory.draft_message(stimulus)), _name_item(stimulus)
        )

    def _send_replay(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send one message twice, byte by byte the same."""
        message = self._sign_draft(stimulus, self._factory.draft_message(stimulus))
        self._judge_responses(
            stimulus, item, [self._sender.send(lambda: message, _name_item(stimulus)) for _ in range(2)]
        )

    def _send_retry(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send one event twice, signed anew, with the wait of the stimulus between."""
        draft = self._factory.draft_message(stimulus)
        first_attempt = msgspec.structs.replace(
            stimulus, before=lambda m: stimulus.before(make_younger(_RETRY_AGE_S)(m))
        )
        earlier = self._sender.send(
            lambda: self._sign_draft(stimulus if stimulus.wait_s else first_attempt, draft), _name_item(stimulus)
        )
        if stimulus.wait_s:
            self._record.log_notice("wait", f"{stimulus.name}: waiting {stimulus.wait_s} s", OPERATION)
            self._sender.sleep(stimulus.wait_s)
        later = self._sender.send(partial(self._sign_draft, stimulus, draft), _name_item(stimulus))
        self._judge_responses(stimulus, item, [earlier, later])

    def _send_at_once(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send copies of one message, or as many different messages, at once."""
        count = _COPIES[stimulus.mode]
        if stimulus.mode is SendMode.BURST:
            messages = [self._sign_draft(stimulus, self._factory.draft_message(stimulus))] * count
        else:
            messages = [self._sign_draft(stimulus, self._factory.draft_message(stimulus)) for _ in range(count)]
        sent = self._sender.send_all(messages, _name_item(stimulus))
        self._judge_responses(stimulus, item, sent)
        if stimulus.mode is SendMode.CROWD:
            self._log_verdict(stimulus, item, j.judge_times(sent, p95_s=self._p95_s), sent)

    def _send_reversed(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send the ended event of a resource before its created event."""
        data, pair = self._world.next_ended(), self._world.pair
        sent = []
        for event, other_event in ((pair.ended, pair.created), (pair.created, pair.ended)):
            draft = self._factory.build_draft(event, other_event, self._world.build_payload(event, data))
            sent.append(self._sender.send(partial(self._sign_draft, stimulus, draft), _name_item(stimulus)))
        self._judge_responses(stimulus, item, sent)

    def _send_stream(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send a huge body in chunks."""
        sent, taken = self._sender.send_stream(
            self._sign_draft(stimulus, self._factory.draft_message(stimulus)), _name_item(stimulus), UPLOAD_BYTES
        )
        item.log_exchange(sent.exchange)
        self._log_verdict(stimulus, item, j.judge_upload(stimulus, sent, taken, UPLOAD_BYTES), [sent])

    def _send_plain_http(self, stimulus: Stimulus, item: RunPart) -> None:
        """Send to the endpoint over plain http."""
        endpoint = self._sender.endpoint
        if endpoint.is_secure and endpoint.port == 443:
            sent = self._sender.send_plain_http(_name_item(stimulus))
            item.log_exchange(sent.exchange)
            accepted = Assessment(
                Verdict.FAIL, f"plain http returned {sent.exchange.status}", str(sent.exchange.status)
            )
            self._log_verdict(stimulus, item, accepted if 200 <= sent.exchange.status < 300 else PASSED, [sent])
        elif endpoint.is_secure:
            self._log_verdict(stimulus, item, Assessment(Verdict.NOT_APPLICABLE, "its port accepts only TLS"))
        elif endpoint.is_local:
            self._log_verdict(
                stimulus, item, Assessment(Verdict.NOT_APPLICABLE, "a loopback endpoint may use plain http")
            )
        else:
            self._log_verdict(
                stimulus, item, Assessment(Verdict.FAIL, "the endpoint itself uses plain http", endpoint.origin)
            )

    def _try_old_tls(self, stimulus: Stimulus, item: RunPart) -> None:
        """Try a handshake of TLS 1.0 or 1.1."""
        if not self._sender.endpoint.is_secure:
            self._log_verdict(stimulus, item, Assessment(Verdict.NOT_APPLICABLE, "the endpoint uses plain http"))
            return
        accepted = self._sender.probe_old_tls()
        if accepted is None:
            self._log_verdict(stimulus, item, Assessment(Verdict.NOT_OBSERVABLE, "this machine cannot offer TLS 1.1"))
        else:
            self._log_verdict(
                stimulus, item, Assessment(Verdict.FAIL, "TLS 1.1 or older is accepted") if accepted else PASSED
            )

    def _sign_draft(self, stimulus: Stimulus, draft: DeliveryDraft) -> DeliveryDraft:
        """Return the message as it is sent now."""
        return self._factory.sign_draft(stimulus, draft, self._sender.clock())

    # Verdicts.

    def _judge_responses(self, stimulus: Stimulus, item: RunPart, sent: list[SentMessage]) -> None:
        """Log exchanges and verdicts of a stimulus; a PASS may wait for the effect."""
        for message in sent:
            item.log_exchange(message.exchange)
            refusal_outcomes = j.check_refusal(stimulus, message, self._keys.current)
            item.log_outcomes(
                outcome for outcome in refusal_outcomes if self._control or outcome.verdict is not Verdict.PASS
            )
        assessments = [j.judge_response(stimulus, message, skew_s=self._skew_s) for message in sent]
        is_deferred = self._is_deferred(stimulus, sent, assessments)
        self._expect_effect(stimulus, sent, assessments, is_deferred=is_deferred)
        for assessment, message in zip(assessments, sent, strict=True):
            if not (is_deferred and assessment.verdict in {Verdict.PASS, Verdict.NOT_OBSERVABLE}):
                self._log_verdict(stimulus, item, assessment, [message])
        self._update_state(stimulus, item, sent)

    def _is_deferred(self, stimulus: Stimulus, sent: list[SentMessage], assessments: list[Assessment]) -> bool:
        """Return whether the verdict waits for the effect: all was accepted, and that alone does not decide."""
        counts_copies = stimulus.effects == 1 and stimulus.mode is not SendMode.ONCE
        needs_effect = (
            stimulus.expected in {ExpectedResponse.FOLLOW, ExpectedResponse.IGNORE}
            or stimulus.mode is SendMode.REVERSED
        )
        has_failed = any(assessment.verdict is Verdict.FAIL for assessment in assessments)
        return _is_accepted(sent) and (counts_copies or needs_effect) and not has_failed

    def _expect_effect(
        self, stimulus: Stimulus, sent: list[SentMessage], assessments: list[Assessment], *, is_deferred: bool
    ) -> None:
        """Remember an event whose effect is to be judged at the end."""
        is_undecided = any(message.exchange.failure for message in sent) or any(
            assessment.verdict is Verdict.INCONCLUSIVE for assessment in assessments
        )
        if is_deferred or (stimulus.effects == 0 and not is_undecided):
            first = sent[0].message
            message_id = first.id or self._factory.last_id
            event = self._world.pair.created if stimulus.payload is Payload.CREATED else first.event
            exchanges = tuple(message.exchange.id for message in sent)
            self._expected.append(
                ExpectedEffect(stimulus, message_id, event, first.path, _is_accepted(sent), exchanges)
            )

    def _update_state(self, stimulus: Stimulus, item: RunPart, sent: list[SentMessage]) -> None:
        """Check the control first; raise Stop after too many messages without a response."""
        last = sent[-1]
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

    def _log_verdict(
        self, stimulus: Stimulus, item: RunPart, assessment: Assessment, sent: list[SentMessage] | None = None
    ) -> None:
        """Log a verdict of a stimulus."""
        item.log_outcomes([j.build_outcome(stimulus, assessment, *(message.exchange.id for message in sent or ()))])


def _is_accepted(sent: list[SentMessage]) -> bool:
    """Return whether the receiver accepted every message."""
    return all(200 <= message.exchange.status < 300 for message in sent)


def _name_item(stimulus: Stimulus) -> str:
    """Return requirement and name of a stimulus."""
    return f"{stimulus.requirement} {stimulus.name}"


def _compute_skew(sent: SentMessage) -> float:
    """Return by how many seconds the receiver's clock is ahead, by the `Date` of a response; 0 if unknown."""
    response = sent.exchange.response
    try:
        date = parsedate_to_datetime((response.find_header("date") if response else None) or "")
    except ValueError:
        return 0.0
    skew_s = date.timestamp() - sent.exchange.sent_at
    return 0.0 if -1 <= skew_s <= 1 else skew_s
