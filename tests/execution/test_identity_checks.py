"""Wrong identities are found before a run spends anything, by `run` and by `doctor`."""

import json
import re
from base64 import urlsafe_b64encode
from pathlib import Path

import msgspec
import pytest

from conformance.description import load_description
from conformance.errors import CredentialsError, UsageError
from conformance.execution.doctor import diagnose
from conformance.execution.identity_checks import find_excess_scopes, find_shared_tokens, find_wrong_names
from conformance.execution.session import Session
from conformance.execution.setup import RunOptions, list_known_identities
from conformance.mock_server import run_server
from conformance.targets.config import IdentityConfig

RIGHT = {
    "full": "token-full", "readonly": "token-readonly", "expired": "token-expired", "noscope": "token-noscope",
}  # fmt: skip


@pytest.fixture(scope="module")
def server():
    with run_server(None, seed=1) as running:
        yield running


@pytest.fixture
def configure(server, tmp_path):
    def write(tokens, extra=""):
        tables = [f'[targets.here.identities.{name}]\ntoken = "{token}"' for name, token in tokens.items()]
        file = tmp_path / "evconform.toml"
        file.write_text("\n".join([f'[targets.here]\nbase_url = "{server.base_url}"', *tables, extra]))
        return RunOptions(target="here", config=file, select=("LIM-01",), report_dir=tmp_path / "run")

    return write


WRONG = [
    (
        {**RIGHT, "expired": "token-user-a"},
        "",
        CredentialsError,
        "the token of expired is accepted: expected 401, got 200",
    ),
    ({**RIGHT, "noscope": "token-user-a"}, "", CredentialsError, "the token of noscope is accepted: expected 403"),
    ({**RIGHT, "readonly": "token-full"}, "", UsageError, "full and readonly have the same token"),
    ({**RIGHT, "read_only": "token-readonly"}, "", UsageError, "identity 'read_only' is unknown"),
    (RIGHT, '[targets.here.seeds]\nevse_ids = ["x"]', UsageError, "seed 'evse_ids' is unknown"),
]


@pytest.mark.parametrize(("tokens", "extra", "error", "message"), WRONG)
def test_a_run_with_a_wrong_identity_sends_no_plan(configure, tmp_path, tokens, extra, error, message):
    with pytest.raises(error) as caught:
        Session.open(configure(tokens, extra))
    assert message in caught.value.message
    assert caught.value.exit_code == 2
    assert not (tmp_path / "run" / "events.jsonl").exists()


@pytest.mark.parametrize(("tokens", "extra", "error", "message"), WRONG)
def test_doctor_says_the_same(configure, tokens, extra, error, message):
    config = configure(tokens, extra).config
    problems = [diagnosis.message for diagnosis in diagnose("here", config, None) if not diagnosis.is_good]
    assert any(message in problem for problem in problems), problems


def test_right_identities_pass(configure):
    config = configure(RIGHT).config
    assert all(diagnosis.is_good for diagnosis in diagnose("here", config, None))
    session = Session.open(configure(RIGHT))
    session.close()


def test_every_documented_identity_may_be_configured():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    names = re.search(r"# (readonly, .+?);\s+# limited, .+\s+# (disposable),", readme)
    documented = {*names[1].split(", "), "limited", names[2], "full"}
    assert documented == list_known_identities()
    assert not list(find_wrong_names(documented, [], list_known_identities(), load_description(None).model))


def test_a_name_that_was_meant_is_suggested():
    model = load_description(None).model
    (error,) = find_wrong_names(["read_only"], [], RIGHT, model)
    assert error.hint.startswith("Did you mean readonly?")
    (error,) = find_wrong_names([], ["evse_ids"], RIGHT, model)
    assert error.hint.startswith("Did you mean evse_id?")


@pytest.mark.parametrize("claim", [{"scope": "SCOPES"}, {"scp": ["SCOPES"]}])
def test_a_token_that_names_its_scopes_is_read(claim):
    model = load_description(None).model
    reads = {scope for o in model.operations if o.is_safe for scope in o.scopes}
    write = next(scope for o in model.operations if not o.is_safe for scope in o.scopes if scope not in reads)

    def build_headers(scope):
        claims = json.dumps(claim).replace("SCOPES", scope).encode()
        part = urlsafe_b64encode(claims).decode().rstrip("=")
        return {"readonly": (("Authorization", f"Bearer eyJhbGciOiJub25lIn0.{part}.c2ln"),)}

    assert len(list(find_excess_scopes(build_headers(write), model))) == 1
    assert not list(find_excess_scopes(build_headers(min(reads)), model))
    assert not list(find_excess_scopes({"readonly": (("Authorization", "Bearer opaque"),)}, model))


def test_only_tokens_that_are_compared_must_differ():
    same, given, obtained = (("Authorization", "Bearer a"),), IdentityConfig("a"), IdentityConfig(client_id="a")
    assert not list(find_shared_tokens({"full": same, "limited": same}, {"full": given, "limited": given}))
    assert not list(find_shared_tokens({"full": same, "readonly": same}, {"full": given, "readonly": obtained}))
    assert len(list(find_shared_tokens({"user_a": same, "user_b": same}, {"user_a": given, "user_b": given}))) == 1


def test_a_target_that_is_open_to_anybody_is_judged(tmp_path):
    with run_server(None, seed=1, faults=("aut-open-door",)) as open_server:
        file = tmp_path / "evconform.toml"
        tables = (f'[targets.here.identities.{name}]\ntoken = "{token}"' for name, token in RIGHT.items())
        file.write_text("\n".join([f'[targets.here]\nbase_url = "{open_server.base_url}"', *tables]))
        options = RunOptions(target="here", config=file, select=("LIM-01",), report_dir=tmp_path / "run")
        Session.open(options).close()


def test_a_person_may_know_better(configure):
    wrong = configure({**RIGHT, "expired": "token-user-a"})
    Session.open(msgspec.structs.replace(wrong, trusts_identities=True)).close()
