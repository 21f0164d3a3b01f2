"""What the gate lets pass, and that each of its conditions is needed."""

import inspect
import sys
import types

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.description import load_description
from conformance.model import Effect, Operation, Response, Role, Target, TargetKind
from conformance.safety import gate as gate_module
from conformance.safety.delivery_gate import DeliveryGate
from conformance.safety.gate import ForbiddenRequestError, Gate
from conformance.safety.rules import RULES

BASE = "https://staging.partner.example/v2"
TOKEN = "https://staging.partner.example/o/token/"
BEARER = (("Authorization", "Bearer t"),)
READS = ("GET", "HEAD", "OPTIONS")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PURGE", "get", "Post")
NOTHING, WRITES, ALL = (False, False), (True, False), (True, True)


def operation(key: str, effect: Effect) -> Operation:
    method, path = key.split(" ")
    return Operation(key, key, method, path, "", Role.ACTION, effect, "group")


OPERATIONS = (
    operation("GET /vehicles", Effect.NONE),
    operation("POST /vehicles", Effect.WRITE),
    operation("GET /vehicles/{id}", Effect.NONE),
    operation("PATCH /vehicles/{id}", Effect.HARDWARE),
    operation("DELETE /vehicles/{id}", Effect.IRREVERSIBLE),
    operation("POST /vehicles/{id}/boost", Effect.HARDWARE),
    operation("GET /rebates/{id}", Effect.NONE),
    operation("PATCH /rebates/{id}", Effect.WRITE),
    operation("POST /rebates/{id}:submit", Effect.MONEY),
    operation("POST /regions:validate", Effect.NONE),
    operation("GET /sessions/{id}/cancel", Effect.HARDWARE),
)


def target(kind: TargetKind = TargetKind.STAGING, flags=NOTHING, base: str = BASE, token: str = TOKEN) -> Target:
    return Target(str(kind), kind, base, token, may_write=flags[0], may_touch_hardware=flags[1])


def created(url: str, status: int = 201, location: str = "") -> Response:
    headers = (("Location", location),) if location else ()
    return Response(status, headers, msgspec.json.encode({"url": url} if url else {}))


# kind, flags, method, URL or path below the base, headers, whether it may leave
CASES = [
    (TargetKind.STAGING, NOTHING, "GET", "/vehicles", BEARER, True),
    (TargetKind.STAGING, NOTHING, "HEAD", "/vehicles", BEARER, True),
    (TargetKind.STAGING, NOTHING, "OPTIONS", "/vehicles", BEARER, True),
    (TargetKind.STAGING, NOTHING, "TRACE", "/vehicles", (), False),
    (TargetKind.STAGING, NOTHING, "POST", "/vehicles", (), False),
    (TargetKind.STAGING, NOTHING, "POST", "/regions:validate", (), False),
    (TargetKind.STAGING, NOTHING, "POST", TOKEN, BEARER, True),
    (TargetKind.STAGING, NOTHING, "PUT", TOKEN, BEARER, False),
    (TargetKind.STAGING, NOTHING, "POST", "https://staging.partner.example/o/revoke_token/", BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "https://staging.partner.example/o/revoke_token/", BEARER, True),
    (
        TargetKind.STAGING,
        WRITES,
        "POST",
        "https://staging.partner.example/o/token/../../v2/vehicles/x/boost",
        (),
        False,
    ),
    (TargetKind.STAGING, WRITES, "POST", "/vehicles", BEARER, True),
    (TargetKind.STAGING, WRITES, "POST", "/regions:validate", BEARER, True),
    (TargetKind.STAGING, WRITES, "PATCH", "/rebates/1", BEARER, True),
    (TargetKind.STAGING, WRITES, "PATCH", "/vehicles/1", BEARER, False),
    (TargetKind.STAGING, ALL, "PATCH", "/vehicles/1", BEARER, True),
    (TargetKind.STAGING, WRITES, "DELETE", "/vehicles/1", BEARER, False),
    (TargetKind.STAGING, ALL, "DELETE", "/vehicles/1", BEARER, True),
    (TargetKind.STAGING, WRITES, "POST", "/rebates/1:submit", BEARER, False),
    (TargetKind.STAGING, ALL, "POST", "/rebates/1:submit", BEARER, True),
    (TargetKind.STAGING, WRITES, "PUT", "/vehicles", BEARER, True),  # no method of a grave effect is known there
    (TargetKind.STAGING, WRITES, "PUT", "/vehicles/1", BEARER, False),  # the gravest effect known there counts
    (TargetKind.STAGING, WRITES, "DELETE", "/rebates/1", BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "/unknown", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "/unknown", BEARER, True),
    # the same operation by other paths
    (TargetKind.STAGING, WRITES, "POST", "/vehicles/1/boost/", BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "//vehicles//1//boost", BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "/VEHICLES/1/Boost", BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "/vehicles/1/%62oost", BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "/vehicles/1/%2562oost", BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "/vehicles/x/../1/boost", BEARER, False),
    (TargetKind.STAGING, WRITES, "PATCH", "/rebates/..%2fvehicles%2f1", BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "/vehicles/1/boost;x=1", BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "\\vehicles\\1\\boost", BEARER, False),
    # reads with an effect
    (TargetKind.STAGING, NOTHING, "GET", "/sessions/1/cancel", BEARER, False),
    (TargetKind.STAGING, NOTHING, "HEAD", "/sessions/1/cancel", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "/Sessions/1/cancel/", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "/sessions\\1\\cancel", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "/sessions/1;a=b/cancel;x", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "/sessions/1/%252563ancel", BEARER, False),
    (TargetKind.STAGING, NOTHING, "get", "/vehicles", BEARER, False),
    (TargetKind.STAGING, ALL, "GET", "/sessions/1/cancel", BEARER, True),
    # overrides
    (TargetKind.STAGING, NOTHING, "GET", "/vehicles", (("X-HTTP-Method-Override", "POST"),), False),
    (TargetKind.STAGING, NOTHING, "GET", "/vehicles", (("x-method-override", "GET"),), True),
    (TargetKind.STAGING, NOTHING, "GET", "/vehicles?_method=post", (), False),
    (TargetKind.STAGING, WRITES, "GET", "/vehicles/1", (("X-HTTP-Method", "DELETE"),), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles", (("X-HTTP-Method-Override", "GET"),), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles?_method=GET", (), False),
    # live and sandbox, whatever is said
    (TargetKind.LIVE, ALL, "POST", "/vehicles", BEARER, False),
    (TargetKind.LIVE, ALL, "GET", "/vehicles", BEARER, True),
    (TargetKind.LIVE, NOTHING, "POST", TOKEN, BEARER, True),
    (TargetKind.LIVE, ALL, "POST", "https://staging.partner.example/o/revoke_token/", BEARER, False),
    (TargetKind.SANDBOX, ALL, "DELETE", "/vehicles/1", BEARER, False),
    (TargetKind.MOCK, NOTHING, "POST", "/vehicles", BEARER, False),
    (TargetKind.MOCK, WRITES, "POST", "/vehicles", BEARER, True),
    # outside the target
    (TargetKind.STAGING, NOTHING, "GET", "https://elsewhere.example/x", (), True),
    (TargetKind.STAGING, ALL, "GET", "https://elsewhere.example/x", BEARER, False),
    (TargetKind.STAGING, ALL, "GET", "https://elsewhere.example/x", (("Cookie", "a=b"),), False),
    (TargetKind.STAGING, ALL, "GET", "https://elsewhere.example/x?access_token=t", (), False),
    (TargetKind.STAGING, WRITES, "POST", "https://elsewhere.example/v2/vehicles", (), False),
    (TargetKind.STAGING, NOTHING, "GET", "http://staging.partner.example/v2/vehicles", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "https://staging.partner.example:8443/v2/vehicles", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "https://staging.partner.example/v22/vehicles", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "/../admin", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "/%2e%2e/admin", BEARER, False),
    (TargetKind.STAGING, WRITES, "PATCH", "https://staging.partner.example/rebates/1", BEARER, False),
]  # fmt: skip


def is_let_pass(kind, flags, method, place, headers, module=gate_module) -> bool:
    url = place if "://" in place else BASE + place
    return not module.Gate(target(kind, flags), OPERATIONS).refusal(method, url, headers)


@pytest.mark.parametrize(("kind", "flags", "method", "place", "headers", "passes"), CASES)
def test_each_case_is_decided_by_the_rules(kind, flags, method, place, headers, passes):
    assert is_let_pass(kind, flags, method, place, headers) is passes


def test_a_refusal_names_method_path_and_reason_and_no_secret():
    gate = Gate(target(), OPERATIONS)
    with pytest.raises(ForbiddenRequestError, match=r"POST /v2/vehicles may not be sent: .*--allow-writes") as refused:
        gate.check("POST", BASE + "/vehicles?access_token=hush", BEARER)
    assert "hush" not in str(refused.value)


@given(
    st.sampled_from(TargetKind), st.sampled_from([NOTHING, WRITES, ALL]), st.sampled_from(UNSAFE), st.text(max_size=20)
)
def test_without_leave_nothing_unsafe_passes_whatever_its_path(kind, flags, method, path):
    kept = flags == NOTHING or not RULES[kind].writes
    url = BASE + "/" + path.replace("?", "").replace("#", "")
    assert not kept or not is_let_pass(kind, flags, method, url, ())


@given(
    st.sampled_from(load_description().model.operations),
    st.sampled_from([NOTHING, WRITES, ALL]),
    st.sampled_from(TargetKind),
)
def test_every_documented_operation_passes_as_its_effect_allows(documented, flags, kind):
    gate = Gate(target(kind, flags), load_description().model.operations)
    path = documented.path.replace("{", "").replace("}", "")
    risky = documented.effect in {Effect.HARDWARE, Effect.MONEY, Effect.IRREVERSIBLE}
    unsafe = documented.method not in READS
    allowed = not unsafe or (RULES[kind].writes and flags[0] and (flags[1] or not risky))
    assert (not gate.refusal(documented.method, BASE + path, BEARER)) is allowed


def test_what_the_run_created_may_be_deleted_again():
    gate = Gate(target(flags=WRITES), OPERATIONS)
    gate.observe("POST", BASE + "/vehicles", created(BASE + "/vehicles/new"))
    assert not gate.refusal("DELETE", BASE + "/vehicles/new", BEARER)
    assert gate.refusal("DELETE", BASE + "/vehicles/old", BEARER)
    assert gate.refusal("PATCH", BASE + "/vehicles/new", BEARER), "hardware hangs on a new vehicle as well"


@pytest.mark.parametrize(
    ("method", "place", "response"),
    [
        ("POST", "/vehicles", created(BASE + "/vehicles/x", status=200)),  # perhaps it was there before
        ("GET", "/vehicles", created(BASE + "/vehicles/x")),
        ("POST", "/regions", created(BASE + "/vehicles/x")),
        ("POST", "/vehicles", created(BASE + "/vehicles/")),
        ("POST", "/vehicles", created(BASE + "/vehicles/../vehicles/x")),
        ("POST", "/vehicles", Response(201, (), b"not JSON")),
        ("POST", "/vehicles", created("", location=BASE + "/rebates/x")),
    ],
)
def test_nothing_else_counts_as_created(method, place, response):
    gate = Gate(target(flags=WRITES), OPERATIONS)
    gate.observe(method, BASE + place, response)
    assert gate.refusal("DELETE", BASE + "/vehicles/x", BEARER)


@pytest.mark.parametrize("kind", [TargetKind.URL, TargetKind.STAGING, TargetKind.BUILTIN, TargetKind.MOCK])
@pytest.mark.parametrize("host", ["api.ev.energy", "API.EV.ENERGY", "api.ev.energy.", "api.ev.energy:443", "ev.energy"])
def test_the_live_host_is_live_under_any_kind(kind, host):
    base = f"https://{host}/v2"
    gate = Gate(target(kind, ALL, base, f"https://{host}/o/token/"), OPERATIONS)
    assert gate.refusal("POST", f"{base}/vehicles", BEARER)
    assert not gate.refusal("GET", f"{base}/vehicles", BEARER)


def test_deliveries_go_to_the_endpoint_alone():
    gate = DeliveryGate("https://partner.example")
    gate.check("POST", "https://partner.example/hooks", ())
    for elsewhere in (
        "https://api.ev.energy/v2/vehicles",
        "http://partner.example/hooks",
        "https://partner.example:1/",
    ):
        with pytest.raises(ForbiddenRequestError):
            gate.check("POST", elsewhere, ())


# One condition of the gate taken out: (module, source, what stands there instead).
MUTANTS = [
    ("gate", "if not self._is_ours(place) and _has_credentials(url, headers):", "if False:"),
    ("gate", "if overrides and not RULES[self._target.kind].writes:", "if False:"),
    ("gate", "for name in (_canonical(method), *overrides)", "for name in (_canonical(method),)"),
    ("gate", 'self._token and method == "POST":\n', "self._token and True:\n"),
    ("gate", "place == self._token and", "self._is_beside_token(place) and"),
    ("gate", "if place.origin != self._base.origin:", "if False:"),
    ("gate", "if not _is_below(path, self._prefix):", "if False:"),
    ("gate", "if effect is None:", "if False:"),
    ("gate", "else Effect.IRREVERSIBLE\n        if effect is Effect", "else Effect.WRITE\n        if effect is Effect"),
    ("gate", 'method == "DELETE" and path in self._created', 'method == "DELETE"'),
    ("gate", 'if method != "POST" or response.status != 201:', 'if method != "POST":'),
    ("gate", 'if method != "POST" or response.status != 201:', "if response.status != 201:"),
    ("gate", 'and parent == path.rstrip("/")', ""),
    ("gate", "if RULES[target.kind].writes and not RULES[kind].writes:", "if False:"),
    ("gate", 'return known.get("GET", Effect.NONE)', "return Effect.NONE"),
    ("gate", "return max(known[method], Effect.WRITE, key=_GRAVITY.index)", "return known[method]"),
    ("gate", "return max((guess, *known.values()), key=_GRAVITY.index)", "return guess"),
    ("gate", 'guess = Effect.IRREVERSIBLE if method == "DELETE" else Effect.WRITE', "guess = Effect.WRITE"),
    ("gate", "for name, value in headers if name.lower() in OVERRIDE_HEADERS]", "for name, value in ()]"),
    ("gate", "return method if method.upper() in READ_METHODS else method.upper()", "return method.upper()"),
    ("gate", "if name == _OVERRIDE_PARAMETER]", "if False]"),
    ("gate", "or any(name == _TOKEN_PARAMETER for", "or any(False for"),
    ("gate", "name.lower() in _CREDENTIALS for", "False for"),
    ("gate", "yield _plain(path, resolve=True)", "pass"),
    ("gate", "decoded = unquote(path)", "decoded = path"),
    ("gate", ".casefold().split", ".split"),
    ("gate", 'path.replace("\\\\", "/")', "path"),
    ("gate", '.partition(";")[0]', ""),
    ("gate", "elif name and not", "elif not"),
    ("gate", "_MAX_DECODINGS = 3", "_MAX_DECODINGS = 1"),
    ("gate", 'return path == folder or path.startswith(folder + "/")', "return path.startswith(folder)"),
    ("gate", '"GET", "HEAD", "OPTIONS"})', '"GET", "HEAD", "OPTIONS", "TRACE"})'),
    ("rules", "if not rules.writes:", "if False:"),
    ("rules", "if not target.may_write:", "if False:"),
    ("rules", "if effect in RISKS and", "if False and"),
    ("rules", "if effect is Effect.NONE:", "if effect in {Effect.NONE, Effect.WRITE}:"),
]  # fmt: skip


def mutated(module_name: str, source: str, instead: str) -> types.ModuleType:
    """The gate with one piece of its source, or of the rules', replaced; loaded beside the real one."""
    modules = {name: sys.modules[f"conformance.safety.{name}"] for name in ("rules", "gate")}
    text = inspect.getsource(modules[module_name])
    assert text.count(source) >= 1, f"the gate no longer has {source!r}: choose the mutant anew"
    changed = types.ModuleType("mutant")
    exec(compile(text.replace(source, instead), f"<mutant of {module_name}>", "exec"), changed.__dict__)  # noqa: S102
    if module_name == "gate":
        return changed
    gate = types.ModuleType("gate")
    exec(compile(inspect.getsource(modules["gate"]), "<gate>", "exec"), gate.__dict__)  # noqa: S102
    gate.__dict__.update(refusal_of=changed.refusal_of, RULES=changed.RULES, kind_of=changed.kind_of)
    return gate


def decisions(module: types.ModuleType) -> list[bool]:
    """Every case as a gate decides it, and the deletions of what was and was not created."""
    decided = [is_let_pass(*case[:5], module=module) for case in CASES]
    for method, place, response in (
        ("POST", "/vehicles", created(BASE + "/vehicles/x")),
        ("POST", "/vehicles", created(BASE + "/vehicles/x", status=200)),
        ("PUT", "/vehicles", created(BASE + "/vehicles/x")),
        ("POST", "/regions", created(BASE + "/vehicles/x")),
    ):
        gate = module.Gate(target(flags=WRITES), OPERATIONS)
        gate.observe(method, BASE + place, response)
        decided.append(not gate.refusal("DELETE", BASE + "/vehicles/x", BEARER))
    live = module.Gate(target(TargetKind.URL, ALL, "https://api.ev.energy/v2"), OPERATIONS)
    return [*decided, not live.refusal("POST", "https://api.ev.energy/v2/vehicles", BEARER)]


@pytest.mark.parametrize(("module", "source", "instead"), MUTANTS)
def test_a_gate_without_one_of_its_conditions_is_told_by_the_cases(module, source, instead):
    try:
        changed = decisions(mutated(module, source, instead))
    except (TypeError, ValueError, RecursionError):
        return  # it does not decide at all
    assert changed != decisions(gate_module)
