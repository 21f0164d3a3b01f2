"""One seed draws the same in every process, whatever is loaded there."""

import subprocess
import sys

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from strategies.determinism import exclude_local_constants

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
from conformance.description import load_description
from conformance.mock_server.assembly import ServerSettings, assemble_server
from conformance.mock_server.api import WireRequest
from conformance.model import Exchange, Request, Response, Target, TargetKind
from conformance.probes.generated.workflows import run_histories
from conformance.evidence.subject import Subject
from conformance.validation import SchemaValidators, SecondOpinion
from strategies.compiled_cases import compile_cases
from urllib.parse import parse_qsl, unquote

BASE = "http://127.0.0.1:1/v2"
description = load_description()
validators, opinion = SchemaValidators(description), SecondOpinion(description)
target = Target("t", TargetKind.URL, BASE, identities=("full",))
subject = Subject(description, validators, opinion, target, seed=4)
drawn = hashlib.sha256()
with tempfile.TemporaryDirectory() as folder:
    for key in ("POST /vehicles", "PATCH /users/{user_id}"):
        operation = description.model.operations_by_key[key]
        cases = compile_cases(operation, validators, opinion, seed=4, directory=Path(folder))
        drawn.update(msgspec.msgpack.encode(cases))
api = assemble_server(ServerSettings(now=1_790_000_000_000_000), description).api
steps = run_histories(description.model.operations_by_key["POST /users/{user_id}/saved_routes"], subject)
sent, answer = 0, None
while True:
    try:
        step = steps.send(answer)
    except StopIteration:
        break
    answer = None
    if isinstance(step, Request):
        sent += 1
        drawn.update(msgspec.msgpack.encode(step))
        path, _, query = step.target.partition("?")
        headers = {"authorization": "Bearer token-full", **{name.lower(): value for name, value in step.headers}}
        pairs = tuple(parse_qsl(query, keep_blank_values=True))
        reply = api.handle_request(WireRequest(step.method, unquote(path), BASE, pairs, headers, step.body))
        answer = Exchange(f"x{sent}", step, "", 0.0, Response(reply.status, reply.headers, reply.body))
print(sent, drawn.hexdigest())
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


def draw_with_one_seed():
    """Return what one seed draws in this process."""
    values = []

    @seed(1)
    @settings(max_examples=400, database=None, phases=[Phase.generate])
    @given(st.text() | st.integers())
    def draw(value):
        values.append(value)

    draw()
    return values


def test_hypothesis_takes_constants_of_modules_and_is_kept_from_it(monkeypatch):
    """Hold the reason for `exclude_local_constants`: if this fails, Hypothesis no longer draws local constants."""
    before = providers._get_local_constants()
    monkeypatch.setattr(providers, "_get_local_constants", lambda: type(before)(strings={*WORDS}, integers={*NUMBERS}))
    providers.CONSTANTS_CACHE.cache.clear()
    assert {*draw_with_one_seed()} & {*WORDS, *NUMBERS}
    with exclude_local_constants():
        alone = draw_with_one_seed()
    assert not {*alone} & {*WORDS, *NUMBERS}
    monkeypatch.undo()
    providers.CONSTANTS_CACHE.cache.clear()
    with exclude_local_constants():
        assert draw_with_one_seed() == alone


MOVED = ["hypothesis.internal.conjecture.providers", "hypothesis.internal.constants_ast"]


@pytest.mark.parametrize("module", MOVED)
def test_a_module_that_hypothesis_moved_is_no_error_and_no_warning(monkeypatch, recwarn, module):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delattr(module)
    with exclude_local_constants():
        pass
    assert not recwarn


@pytest.mark.parametrize("name", ["_get_local_constants", "CONSTANTS_CACHE"])
def test_a_name_that_hypothesis_dropped_leaves_the_other_alone(monkeypatch, recwarn, name):
    monkeypatch.delattr(providers, name)
    before = dict(vars(providers))
    with exclude_local_constants():
        assert dict(vars(providers)) == before
    assert not recwarn


def test_constants_of_another_shape_are_left_alone(monkeypatch):
    def need_argument(_):
        pass

    monkeypatch.setattr("hypothesis.internal.constants_ast.Constants", need_argument)
    before = providers._get_local_constants
    with exclude_local_constants():
        assert providers._get_local_constants is before


def test_everything_is_put_back_after_an_error():
    before = (providers._get_local_constants, providers.CONSTANTS_CACHE)
    with pytest.raises(ZeroDivisionError), exclude_local_constants():
        1 / bool(providers._get_local_constants is before[0])
    assert (providers._get_local_constants, providers.CONSTANTS_CACHE) == before


def test_strategies_are_imported_where_the_private_modules_are_gone():
    code = f"import sys\nfor name in {MOVED!r}: sys.modules.pop(name, None)\n"
    code += "import hypothesis\n"
    code += f"for name in {MOVED!r}: sys.modules[name] = None\n"
    code += "import strategies\nfrom strategies.determinism import exclude_local_constants\n"
    code += "with exclude_local_constants(): pass\n"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True, text=True)
