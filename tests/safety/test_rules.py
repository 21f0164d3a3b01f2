"""Which target is which, and what may never be done to it: real vehicles hang on live."""

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.model import Effect, Target, TargetKind
from conformance.safety.rules import RULES, find_refusal, kind_of, permit
from conformance.targets.config import Config, TargetConfig
from conformance.targets.resolver import resolve_target

LIVE, MOCK, SANDBOX, STAGING, URL = (
    TargetKind.LIVE,
    TargetKind.MOCK,
    TargetKind.SANDBOX,
    TargetKind.STAGING,
    TargetKind.URL,
)
READ_ONLY = {LIVE, SANDBOX}


@pytest.mark.parametrize(
    ("name", "base_url", "kind"),
    [
        # live, however it is written
        ("prod", "https://api.ev.energy/v2", LIVE),
        ("prod", "HTTPS://API.EV.ENERGY/v2", LIVE),
        ("prod", "http://api.ev.energy/v2", LIVE),
        ("prod", "https://api.ev.energy:443/v2", LIVE),
        ("prod", "https://api.ev.energy:8443/v3", LIVE),
        ("prod", "https://api.ev.energy./v2", LIVE),
        ("prod", "https://api.ev.energy", LIVE),
        ("prod", "https://x@api.ev.energy/v2", LIVE),
        ("staging", "https://api.ev.energy/v2", LIVE),
        ("live", "http://127.0.0.1:1/v2", LIVE),
        ("live", "https://api-staging.ev.energy/v2", LIVE),
        # other hosts of the provider: nobody knows what hangs there
        ("prod", "https://ev.energy/v2", LIVE),
        ("prod", "https://api-eu.ev.energy/v2", LIVE),
        ("prod", "https://staging.api.ev.energy/v2", LIVE),
        ("prod", "https://developers.ev.energy/v2", LIVE),
        # others that only look so
        ("prod", "https://api.ev.energy.evil.example/v2", URL),
        ("prod", "https://api.ev.energy@evil.example/v2", URL),
        ("prod", "https://evil.example/api.ev.energy/v2", URL),
        ("prod", "https://notev.energy/v2", URL),
        ("prod", "https://api-ev.energy/v2", URL),
        ("prod", "https://api-staging.ev.energy.evil.example/v2", URL),
        ("prod", "https://developers.ev.energy.evil.example/_mock/ev.energy-api-v2", URL),
        # the rest
        ("mine", "https://api-staging.ev.energy/v2", STAGING),
        ("mine", "https://API-Staging.ev.energy:443/v2", STAGING),
        ("staging", "https://staging.partner.example/v2", STAGING),
        ("mine", "https://developers.ev.energy/_mock/ev.energy-api-v2", MOCK),
        ("mine", "https://developers.ev.energy/_mock/ev.energy-api-v2/x", MOCK),
        ("mine", "https://developers.ev.energy/_mock/ev.energy-api-v22", LIVE),
        ("mock", "https://api-staging.ev.energy/v2", STAGING),
        ("mock", "https://api.ev.energy/v2", LIVE),
        ("mock", "http://127.0.0.1:4010", MOCK),
        ("mine", "https://developers.ev.energy/_mock/ev.energy-api-v2/../../v2", LIVE),
        ("mine", "https://developers.ev.energy/_mock/ev.energy-api-v2/%2e%2e/v2", LIVE),
        ("sandbox", "https://api-staging.ev.energy/v2", SANDBOX),
        ("sandbox", "https://api.ev.energy/v2", SANDBOX),
        ("builtin", "https://api.ev.energy/v2", LIVE),
        ("mine", "http://127.0.0.1:8000/v2", URL),
    ],
)
def test_the_kind_of_a_target(name, base_url, kind):
    assert kind_of(name, base_url) == kind


def test_every_known_address_is_of_its_kind():
    assert all(kind_of(kind, rules.known) == kind for kind, rules in RULES.items() if rules.known)


SPELLINGS = [
    "api.ev.energy", "API.EV.ENERGY", "api.ev.energy.", "api.ev.energy:443", "api.ev.energy:",
    "api\u3002ev\u3002energy",
    "api\uff0eev.energy", "\uff41pi.ev.energy", "api%2eev.energy", "x@api.ev.energy", "evil.example\\@api.ev.energy",
    "api.ev.energy\t", "a\npi.ev.energy", "api.ev.\u2147nergy",
]  # fmt: skip
ENDINGS = st.text(st.sampled_from(".@:/\\?#%[]\t\n -_") | st.characters(), max_size=5)


@settings(max_examples=300)
@given(
    st.sampled_from(SPELLINGS) | st.builds("".join, st.tuples(st.sampled_from(SPELLINGS), ENDINGS)),
    st.sampled_from(["https://", "HTTPS://", "http://", "https:\\\\"]),
    st.sampled_from(["staging", "mine", "builtin"]),
)
def test_no_spelling_that_the_client_takes_to_live_may_be_written_to(host, scheme, name):
    config = Config({name: TargetConfig(f"{scheme}{host}/v2")})
    try:
        found = resolve_target(name, config, builtin_identities={}, environment={}).target
        reached = httpx.URL(found.base_url).raw_host.decode().rstrip(".").lower()
    except (UsageError, httpx.InvalidURL):
        return
    if reached == "api.ev.energy":
        assert found.kind in READ_ONLY
        with pytest.raises(UsageError):
            permit(found, writes=True, hardware=False)


@pytest.mark.parametrize("kind", sorted(RULES))
@pytest.mark.parametrize(("writes", "hardware"), [(False, False), (True, False), (True, True), (False, True)])
def test_what_is_allowed(kind, writes, hardware):
    target = Target("t", kind, "http://h/v2")
    if (hardware and not writes) or (writes and kind in READ_ONLY):
        with pytest.raises(UsageError) as told:
            permit(target, writes=writes, hardware=hardware)
        assert told.value.hint
        assert (hardware and not writes) or RULES[kind].why in told.value.message
    else:
        allowed = permit(target, writes=writes, hardware=hardware)
        assert (allowed.may_write, allowed.may_touch_hardware) == (writes, hardware)


@pytest.mark.parametrize("kind", sorted(set(RULES) - READ_ONLY))
@pytest.mark.parametrize("lock", ["writes", "hardware"])
def test_what_the_configuration_forbids_is_refused_whatever_the_flags(kind, lock):
    config = Config(targets={"t": TargetConfig(base_url="http://h.test/v2", **{lock: False})})
    target = msgspec.structs.replace(resolve_target("t", config, builtin_identities={}).target, kind=kind)
    with pytest.raises(UsageError, match=f"--allow-{lock} is refused"):
        permit(target, writes=True, hardware=True)
    assert not permit(target, writes=False, hardware=False).may_write
    forced = msgspec.structs.replace(target, may_write=True, may_touch_hardware=True)
    effect = Effect.WRITE if lock == "writes" else Effect.HARDWARE
    assert find_refusal(forced, effect)
    assert not find_refusal(forced, Effect.NONE)


def test_a_kind_that_forbids_says_why():
    assert {kind for kind, rules in RULES.items() if rules.why} == READ_ONLY
    assert {kind for kind, rules in RULES.items() if not rules.writes} == READ_ONLY
    assert not any(rules.hardware and not rules.writes for rules in RULES.values())
    assert set(RULES) == {"builtin", "mock", "sandbox", "staging", "live", "url"}


def test_nothing_is_allowed_that_was_not_asked_for():
    asked = Target("t", TargetKind.URL, "http://h/v2", may_write=True, may_touch_hardware=True)
    allowed = permit(asked, writes=False, hardware=False)
    assert not allowed.may_write
    assert not allowed.may_touch_hardware
