"""evconform.toml: its content, messages that name file and place of an error, and secrets that are not shown."""

import io
import traceback

import pytest
from rich.console import Console

from conformance.errors import UsageError
from conformance.targets.config import Config, IdentityConfig, TargetConfig, load_config, resolve_variable
from conformance.targets.resolver import ResolvedTarget, resolve_target

SECRET = "a-very-secret-value"
WHOLE = f"""
description = "api.yaml"
[targets.here]
base_url = "http://127.0.0.1:8000/v2"
token_url = "http://127.0.0.1:8000/o/token/"
budget = 900
writes = false
seeds = {{evse_id = ["evse01"]}}
[targets.here.identities.full]
client_id = "me"
client_secret = "{SECRET}"
scope = "a b"
[targets.here.identities.readonly]
token = "env:READONLY"
"""


@pytest.fixture
def write_file(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_load_reads_every_key(write_file):
    config = load_config(write_file(WHOLE))
    here = config.targets["here"]
    assert config.description == "api.yaml"
    assert (here.base_url, here.budget, here.writes, here.hardware) == ("http://127.0.0.1:8000/v2", 900, False, True)
    assert here.seeds == {"evse_id": ("evse01",)}
    assert here.identities["full"] == IdentityConfig(client_id="me", client_secret=SECRET, scope="a b")
    assert here.identities["readonly"] == IdentityConfig(token="env:READONLY")


def test_without_a_file_the_configuration_is_empty(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_config(None) == Config()


def test_the_file_in_the_current_directory_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evconform.toml").write_text("[targets.a]\nbase_url='http://h/v2'")
    assert set(load_config(None).targets) == {"a"}


@pytest.mark.parametrize("name", ["gone.toml", "."])
def test_a_named_file_must_exist(tmp_path, name):
    with pytest.raises(UsageError, match="does not exist") as raised:
        load_config(tmp_path / name)
    assert str(tmp_path / name) in raised.value.message
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("targets = [", "at end of document"),
        (b"\xff", "utf-8"),
        ("[targets.a]\nbase_urll = 'x'", "base_urll"),
        ("[targets.a.identities.full]\ntokn = 'x'", "tokn"),
        ("target = 1", "target"),
        ("[targets.a]\nbudget = 'many'", "budget"),
        ("[targets.a]\nbudget = 0", "budget"),
        ("[targets.a]\nwrites = 'yes'", "writes"),
        ("[targets.a]\nseeds = {evse_id = 'x'}", "seeds"),
        (f"[targets.a.identities]\nfull = '{SECRET}'", "identities"),
        (f"[targets.a.identities.full]\ntoken = ['{SECRET}']", "token"),
    ],
)
def test_errors_name_the_file_and_the_place_and_no_value(write_file, text, expected):
    path = write_file(text)
    with pytest.raises(UsageError) as raised:
        load_config(path)
    assert str(path) in raised.value.message
    assert expected in raised.value.message
    assert raised.value.hint
    assert SECRET not in raised.value.message


class TestVariables:
    def test_a_plain_value_is_returned_as_it_is(self):
        assert resolve_variable("plain", "it", {}) == "plain"
        assert resolve_variable("", "it", {}) == ""

    def test_a_variable_is_read(self):
        assert resolve_variable("env:NAME", "it", {"NAME": SECRET}) == SECRET

    @pytest.mark.parametrize("environment", [{}, {"NAME": ""}, {"OTHER": SECRET}])
    def test_an_unset_variable_is_named(self, environment):
        with pytest.raises(UsageError, match="the token of full needs the environment variable NAME") as raised:
            resolve_variable("env:NAME", "the token of full", environment)
        assert "export NAME" in raised.value.hint


def print_rich(value):
    console = Console(file=io.StringIO(), width=200)
    console.print(value)
    return console.file.getvalue()


@pytest.mark.parametrize("show", [repr, str, print_rich])
@pytest.mark.parametrize("field", ["token", "client_secret"])
def test_no_secret_is_shown(show, field):
    identity = IdentityConfig(**{field: SECRET})
    config = Config({"a": TargetConfig("http://127.0.0.1:1/v2", identities={"full": identity})})
    target = resolve_target("a", config, builtin_identities={}, environment={})
    assert isinstance(target, ResolvedTarget)
    for value in (identity, config, target, [identity]):
        assert SECRET not in show(value)


def test_no_secret_is_in_a_traceback_with_its_locals():
    identity = IdentityConfig(token=SECRET)
    try:
        assert identity.scope == "another"
    except AssertionError as error:
        text = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert SECRET not in "".join(text.format())
