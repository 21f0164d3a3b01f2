"""One seed draws the same in every process, whatever is loaded there."""

import subprocess
import sys

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from strategies.reproducible import reproducible

LOADED = "constants_of_somebody"
WORDS = [f"constant {number}" for number in range(200)]
NUMBERS = [7_000_001 + 13 * number for number in range(200)]
SCRIPT = """
import hashlib, importlib, sys, tempfile
from pathlib import Path
import msgspec
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    importlib.import_module(name)
from conformance.description import load
from conformance.mock_server.assembly import Settings, assemble
from conformance.mock_server.api import Request as Asked
from conformance.model import Exchange, Request, Response, Target, TargetKind
from conformance.probes.workflows import workflow
from conformance.subject import Subject
from conformance.validation import SecondOpinion, Validators
from strategies.cases import compiled
from urllib.parse import parse_qsl, unquote

BASE = "http://127.0.0.1:1/v2"
description = load()
validators, opinion = Validators(description), SecondOpinion(description)
target = Target("t", TargetKind.URL, BASE, identities=("full",))
subject = Subject(description, validators, opinion, target, seed=4)
drawn = hashlib.sha256()
with tempfile.TemporaryDirectory() as folder:
    for key in ("POST /vehicles", "PATCH /users/{user_id}"):
        cases = compiled(description.model.by_key[key], validators, opinion, seed=4, directory=Path(folder))
        drawn.update(msgspec.msgpack.encode(cases))
api = assemble(Settings(now=1_790_000_000_000_000), description).api
steps = workflow(description.model.by_key["POST /users/{user_id}/saved_routes"], subject)
asked, answer = 0, None
while True:
    try:
        step = steps.send(answer)
    except StopIteration:
        break
    answer = None
    if isinstance(step, Request):
        asked += 1
        drawn.update(msgspec.msgpack.encode(step))
        path, _, query = step.target.partition("?")
        headers = {"authorization": "Bearer token-full", **{name.lower(): value for name, value in step.headers}}
        pairs = tuple(parse_qsl(query, keep_blank_values=True))
        reply = api.handle(Asked(step.method, unquote(path), BASE, pairs, headers, step.body))
        answer = Exchange(f"x{asked}", step, "", 0.0, Response(reply.status, reply.headers, reply.body))
print(asked, drawn.hexdigest())
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / f"{LOADED}.py").write_text(f"WORDS = {WORDS!r}\nNUMBERS = {NUMBERS!r}\n")
    return tmp_path


def test_cases_and_histories_are_the_same_whatever_modules_are_loaded(folder):
    runs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(folder), *loaded], capture_output=True, text=True, check=True
        ).stdout.split()
        for loaded in ((), (LOADED,))
    ]
    assert int(runs[0][0]) > 100
    assert runs[0] == runs[1]


def texts():
    """What one seed draws, in this process."""
    found = []

    @seed(1)
    @settings(max_examples=400, database=None, phases=[Phase.generate])
    @given(st.text() | st.integers())
    def draw(value):
        found.append(value)

    draw()
    return found


def test_hypothesis_takes_constants_of_modules_and_is_kept_from_it(monkeypatch):
    """What `reproducible` rests on; where this fails, Hypothesis has other names for it or does it no more."""
    before = providers._get_local_constants()
    monkeypatch.setattr(providers, "_get_local_constants", lambda: type(before)(strings={*WORDS}, integers={*NUMBERS}))
    providers.CONSTANTS_CACHE.cache.clear()
    assert {*texts()} & {*WORDS, *NUMBERS}
    with reproducible():
        alone = texts()
    assert not {*alone} & {*WORDS, *NUMBERS}
    monkeypatch.undo()
    providers.CONSTANTS_CACHE.cache.clear()
    with reproducible():
        assert texts() == alone
