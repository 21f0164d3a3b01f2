"""Resolution of a name or URL to a target and the identities that are used there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.model import TargetKind
from conformance.targets.config import Config, IdentityConfig, TargetConfig
from conformance.targets.resolver import TOKEN_VARIABLE, is_loopback, resolve_target

PUBLISHED = {"full": IdentityConfig(token="token-full")}
MINE = {"full": IdentityConfig(token="mine")}
CONFIG = Config(
    {
        "here": TargetConfig("http://127.0.0.1:8000/v2/", identities=MINE),
        "bare": TargetConfig("http://127.0.0.1:8001/v2"),
        "staging": TargetConfig(identities=MINE, budget=5),
        "nowhere": TargetConfig(identities=MINE),
        "secretive": TargetConfig("env:BASE", "env:TOKENS"),
    }
)


def resolve_name(name, environment=None, config=CONFIG):
    return resolve_target(name, config, builtin_identities=PUBLISHED, environment=environment or {})


class TestNames:
    def test_a_table_with_an_address(self):
        here = resolve_name("here")
        assert (here.target.base_url, here.target.kind) == ("http://127.0.0.1:8000/v2", TargetKind.URL)
        assert here.target.token_url == "http://127.0.0.1:8000/o/token/"
        assert here.config.identities == MINE
        assert here.target.identities == ("full",)

    def test_a_table_of_a_known_kind_needs_no_address(self):
        staging = resolve_name("staging")
        assert staging.target.base_url == "https://api-staging.ev.energy/v2"
        assert staging.target.token_url == "https://api-staging.ev.energy/o/token/"
        assert staging.config.budget == 5

    @pytest.mark.parametrize("name", ["mock", "sandbox", "live"])
    def test_a_kind_needs_no_table(self, name):
        target = resolve_name(name).target
        assert target.kind == name
        assert target.identities == ()

    def test_live_and_sandbox_request_tokens_from_the_provider(self):
        assert {resolve_name(name).target.token_url for name in ("live", "sandbox")} == {
            "https://api.ev.energy/o/token/"
        }

    def test_a_table_without_base_url_is_refused(self):
        with pytest.raises(UsageError, match=r"\[targets.nowhere\] has no base_url"):
            resolve_name("nowhere")

    @pytest.mark.parametrize("name", ["stagging", "url", "", "ftp://h/v2", "api.ev.energy"])
    def test_the_hint_for_an_unknown_name_lists_the_known_ones(self, name):
        with pytest.raises(UsageError, match="no target is called") as raised:
            resolve_name(name)
        assert all(known in raised.value.hint for known in ("here", "staging", "mock", "live", "builtin"))

    def test_the_hint_for_an_unknown_name_begins_with_a_similar_one(self):
        with pytest.raises(UsageError) as raised:
            resolve_name("stagging")
        assert raised.value.hint.startswith("Did you mean staging?")

    def test_urls_may_come_from_variables(self):
        target = resolve_name(
            "secretive", {"BASE": "https://h.example/v2/", "TOKENS": "https://t.example/token"}
        ).target
        assert (target.base_url, target.token_url) == ("https://h.example/v2", "https://t.example/token")
        with pytest.raises(UsageError, match="base_url of secretive needs the environment variable BASE"):
            resolve_name("secretive")


class TestAddresses:
    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:8000/v2", "http://127.0.0.1:8000/v2/", "HTTP://127.0.0.1:8000/v2"]
    )
    def test_a_url_uses_the_table_with_its_base_url(self, url):
        assert resolve_name(url).config.identities == MINE

    def test_a_url_in_upper_case_is_recognised_as_live(self):
        target = resolve_name("HTTPS://API.EV.ENERGY/v2").target
        assert (target.base_url, target.kind) == ("https://api.ev.energy/v2", TargetKind.LIVE)

    @pytest.mark.parametrize(
        "url",
        [
            "https://", "https:///v2", "https://h:x/v2", "https://h:99999/v2", "https://h:0/v2", "https://[::1/v2", "https://[zz]/v2",
            "https://h/v2?a=secret", "https://h/v2#secret", "https://h /v2", "https://h\\v2", "https://h/v2\n", "https://h/\u2028",
            "https://api。ev。energy/v2", "https://api%2Eev.energy/v2", "https://ａpi.ev.energy/v2",  # noqa: RUF001
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("way", ["option", "base_url", "token_url"])
    def test_an_invalid_url_is_refused_and_not_repeated(self, url, way):
        config = Config({"a": TargetConfig(url) if way == "base_url" else TargetConfig("http://h/v2", url)})
        with pytest.raises(UsageError, match="not a valid URL") as raised:
            resolve_name(url if way == "option" else "a", config=config)
        assert "secret" not in raised.value.message + raised.value.hint

    @pytest.mark.parametrize(
        "url",
        [
            "https://me:secret@h/v2",
            "https://me:se/cret@h/v2",
            "https://:secret@h:x/v2?y",
            "https://@h/v2",
            "https://h/v2/@secret",
        ],
    )
    @pytest.mark.parametrize("way", ["option", "base_url", "token_url"])
    def test_credentials_in_a_url_are_refused_and_not_repeated(self, url, way):
        config = Config({"a": TargetConfig(url) if way == "base_url" else TargetConfig("http://h/v2", url)})
        with pytest.raises(UsageError, match="contains credentials") as raised:
            resolve_name(url if way == "option" else "a", config=config)
        assert "cret" not in raised.value.message + raised.value.hint
        assert raised.value.__cause__ is None

    @given(st.text(max_size=20))
    def test_any_text_is_a_target_or_a_usage_error(self, text):
        for name in (text, f"http://{text}", f"https://h{text}"):
            try:
                target = resolve_name(name).target
            except UsageError:
                continue
            assert not target.base_url.endswith("/")
            assert set("?#@") & set(target.base_url) == set()


class TestCredentials:
    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:9/v2", "http://localhost:9/v2", "http://[::1]:9/v2", "http://127.8.8.8/v2"]
    )
    def test_loopback_gets_the_published_identities(self, url):
        assert is_loopback(url)
        assert resolve_name(url).config.identities == PUBLISHED

    @pytest.mark.parametrize(
        "url",
        [
            "https://h.example/v2", "http://127.0.0.1.evil.example/v2", "http://localhost.evil.example/v2", "http://127.evil.example/v2",
            "http://128.0.0.1/v2", "http://0.0.0.0/v2", "http://192.168.0.1/v2", "http://[::2]/v2", "http://evil.example/127.0.0.1",
            "https://api.ev.energy/v2", "https://api-staging.ev.energy/v2",
        ],
    )  # fmt: skip
    def test_no_other_host_gets_the_published_identities(self, url):
        assert not is_loopback(url)
        assert resolve_name(url).config.identities == {}
        assert resolve_name(url).target.identities == ()

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9/v2", "https://h.example/v2", "live"])
    def test_a_token_in_the_environment_needs_no_file(self, url):
        identities = resolve_name(url, {TOKEN_VARIABLE: "abc"}).config.identities
        assert identities == {"full": IdentityConfig(token=f"env:{TOKEN_VARIABLE}")}

    def test_configured_identities_win_over_the_environment(self):
        assert resolve_name("here", {TOKEN_VARIABLE: "abc"}).config.identities == MINE

    def test_a_table_without_identities_gets_the_default_ones(self):
        assert resolve_name("bare").config.identities == PUBLISHED
        assert set(resolve_name("bare", {TOKEN_VARIABLE: "abc"}).target.identities) == {"full"}
