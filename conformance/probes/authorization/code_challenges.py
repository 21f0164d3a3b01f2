"""AUT-21: a code is exchanged with the verifier and the redirect_uri of its request alone.

Sources: RFC 7636, section 4.6; RFC 6749, section 4.1.3.
"""

import base64
import hashlib
from urllib.parse import urlencode

from conformance.applicability.selectors import is_any_operation
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.model.target import CLIENT
from conformance.probes.authorization.oauth import post_form, read_token
from conformance.probes.authorization.refresh_tokens import CALLBACK, request_code
from conformance.probes.toolkit.base import WHOLE, Need, Probe, Steps
from conformance.tools.ulid import draw_ulid

_REQUIREMENT = "AUT-21"
_WITHOUT, _WRONG, _RIGHT = "no verifier", "a wrong verifier", "the right verifier"
_REFUSALS = frozenset({400, 401})


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the requests for four codes, and those that exchange them."""
    exchanges = Need("exchange with a challenge", 4, f"full{CLIENT}", shared=False)
    return (exchanges, Need("exchange with a challenge", 4, "", shared=False))


def exchange_with_verifiers(operation: Operation, subject: Subject) -> Steps[None]:
    """Exchange four codes: without a verifier, with a wrong and the right one, and one without its redirect_uri."""
    client = next(iter(subject.seeds.get("client_id", ())), "")
    if "full" not in subject.target.clients or not subject.target.token_url or not client:
        reason = "no client id and secret are configured for the identity full"
        yield skip_case(_REQUIREMENT, WHOLE.key, Verdict.NOT_OBSERVABLE, reason)
        return
    random = subject.make_random("code challenge")
    verifier, other = (f"{draw_ulid(random, 0)}{draw_ulid(random, 0)}" for _ in range(2))
    responses: dict[str, OperationResponse] = {}
    for name, sent in ((_WITHOUT, ""), (_WRONG, other), (_RIGHT, verifier)):
        challenge = {"code_challenge": hash_verifier(verifier), "code_challenge_method": "S256"}
        code = yield from request_code(subject, client, **challenge)
        if not code:
            reason = "no code is issued unless a person signs in"
            yield skip_case(_REQUIREMENT, WHOLE.key, Verdict.NOT_OBSERVABLE, reason)
            return
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        form |= {"code_verifier": sent} if sent else {}
        responses[name] = yield from post_form(subject, "", urlencode(form))
    yield from _judge(responses)
    code = yield from request_code(subject, client)
    bare = yield from post_form(subject, "", urlencode({"grant_type": "authorization_code", "code": code}))
    if read_token(bare):
        message = "a code is exchanged without the redirect_uri of its request"
        yield fail_case(bare, _REQUIREMENT, message, expected="400", actual=str(bare.status))


def hash_verifier(verifier: str) -> str:
    """Return the challenge of a verifier by the method S256 (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _judge(responses: dict[str, OperationResponse]) -> Steps[None]:
    """Judge the three exchanges. A server that compares verifiers at all has to refuse both others.

    One that takes no notice of the challenge may not know it (RFC 7636, section 5), though the guide names it.
    """
    accepted = [name for name in (_WITHOUT, _WRONG) if read_token(responses[name])]
    refused = [name for name in (_WITHOUT, _WRONG) if responses[name].status in _REFUSALS]
    right = responses[_RIGHT]
    if not read_token(right) or len(accepted) + len(refused) < len(responses) - 1:
        reason = "exchanges with " + ", ".join(f"{name}: {r.status}" for name, r in responses.items())
        yield judge_case(right, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)
    elif not accepted:
        yield pass_case(right, _REQUIREMENT)
    elif refused:
        message = f"a code that was requested with a challenge is exchanged with {accepted[0]}"
        also = (responses[refused[0]], right)
        yield fail_case(responses[accepted[0]], _REQUIREMENT, message, expected="400", actual="200", also=also)
    else:
        message = "the server takes no notice of the challenge of a code: any verifier is accepted, and none"
        also = (responses[_WITHOUT], right)
        yield judge_case(
            responses[_WRONG], _REQUIREMENT, Verdict.REVIEW, message, expected="400", actual="200", also=also
        )


PROBES = (
    Probe(
        "code-challenge", (_REQUIREMENT,), is_any_operation, _needs, exchange_with_verifiers,
        rank=2, is_api_wide=True,
    ),
)  # fmt: skip
