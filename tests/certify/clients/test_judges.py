"""Judges on scripted traces: their limits, and that every judge accepts whatever a client sends."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.certify.api_clients.catalogue import load_client_requirements, load_passive_judges, load_scenarios
from conformance.certify.api_clients.definitions import TlsCertificate
from conformance.certify.api_clients.trace import ClientCall, Handshake, ProcessEnd, ProcessResult, ServerPart, Trace
from conformance.certify.api_clients.verdicts import (
    ALL_TASKS,
    collect_evidence,
    judge_passively,
    judge_scenario,
    plan_cases,
)
from conformance.description import load_description
from conformance.model import Exchange, Request, Response, Verdict

BY_NAME = {scenario.name: scenario for scenario in load_scenarios()}
BASE = "http://127.0.0.1:1/r/a/b/v2"
DONE = ProcessResult(ProcessEnd.ENDED, 0, 60.0)


def build_call(at: float, status: int = 200, target: str = "/vehicles", *, touched: bool = False, **more) -> ClientCall:
    method, part = more.pop("method", "GET"), more.pop("part", ServerPart.API)
    request = Request(
        f"{method} {target.partition('?')[0]}", method, target, more.pop("sent", ()), more.pop("body", b"")
    )
    response = Response(status, more.pop("headers", ()), b"[]") if status else None
    exchange = Exchange(f"x-{at}", request, BASE + target, 1000.0 + at, response)
    return ClientCall(exchange, part, at, at + 0.01, is_affected=touched, **more)


def judge_calls(name: str, *calls: ClientCall, ran: ProcessResult = DONE) -> Verdict:
    return judge_scenario(BY_NAME[name], Trace(calls, ran, BASE), "").verdict


def build_refusal(at: float) -> ClientCall:
    return build_call(at, 429, touched=True, headers=(("Retry-After", "7"),))


def test_a_request_after_the_wait_passes():
    assert judge_calls("retry-after-seconds", build_refusal(0.0), build_call(7.02)) is Verdict.PASS
    assert judge_calls("retry-after-seconds", build_refusal(0.0), build_call(6.5)) is Verdict.FAIL
    assert judge_calls("retry-after-seconds", build_refusal(0.0)) is Verdict.PASS


@given(st.floats(0.1, 5.0), st.floats(1.5, 3.0))
def test_multiplying_gaps_pass(first: float, factor: float):
    at, tries = 0.0, []
    for number in range(5):
        tries.append(build_call(at, 503, touched=number < 4))
        at += 0.01 + first * factor**number
    assert judge_calls("unavailable", *tries) is Verdict.PASS


@given(st.floats(0.1, 20.0))
def test_constant_gaps_are_warned_of(gap: float):
    tries = [build_call(number * (gap + 0.01), 503, touched=number < 4) for number in range(5)]
    assert judge_calls("unavailable", *tries) is Verdict.WARN


def build_retries(*gaps: float) -> list[ClientCall]:
    """Build requests with these gaps between them; all but the last are refused."""
    at, tries = 0.0, [build_call(0.0, 503, touched=True)]
    for number, gap in enumerate(gaps, 1):
        at += 0.01 + gap
        tries.append(build_call(at, 503, touched=number < len(gaps)))
    return tries


@given(st.floats(0.1, 5.0), st.floats(1.5, 3.0), st.integers(3, 4), st.data())
def test_a_back_off_with_one_stall_passes(first: float, factor: float, count: int, data: st.DataObject):
    gaps = [first * factor**number for number in range(count)]
    gaps[data.draw(st.integers(0, count - 1))] += data.draw(st.floats(0.0, 60.0))
    assert judge_calls("unavailable", *build_retries(*gaps)) is Verdict.PASS


@given(st.floats(0.1, 20.0), st.integers(0, 1), st.floats(0.0, 60.0))
def test_constant_gaps_with_an_early_stall_are_warned_of(gap: float, where: int, stall: float):
    gaps = [gap] * 4
    gaps[where] += stall
    assert judge_calls("unavailable", *build_retries(*gaps)) is Verdict.WARN


def test_one_immediate_retry_is_allowed():
    assert judge_calls("unavailable", *build_retries(0.0, 1.0, 2.0, 4.0)) is Verdict.PASS
    assert judge_calls("unavailable", *build_retries(0.0, 1.0)) is Verdict.PASS
    assert judge_calls("unavailable", *build_retries(0.0, 1.0, 1.0, 1.0)) is Verdict.WARN
    assert judge_calls("unavailable", *build_retries(0.0, 0.0, 1.0, 2.0)) is Verdict.WARN
    assert judge_calls("unavailable", *build_retries(0.0)) is Verdict.WARN


def test_shrinking_gaps_are_inconclusive():
    assert judge_calls("unavailable", *build_retries(1.1, 1.2, 0.4, 0.8)) is Verdict.INCONCLUSIVE
    assert judge_calls("unavailable", *build_retries(1.1, 0.2)) is Verdict.INCONCLUSIVE
    assert judge_calls("unavailable", *build_retries(0.4, 0.4)) is Verdict.WARN
    assert judge_calls("unavailable", *build_retries(0.1, 1.2, 0.4, 0.8)) is Verdict.PASS


def test_bare_target_has_no_token():
    trace = Trace((), DONE, BASE, secrets=frozenset({"s3cr=tly"}))
    for target, bare in (
        ("/vehicles?page_size=5&access_token=s3cr%3Dtly", "/vehicles?page_size=5"),
        ("/vehicles?access_token=s3cr%3Dtly", "/vehicles"),
        ("/vehicles?", "/vehicles?"),
        ("/vehicles?a=&a=b", "/vehicles?a=&a=b"),
    ):
        assert trace.remove_secrets(build_call(0.0, target=target)) == bare


def build_page(at: float, target: str, following: str) -> ClientCall:
    """Build the call for a page with a next link."""
    return build_call(at, target=target, touched=True, headers=(("Link", f'<{BASE}{following}>; rel="next"'),))


def test_a_link_that_is_encoded_again_fails():
    first = build_page(0.0, "/vehicles", "/vehicles?page_after=a%2Fb%3Dc")

    def judge(target: str) -> Verdict:
        return judge_calls("unguessable-cursor", first, build_call(1.0, target=target))

    assert judge("/vehicles?page_after=a%2Fb%3Dc") is Verdict.PASS
    assert judge("/vehicles?page_after=a/b%3Dc") is Verdict.FAIL
    assert judge("/vehicles?page_after=a%252Fb%253Dc") is Verdict.FAIL
    assert judge("/vehicles?page_after=a") is Verdict.FAIL
    assert judge_calls("unguessable-cursor", first) is Verdict.FAIL


def test_a_page_requested_twice_need_not_be_followed_twice():
    first, second = (
        build_page(0.0, "/vehicles", "/vehicles?page_after=2"),
        build_call(1.0, target="/vehicles?page_after=2"),
    )
    assert (
        judge_calls("links-reordered", first, second, build_page(2.0, "/vehicles", "/vehicles?page_after=2"))
        is Verdict.PASS
    )
    assert judge_calls("links-reordered", first) is Verdict.FAIL


def test_equal_requests_after_a_success_are_repeats_only_if_the_control_has_one():
    expired, renewed = (
        build_call(0.0, 401, touched=True),
        build_call(0.5, target="", method="POST", part=ServerPart.TOKEN),
    )
    once, twice = (build_call(0.0),), (build_call(0.0), build_call(8.0))

    def judge(*later: ClientCall, control: tuple[ClientCall, ...] = once, ran: ProcessResult = DONE) -> Verdict:
        trace = Trace((expired, renewed, *later), ran, BASE, control=Trace(control, ran, BASE))
        return judge_scenario(BY_NAME["token-expired"], trace, "").verdict

    both = build_call(1.0), build_call(9.0)
    assert judge(*both, control=twice) is Verdict.PASS
    assert judge(*both, ran=ProcessResult(ProcessEnd.OPERATOR)) is Verdict.PASS  # who may have run it once more
    assert judge(*both) is Verdict.FAIL  # a client that ends by itself needs the list once, and requests it twice
    assert judge(both[0]) is Verdict.PASS
    for control in (once, twice):
        assert judge(build_call(1.0, 401), build_call(2.0, 401), control=control) is Verdict.FAIL
        assert judge(control=control) is Verdict.FAIL


def test_a_condition_that_was_never_met_is_inconclusive():
    for scenario in load_scenarios():
        if scenario.judge is not None and not scenario.is_control:
            verdict = judge_scenario(scenario, Trace((build_call(0.0),), DONE, BASE), "").verdict
            assert verdict is Verdict.INCONCLUSIVE, scenario.name
        if scenario.judge is not None:
            assert (
                judge_scenario(scenario, Trace((build_call(0.0),), DONE, BASE), "it crashed").verdict
                is Verdict.INCONCLUSIVE
            )


def test_a_flood_passes_nothing():
    calls = (build_call(0.0, touched=True), build_call(0.5, target="/users"))
    assert judge_calls("last-page-blank", *calls) is Verdict.PASS
    assert (
        judge_calls("last-page-blank", *calls, ran=ProcessResult(ProcessEnd.FLOOD, None, 1.0)) is Verdict.INCONCLUSIVE
    )
    assert (
        judge_calls("last-page-blank", *calls, build_call(0.7), ran=ProcessResult(ProcessEnd.FLOOD, None, 1.0))
        is Verdict.FAIL
    )


def test_a_refused_handshake_counts_only_with_an_accepted_one():
    scenario = BY_NAME["tls-expired"]
    assert scenario.certificate is TlsCertificate.EXPIRED
    shaken = Trace((), DONE, BASE, handshakes=(Handshake("certificate expired"),))
    assert judge_scenario(scenario, shaken, "").verdict is Verdict.INCONCLUSIVE
    trusted = Trace((build_call(0.0),), DONE, BASE)
    beside = Trace((), DONE, BASE, handshakes=shaken.handshakes, comparison=trusted)
    assert judge_scenario(scenario, beside, "").verdict is Verdict.PASS
    spoke = Trace((), DONE, BASE, handshakes=(Handshake("", b"GET /v2/vehicles"),), comparison=trusted)
    assert judge_scenario(scenario, spoke, "").verdict is Verdict.FAIL


TARGETS = st.sampled_from(["/vehicles", "/vehicles?page_size=x&expand=&expand=user", "/users", "/?a=%ff", "/nowhere"])
HEADERS = st.sampled_from([(), (("Authorization", "Bearer \xff"), ("User-Agent", "")), (("EvEnergy-User", "x"),)])
CALLS = st.builds(
    lambda at, status, target, sent, body, part, method, touched: build_call(
        at, status, target, sent=sent, body=body, part=part, method=method, touched=touched
    ),
    st.floats(0, 50),
    st.sampled_from([0, 200, 302, 400, 401, 503]),
    TARGETS,
    HEADERS,
    st.sampled_from([b"", b"\xff", b"[]", b'{"model": 1}', b"scope=a+b&grant_type=x"]),
    st.sampled_from(ServerPart),
    st.sampled_from(["GET", "POST", "PATCH", "BREW"]),
    st.booleans(),
)


@given(st.lists(CALLS, max_size=6))
def test_passive_judges_accept_any_request(calls: list[ClientCall]):
    trace = Trace(tuple(sorted(calls, key=lambda call: call.requested_at)), DONE, BASE, BASE + "/users/user1")
    facts = collect_evidence({"case": trace}, load_description(), is_public=False)
    for passive in load_passive_judges():
        outcomes = list(judge_passively(passive, facts))
        assert outcomes, passive.requirement
        assert {outcome.operation for outcome in outcomes} == {ALL_TASKS}


def test_every_requirement_is_judged_somewhere():
    requirements = set(plan_cases(load_scenarios(), load_passive_judges())) | {"C30"}
    assert requirements == {requirement.id for requirement in load_client_requirements()}


def test_a_failed_round_shows_its_fault_in_the_round_after_it():
    rounds = [
        build_call(number, 200 if number != 1 else 500, "/charging_sessions", touched=number == 1)
        for number in range(3)
    ]
    assert judge_calls("error-while-polling", *rounds[:2]) is Verdict.PASS  # it gave up
    assert judge_calls("error-while-polling", *rounds) is Verdict.FAIL
    stopped = ProcessResult(ProcessEnd.TIME_LIMIT, None, 15.0)
    assert judge_calls("error-while-polling", *rounds, ran=stopped) is Verdict.PASS


def judge_list_ends(*calls: ClientCall) -> set[Verdict]:
    """Return the verdicts on what follows the ends of lists."""
    evidence = collect_evidence({"a": Trace(calls, DONE, BASE)}, load_description(), is_public=False)
    (passive,) = (judge for judge in load_passive_judges() if judge.requirement == "C02")
    return {verdict.verdict.verdict for verdict in passive.judge(evidence)}


def test_after_the_last_page_only_links_lead_to_others():
    back = (("Link", f'<{BASE}/vehicles?page_before=1>; rel="prev", <about:blank>; rel="next"'),)
    last = build_call(0.0, headers=back)
    assert judge_list_ends(last, build_call(1.0, target="/vehicles?page_before=1")) == {Verdict.PASS}
    assert judge_list_ends(last, build_call(1.0)) == {Verdict.PASS}
    assert judge_list_ends(last, build_call(1.0, target="/vehicles?model_year__gt=2020")) == {Verdict.PASS}
    assert Verdict.FAIL in judge_list_ends(last, build_call(1.0, target="/vehicles?page=2"))
    assert Verdict.FAIL in judge_list_ends(last, build_call(1.0, target="/vehicles?page_after=9"))
