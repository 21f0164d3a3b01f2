"""From a name or URL to a target, and to whose credentials go there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.model import TargetKind
from conformance.targets.config import Config, Identity, TargetConfig
from conformance.targets.resolve import TOKEN_VARIABLE, loopback, resolve

PUBLISHED = {"full": Identity(token="token-full")}
MINE = {"full": Identity(token="mine")}
CONFIG = Config(
    {
        "here": TargetConfig("http://127.0.0.1:8000/v2/", identities=MINE),
        "bare": TargetConfig("http://127.0.0.1:8001/v2"),
        "staging": TargetConfig(identities=MINE, budget=5),
        "nowhere": TargetConfig(identities=MINE),
        "secretive": TargetConfig("env:BASE", "env:TOKENS"),
    }
)


def found(name, environment=None, config=CONFIG):
    return resolve(name, config, local=PUBLISHED, environment=environment or {})


class TestNames:
    def test_a_table_with_an_address(self):
        here = found("here")
        assert (here.target.base_url, here.target.kind) == ("http://127.0.0.1:8000/v2", TargetKind.URL)
        assert here.target.token_url == "http://127.0.0.1:8000/o/token/"
        assert here.config.identities == MINE
        assert here.target.identities == ("full",)

    def test_a_table_of_a_known_kind_needs_no_address(self):
        staging = found("staging")
        assert staging.target.base_url == "https://api-staging.ev.energy/v2"
        assert staging.target.token_url == "https://api-staging.ev.energy/o/token/"
        assert staging.config.budget == 5

    @pytest.mark.parametrize("name", ["mock", "sandbox", "live"])
    def test_a_kind_needs_no_table(self, name):
        target = found(name).target
        assert target.kind == name
        assert target.identities == ()

    def test_live_and_sandbox_buy_tokens_at_the_provider(self):
        assert {found(name).target.token_url for name in ("live", "sandbox")} == {"https://api.ev.energy/o/token/"}

    def test_a_table_without_an_address_is_told(self):
        with pytest.raises(UsageError, match=r"\[targets.nowhere\] has no base_url"):
            found("nowhere")

    @pytest.mark.parametrize("name", ["stagging", "url", "", "ftp://h/v2", "api.ev.energy"])
    def test_an_unknown_name_is_told_with_those_that_are_known(self, name):
        with pytest.raises(UsageError, match="no target is called") as told:
            found(name)
        assert all(known in told.value.hint for known in ("here", "staging", "mock", "live", "builtin"))

    def test_a_name_that_is_nearly_known_is_told_first(self):
        with pytest.raises(UsageError) as told:
            found("stagging")
        assert told.value.hint.startswith("Did you mean staging?")

    def test_addresses_come_from_variables_too(self):
        target = found("secretive", {"BASE": "https://h.example/v2/", "TOKENS": "https://t.example/token"}).target
        assert (target.base_url, target.token_url) == ("https://h.example/v2", "https://t.example/token")
        with pytest.raises(UsageError, match="base_url of secretive wants the environment variable BASE"):
            found("secretive")


class TestAddresses:
    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:8000/v2", "http://127.0.0.1:8000/v2/", "HTTP://127.0.0.1:8000/v2"]
    )
    def test_an_address_finds_its_table(self, url):
        assert found(url).config.identities == MINE

    def test_an_upper_case_address_is_live_all_the_same(self):
        target = found("HTTPS://API.EV.ENERGY/v2").target
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
    def test_what_is_no_plain_address_is_refused_and_not_repeated(self, url, way):
        config = Config({"a": TargetConfig(url) if way == "base_url" else TargetConfig("http://h/v2", url)})
        with pytest.raises(UsageError, match="no plain URL") as told:
            found(url if way == "option" else "a", config=config)
        assert "secret" not in told.value.message + told.value.hint

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
    def test_credentials_in_an_address_are_refused_and_not_repeated(self, url, way):
        config = Config({"a": TargetConfig(url) if way == "base_url" else TargetConfig("http://h/v2", url)})
        with pytest.raises(UsageError, match="carries credentials") as told:
            found(url if way == "option" else "a", config=config)
        assert "cret" not in told.value.message + told.value.hint
        assert told.value.__cause__ is None

    @given(st.text(max_size=20))
    def test_any_text_is_a_target_or_told(self, text):
        for name in (text, f"http://{text}", f"https://h{text}"):
            try:
                target = found(name).target
            except UsageError:
                continue
            assert not target.base_url.endswith("/")
            assert set("?#@") & set(target.base_url) == set()


class TestCredentials:
    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:9/v2", "http://localhost:9/v2", "http://[::1]:9/v2", "http://127.8.8.8/v2"]
    )
    def test_this_machine_gets_the_published_identities(self, url):
        assert loopback(url)
        assert found(url).config.identities == PUBLISHED

    @pytest.mark.parametrize(
        "url",
        [
            "https://h.example/v2", "http://127.0.0.1.evil.example/v2", "http://localhost.evil.example/v2", "http://127.evil.example/v2",
            "http://128.0.0.1/v2", "http://0.0.0.0/v2", "http://192.168.0.1/v2", "http://[::2]/v2", "http://evil.example/127.0.0.1",
            "https://api.ev.energy/v2", "https://api-staging.ev.energy/v2",
        ],
    )  # fmt: skip
    def test_no_other_host_ever_does(self, url):
        assert not loopback(url)
        assert found(url).config.identities == {}
        assert found(url).target.identities == ()

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9/v2", "https://h.example/v2", "live"])
    def test_a_token_in_the_environment_is_taken_without_a_file(self, url):
        identities = found(url, {TOKEN_VARIABLE: "abc"}).config.identities
        assert identities == {"full": Identity(token=f"env:{TOKEN_VARIABLE}")}

    def test_what_is_configured_wins_over_the_environment(self):
        assert found("here", {TOKEN_VARIABLE: "abc"}).config.identities == MINE

    def test_a_table_without_identities_is_helped_out(self):
        assert found("bare").config.identities == PUBLISHED
        assert set(found("bare", {TOKEN_VARIABLE: "abc"}).target.identities) == {"full"}
