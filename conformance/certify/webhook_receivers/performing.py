"""Sending the stimuli of the table one after the other, and writing down what comes of each."""

import base64
import secrets
from email.utils import parsedate_to_datetime
from functools import partial

import msgspec

from conformance.certify.found import RIGHT, Found
from conformance.certify.record import Item, Record
from conformance.certify.webhook_receivers import judging as j
from conformance.certify.webhook_receivers.effects import Hook
from conformance.certify.webhook_receivers.judging import OPERATION, Sent
from conformance.certify.webhook_receivers.messages import Message, replace, signed, younger_than
from conformance.certify.webhook_receivers.sender import Sender
from conformance.certify.webhook_receivers.settling import Expected, settled
from conformance.certify.webhook_receivers.stimuli import How, Payload, Right, Signer, Stimulus
from conformance.certify.webhook_receivers.world import World
from conformance.model import Outcome, Verdict
from conformance.webhooks.signing import Key

STREAMED = 50 * 1024 * 1024
_LOST_IN_A_ROW = 3
_RETRY_AGE_S = 240  # as old as a second attempt, and with room for a busy machine to be late
_TRIES = 4
_COPIES = {How.BURST: 20, How.CROWD: 50}
CONSTANT_TIME = "constant time cannot be proved over a network: read the code that compares"


class Keys(msgspec.Struct, frozen=True):
    """The keys to sign with: the receiver's, one that it never saw, and its previous one where there is one."""

    current: Key
    previous: Key | None = None
    other: Key = msgspec.field(
        default_factory=lambda: Key("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    )

    def of(self, signer: Signer) -> Key | None:
        """The key of a signer."""
        return {Signer.CURRENT: self.current, Signer.OTHER: self.other, Signer.PREVIOUS: self.previous}[signer]


class Stop(Exception):  # noqa: N818 - a reason to end, not an error
    """Nothing more can be learnt from this receiver."""


class Stage:
    """One certification under way. `longest_s` is the longest wait between two deliveries; `p95_s` as W27 says."""

    def __init__(  # noqa: PLR0913 - the parts of a certification
        self,
        record: Record,
        sender: Sender,
        world: World,
        hook: Hook,
        keys: Keys,
        *,
        longest_s: float,
        p95_s: float = 5.0,
    ) -> None:
        self._record, self._sender, self._world, self._hook, self._keys = record, sender, world, hook, keys
        self._longest_s, self._p95_s = longest_s, p95_s
        self._nonce, self._made = secrets.token_hex(8), 0
        self._expected: list[Expected] = []
        self._control, self._lost, self._skew_s = "", 0, 0.0

    def perform(self, stimuli: tuple[Stimulus, ...]) -> None:
        """Send everything, then see to the effects. The first stimulus is the control: without it nothing is shown."""
        if self._record.plans("W33"):
            with self._record.item("W33") as item:
                item.observed([Outcome("W33", OPERATION, Verdict.REVIEW, CONSTANT_TIME)])
        try:
            for stimulus in stimuli:
                with self._record.item(f"{stimulus.requirement} {stimulus.name}") as item:
                    self._one(stimulus, item)
        except Stop as reason:
            self._record.stopped = str(reason)
        except KeyboardInterrupt:
            self._record.stopped, self._expected = "interrupted", []
        with self._record.item("effects") as item:
            item.observed(settled(self._expected, self._hook, self._control, self._world.fetched))
        if self._record.stopped:
            self._record.leave(self._record.stopped)
        else:
            self._record.leave("no answer showed anything to judge this by", Verdict.NOT_OBSERVABLE)

    def _one(self, stimulus: Stimulus, item: Item) -> None:
        if self._keys.of(stimulus.signer) is None:
            self._found(stimulus, item, Found(Verdict.NOT_TESTED, "name the previous secret with --previous-secret"))
        elif stimulus.wait_s > self._longest_s:
            reason = f"a wait of {stimulus.wait_s} s is longer than --longest-wait {self._longest_s:g}"
            self._record.notice("wait", f"{stimulus.requirement} {stimulus.name}: not tried, {reason}", OPERATION)
        else:
            {
                How.ONCE: self._once,
                How.REPLAY: self._replay,
                How.RETRY: self._retry,
                How.BURST: self._at_once,
                How.CROWD: self._at_once,
                How.REVERSED: self._reversed,
                How.STREAM: self._stream,
                How.PLAIN: self._plain,
                How.OLD_TLS: self._old_tls,
            }[stimulus.how](stimulus, item)

    # The ways to send.

    def _once(self, stimulus: Stimulus, item: Item) -> None:
        sent = self._sent(stimulus)
        for _ in range(_TRIES - 1):
            if not j.faded(stimulus, sent):
                break
            item.exchanged(sent.exchange)  # a busy machine sent it too late to mean what it should
            sent = self._sent(stimulus)
        self._judge(stimulus, item, [sent])

    def _sent(self, stimulus: Stimulus) -> Sent:
        return self._sender.send(partial(self._built, stimulus, self._draft(stimulus)), _name(stimulus))

    def _replay(self, stimulus: Stimulus, item: Item) -> None:
        message = self._built(stimulus, self._draft(stimulus))
        self._judge(stimulus, item, [self._sender.send(lambda: message, _name(stimulus)) for _ in range(2)])

    def _retry(self, stimulus: Stimulus, item: Item) -> None:
        draft = self._draft(stimulus)
        first = msgspec.structs.replace(stimulus, before=lambda m: stimulus.before(younger_than(_RETRY_AGE_S)(m)))
        earlier = self._sender.send(lambda: self._built(stimulus if stimulus.wait_s else first, draft), _name(stimulus))
        if stimulus.wait_s:
            self._record.notice("wait", f"{stimulus.name}: waiting {stimulus.wait_s} s", OPERATION)
            self._sender.sleep(stimulus.wait_s)
        again = self._sender.send(partial(self._built, stimulus, draft), _name(stimulus))
        self._judge(stimulus, item, [earlier, again])

    def _at_once(self, stimulus: Stimulus, item: Item) -> None:
        count = _COPIES[stimulus.how]
        if stimulus.how is How.BURST:
            messages = [self._built(stimulus, self._draft(stimulus))] * count
        else:
            messages = [self._built(stimulus, self._draft(stimulus)) for _ in range(count)]
        sent = self._sender.send_all(messages, _name(stimulus))
        self._judge(stimulus, item, sent)
        if stimulus.how is How.CROWD:
            self._found(stimulus, item, j.timely(sent, p95_s=self._p95_s), sent)

    def _reversed(self, stimulus: Stimulus, item: Item) -> None:
        data, pair = self._world.done(), self._world.pair
        sent = []
        for event, other in ((pair.ended, pair.created), (pair.created, pair.ended)):
            draft = self._drafted(event, other, self._world.envelope(event, data))
            sent.append(self._sender.send(partial(self._built, stimulus, draft), _name(stimulus)))
        self._judge(stimulus, item, sent)

    def _stream(self, stimulus: Stimulus, item: Item) -> None:
        sent, taken = self._sender.stream(self._built(stimulus, self._draft(stimulus)), _name(stimulus), STREAMED)
        item.exchanged(sent.exchange)
        self._found(stimulus, item, j.taken_early(stimulus, sent, taken, STREAMED), [sent])

    def _plain(self, stimulus: Stimulus, item: Item) -> None:
        endpoint = self._sender.endpoint
        if endpoint.secure and endpoint.port == 443:
            sent = self._sender.plain(_name(stimulus))
            item.exchanged(sent.exchange)
            accepted = Found(Verdict.FAIL, f"plain http is answered {sent.exchange.status}", str(sent.exchange.status))
            self._found(stimulus, item, accepted if 200 <= sent.exchange.status < 300 else RIGHT, [sent])
        elif endpoint.secure:
            self._found(stimulus, item, Found(Verdict.NOT_APPLICABLE, "its port speaks TLS alone"))
        elif endpoint.local:
            self._found(stimulus, item, Found(Verdict.NOT_APPLICABLE, "loopback may speak plain http"))
        else:
            self._found(stimulus, item, Found(Verdict.FAIL, "the endpoint itself is plain http", endpoint.origin))

    def _old_tls(self, stimulus: Stimulus, item: Item) -> None:
        if not self._sender.endpoint.secure:
            self._found(stimulus, item, Found(Verdict.NOT_APPLICABLE, "the endpoint speaks plain http"))
            return
        accepted = self._sender.old_tls()
        if accepted is None:
            self._found(stimulus, item, Found(Verdict.NOT_OBSERVABLE, "this machine cannot offer TLS 1.1"))
        else:
            self._found(stimulus, item, Found(Verdict.FAIL, "TLS 1.1 or older is accepted") if accepted else RIGHT)

    # Messages.

    def _draft(self, stimulus: Stimulus) -> Message:
        world, pair = self._world, self._world.pair
        ended = stimulus.payload in {Payload.ENDED, Payload.DRAWN_ENDED}
        event, other = (pair.ended, pair.created) if ended else (pair.created, pair.ended)
        data = world.done() if ended else world.running() if stimulus.effects is None else world.fresh()
        match stimulus.payload:
            case Payload.DRAWN | Payload.DRAWN_ENDED:
                payload = world.drawn(event, data)
            case Payload.NULLS:
                payload = world.nulled(event, data)
            case _:
                payload = world.envelope(event, data)
        return self._drafted(event, other, payload)

    def _drafted(self, event: str, other: str, payload: dict[str, object]) -> Message:
        self._made += 1
        data = payload.get("data")
        path = self._world.path(data) if isinstance(data, dict) else ""
        body = msgspec.json.encode(payload)
        return Message(f"msg_{self._made:06d}{self._nonce}", 0.0, "", event, other, body, path=path)

    def _built(self, stimulus: Stimulus, draft: Message) -> Message:
        """The message at the time of sending."""
        now = self._sender.clock()
        key = self._keys.of(stimulus.signer) or self._keys.current
        return stimulus.after(signed(stimulus.before(replace(draft, now=now, stamp=str(int(now)))), key))

    # Verdicts.

    def _judge(self, stimulus: Stimulus, item: Item, sent: list[Sent]) -> None:
        for each in sent:
            item.exchanged(each.exchange)
            told = j.passing(stimulus, each, self._keys.current)
            item.observed(o for o in told if self._control or o.verdict is not Verdict.PASS)
        found = [j.answered(stimulus, each, skew_s=self._skew_s) for each in sent]
        waiting = self._await_effect(stimulus, sent, found)
        for verdict, each in zip(found, sent, strict=True):
            if not (waiting and verdict.verdict in {Verdict.PASS, Verdict.NOT_OBSERVABLE}):
                self._found(stimulus, item, verdict, [each])
        self._watch(stimulus, item, sent)

    def _await_effect(self, stimulus: Stimulus, sent: list[Sent], found: list[Found]) -> bool:
        """Whether the verdict waits for the effect: everything was accepted, and that is not all that is wanted."""
        message = sent[0].message
        accepted = all(200 <= each.exchange.status < 300 for each in sent)
        once = stimulus.effects == 1 and stimulus.how is not How.ONCE
        doubtful = stimulus.right in {Right.FOLLOW, Right.IGNORE} or stimulus.how is How.REVERSED
        waits = accepted and (once or doubtful) and all(each.verdict is not Verdict.FAIL for each in found)
        open_ = any(each.exchange.failure for each in sent) or any(f.verdict is Verdict.INCONCLUSIVE for f in found)
        if waits or (stimulus.effects == 0 and not open_):
            names = tuple(each.exchange.id for each in sent)
            identifier = message.id or f"msg_{self._made:06d}{self._nonce}"
            event = self._world.pair.created if stimulus.payload is Payload.CREATED else message.event
            self._expected.append(Expected(stimulus, identifier, event, message.path, accepted, names))
        return waits

    def _watch(self, stimulus: Stimulus, item: Item, sent: list[Sent]) -> None:
        """End where nothing can be learnt any more."""
        last = sent[-1]
        self._lost = self._lost + 1 if last.exchange.response is None else 0
        if not self._control:
            self._begin(stimulus, item, last)
        if self._lost >= _LOST_IN_A_ROW:
            raise Stop(f"the receiver does not answer: {last.exchange.failure}")

    def _begin(self, stimulus: Stimulus, item: Item, sent: Sent) -> None:
        """The control: what is refused later shows something only if what is valid is accepted."""
        exchange = sent.exchange
        if "CERTIFICATE_VERIFY_FAILED" in exchange.failure:
            told = Found(Verdict.FAIL, f"its certificate is not trusted: {exchange.failure}")
            item.observed([j.outcome(msgspec.structs.replace(stimulus, requirement="W30"), told, exchange.id)])
        if not 200 <= exchange.status < 300:
            answer = f"is answered {exchange.status}" if exchange.status else f"gets no answer ({exchange.failure})"
            raise Stop(
                f"a valid delivery {answer}, so that no refusal shows anything; are --endpoint and --secret right?"
            )
        self._control = sent.message.id
        self._skew_s = _skew(sent)

    def _found(self, stimulus: Stimulus, item: Item, found: Found, sent: list[Sent] | None = None) -> None:
        item.observed([j.outcome(stimulus, found, *(each.exchange.id for each in sent or ()))])


def _name(stimulus: Stimulus) -> str:
    return f"{stimulus.requirement} {stimulus.name}"


def _skew(sent: Sent) -> float:
    """Seconds by which the receiver's clock is ahead of ours, by the `Date` of its answer; 0 where it has none."""
    response = sent.exchange.response
    try:
        date = parsedate_to_datetime((response.header("date") if response else None) or "")
    except ValueError:
        return 0.0
    off = date.timestamp() - sent.exchange.sent_at
    return 0.0 if -1 <= off <= 1 else off
