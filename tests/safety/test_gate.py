"""What the gate lets pass, and that each of its conditions is needed."""

import importlib
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import safety
from conformance.description import load_description
from conformance.model import Effect, Operation, Response, Role, Target, TargetKind
from conformance.safety import gate as gate_module
from conformance.safety.creations import Creations
from conformance.safety.delivery_gate import DeliveryGate
from conformance.safety.gate import ForbiddenRequestError, Gate
from conformance.safety.rules import RULES
from conformance.tools.ulid import extract_milliseconds

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
    (TargetKind.STAGING, WRITES, "POST", f"{TOKEN}../../v2/vehicles/x/boost", (), False),
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
    # a read where only an action is documented
    (TargetKind.STAGING, NOTHING, "GET", "/vehicles/1/boost", (), False),
    (TargetKind.LIVE, NOTHING, "GET", "/rebates/1:submit", (), False),
    (TargetKind.STAGING, ALL, "GET", "/vehicles/1/boost", (), True),
    (TargetKind.STAGING, ALL, "GET", "/sessions/1/cancel", BEARER, True),
    # overrides
    (TargetKind.STAGING, NOTHING, "GET", "/vehicles", (("X-HTTP-Method-Override", "POST"),), False),
    (TargetKind.STAGING, NOTHING, "GET", "/vehicles", (("x-method-override", "GET"),), True),
    (TargetKind.STAGING, NOTHING, "GET", "/vehicles?_method=post", (), False),
    (TargetKind.STAGING, WRITES, "GET", "/vehicles/1", (("X-HTTP-Method", "DELETE"),), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles", (("X-HTTP-Method-Override", "GET"),), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles?_method=GET", (), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles", (("X_HTTP_METHOD_OVERRIDE", "GET"),), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles", (("X-HTTP-Method ", "GET"),), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles", (("Method-Override", "GET"),), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles", (("X-Original-URL", "/v2/vehicles/1/boost"),), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles?_METHOD=delete", (), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles?a=1;_method=delete", (), False),
    (TargetKind.LIVE, NOTHING, "GET", "/vehicles?method=AC", (), True),  # a filter of that name is none
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
    (TargetKind.STAGING, ALL, "GET", "https://elsewhere.example/x?a=1;ACCESS_TOKEN=t", (), False),
    (TargetKind.STAGING, ALL, "GET", "https://elsewhere.example/x#access_token=t", (), False),
    (TargetKind.STAGING, ALL, "GET", "https://u:t@elsewhere.example/x", (), False),
    (TargetKind.STAGING, ALL, "GET", "https://u:t@staging.partner.example/v2/vehicles", (), False),
    (TargetKind.STAGING, NOTHING, "POST", TOKEN + "?x=1", BEARER, False),
    (TargetKind.STAGING, NOTHING, "POST", TOKEN, (("X-HTTP-Method-Override", "DELETE"),), False),
    (TargetKind.STAGING, ALL, "GET", "https://elsewhere.example/o/x", BEARER, False),
    (TargetKind.STAGING, NOTHING, "POST", TOKEN.upper().replace("HTTPS", "https"), BEARER, False),
    (TargetKind.STAGING, WRITES, "POST", "https://elsewhere.example/v2/vehicles", (), False),
    (TargetKind.STAGING, NOTHING, "GET", "http://staging.partner.example/v2/vehicles", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "https://staging.partner.example:8443/v2/vehicles", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "https://staging.partner.example/v22/vehicles", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "/../admin", BEARER, False),
    (TargetKind.STAGING, NOTHING, "GET", "/%2e%2e/admin", BEARER, False),
    (TargetKind.STAGING, WRITES, "PATCH", "https://staging.partner.example/rebates/1", BEARER, False),
    (TargetKind.STAGING, WRITES, "PATCH", "https://staging.partner.example/xx/rebates/1", (), False),
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
    st.sampled_from(sorted(RULES)),
    st.sampled_from([NOTHING, WRITES, ALL]),
    st.sampled_from(UNSAFE),
    st.text(max_size=20),
)
def test_without_leave_nothing_unsafe_passes_whatever_its_path(kind, flags, method, path):
    kept = flags == NOTHING or not RULES[kind].writes
    url = BASE + "/" + path.replace("?", "").replace("#", "")
    assert not kept or not is_let_pass(kind, flags, method, url, ())


@given(
    st.sampled_from(load_description().model.operations),
    st.sampled_from([NOTHING, WRITES, ALL]),
    st.sampled_from(sorted(RULES)),
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


# One condition taken out: (module, source, what stands there instead).
MUTANTS = [
    ("gate", 'if "@" in urlsplit(url).netloc or (not', "if (not"),
    ("gate", "(not self._is_ours(place) and has_credentials(url, headers))", "False"),
    ("gate", "if overrides and not RULES[self._target.kind].writes:", "if False:"),
    ("gate", "if not overrides and self._is_token_request", "if self._is_token_request"),
    ("gate", "for name in (_normalize_method(method), *overrides)", "for name in (_normalize_method(method),)"),
    ("gate", 'own = method == "POST" and', "own = True and"),
    ("gate", "url == self._target.token_url", "self._is_beside_token(read_place(url))"),
    ("gate", "return own and not any(", "return own or not any("),
    ("gate", "below = place.origin == self._base.origin and all(", "below = all("),
    ("gate", "return below or self._is_beside_token(place)", "return place.origin == self._base.origin"),
    ("gate", "or place.origin != self._token.origin:", "or False:"),
    ("gate", "(bool(folder) and all(", "(all("),
    ("gate", "if place.origin == self._base.origin else ()", "if True else ()"),
    ("gate", "effect is Effect.IRREVERSIBLE and path in self._created", "effect is Effect.IRREVERSIBLE"),
    ("gate", 'mine = method == "DELETE" and', "mine = True and"),
    ("gate", 'if method == "POST" and self._is_beside_token(place) else Effect.IRREVERSIBLE', ""),
    ("gate", "if not is_below(path, self._prefix):", "if False:"),
    ("gate", "if RULES[target.kind].writes and not RULES[kind].writes:", "if False:"),
    ("gate", 'if "GET" in known else max(known.values(), key=_GRAVITY.index)', 'if "GET" in known else Effect.NONE'),
    ("gate", 'known["GET"] if "GET" in known else max(known.values(), key=_GRAVITY.index)', "Effect.NONE"),
    ("gate", "return max(known[method], Effect.WRITE, key=_GRAVITY.index)", "return known[method]"),
    ("gate", "return max((guess, *known.values()), key=_GRAVITY.index)", "return guess"),
    ("gate", 'Effect.IRREVERSIBLE if method == "DELETE" else Effect.WRITE', "Effect.WRITE"),
    ("gate", "return method if method.upper() in READ_METHODS else method.upper()", "return method.upper()"),
    ("gate", 'frozenset({"GET", "HEAD", "OPTIONS"})', 'frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})'),
    ("gate", "if self._target.may_write:\n            self._created", "if False:\n            self._created"),
    ("paths", "yield simplify_path(path, resolve=True)", "pass"),
    ("paths", "decoded = unquote(path)", "decoded = path"),
    ("paths", ".casefold().split", ".split"),
    ("paths", 'path.replace("\\\\", "/")', "path"),
    ("paths", '.partition(";")[0]', ""),
    ("paths", "elif name and not", "elif not"),
    ("paths", "_MAX_DECODINGS = 3", "_MAX_DECODINGS = 1"),
    ("paths", 'return path == folder or path.startswith(folder + "/")', "return path.startswith(folder)"),
    ("paths", 'simplify_path(re.split(r"[?#]", template)[0], resolve=True)', "template"),
    ("overrides", "if _HEADERS.fullmatch(_normalize(name))]", "if False]"),
    ("overrides", "if _PARAMETERS.fullmatch(_normalize(name))]", "if False]"),
    ("overrides", '.replace("_", "-")', ""),
    ("overrides", "-(original|rewrite)-url", "-nothing"),
    ("overrides", 're.split(r"[&;]"', 're.split(r"[&]"'),
    ("overrides", "&{parts.fragment}", ""),
    ("overrides", "any(_normalize(name) in _CREDENTIALS for name, _ in headers)", "False"),
    ("overrides", "any(name.strip().lower() == _TOKEN for name, _ in _list_parameters(url))", "False"),
    ("creations", 'if method != "POST" or response.status != 201:', 'if method != "POST":'),
    ("creations", 'if method != "POST" or response.status != 201:', "if response.status != 201:"),
    ("creations", 'and parent == path.rstrip("/")', ""),
    ("creations", "if created and name not in self._seen and", "if created and"),
    ("creations", "and self._is_recent(name.decode()):", ":"),
    ("rules", "if not rules.writes:", "if False:"),
    ("rules", "if not target.may_write or", "if False or"),
    ("rules", "or target.locks_writes:", "or False:"),
    ("rules", "(target.locks_hardware or", "(False or"),
    ("rules", "if effect in RISKS and", "if False and"),
    ("rules", "if effect is Effect.NONE:", "if effect in {Effect.NONE, Effect.WRITE}:"),
]  # fmt: skip


@pytest.fixture
def mutate(tmp_path, monkeypatch):
    """A function that loads the package of safety beside itself, with one piece of the source of a module replaced."""

    def load(module: str, source: str, instead: str):
        package = tmp_path / "mutant_safety"
        for file in Path(safety.__path__[0]).rglob("*.py"):
            text = file.read_text()
            if file.stem == module:
                assert source in text, f"{file.name} no longer has {source!r}: choose the mutant anew"
                text = text.replace(source, instead)
            copy = package / file.relative_to(safety.__path__[0])
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(
                text.replace("conformance.safety", "mutant_safety").replace("conformance import safety", "")
            )
        monkeypatch.syspath_prepend(tmp_path)
        for name in [name for name in sys.modules if name.startswith("mutant_safety")]:
            del sys.modules[name]
        return importlib.import_module("mutant_safety.gate")

    return load


CREATIONS = [
    [("POST", "/vehicles", created(BASE + "/vehicles/x"))],
    [("POST", "/vehicles", created(BASE + "/vehicles/x", status=200))],
    [("PUT", "/vehicles", created(BASE + "/vehicles/x"))],
    [("POST", "/regions", created(BASE + "/vehicles/x"))],
    [("POST", "/vehicles", created(BASE + "/vehicles/x;y"))],
    [("GET", "/vehicles", created(f"{BASE}/x", status=200)), ("POST", "/vehicles", created(BASE + "/vehicles/x"))],
    [("POST", "/vehicles", created(f"{BASE}/vehicles/vhcl01HQR99ZREJD9285NV25PVCKVG"))],
]  # fmt: skip


LOCKED = [("GET", ""), ("POST", ""), ("POST", "/1/boost")]


def decisions(module) -> list[bool]:
    """Every case as a gate decides it, and the deletions of what was and was not created."""
    decided = [is_let_pass(*case[:5], module=module) for case in CASES]
    for flags in (WRITES, NOTHING):
        for responses in CREATIONS:
            gate = module.Gate(target(flags=flags), OPERATIONS)
            for method, place, response in responses:
                gate.observe(method, BASE + place, response)
            names = ("x", "x;y", "vhcl01HQR99ZREJD9285NV25PVCKVG")
            decided += [not gate.refusal("DELETE", f"{BASE}/vehicles/{name}", BEARER) for name in names]
            decided.append(not gate.refusal("PUT", f"{BASE}/vehicles/x", BEARER))
    for place in ("POST https://api.ev.energy/v2/vehicles", "GET https://api.ev.energy/v2/vehicles"):
        live = module.Gate(target(TargetKind.URL, ALL, "https://api.ev.energy/v2"), OPERATIONS)
        decided.append(not live.refusal(*place.split(" "), BEARER))
    for lock in ("locks_writes", "locks_hardware"):
        locked = module.Gate(msgspec.structs.replace(target(flags=ALL), **{lock: True}), OPERATIONS)
        decided += [not locked.refusal(method, f"{BASE}/vehicles{rest}", BEARER) for method, rest in LOCKED]
    root = module.Gate(target(flags=ALL, token="https://login.example/token"), OPERATIONS)
    decided.append(not root.refusal("GET", "https://login.example/anything", BEARER))
    inside = module.Gate(target(token=BASE + "/vehicles/1/boost"), OPERATIONS)
    decided.append(not inside.refusal("POST", BASE + "/vehicles/1/boost", BEARER))
    odd = (operation("GET /odd/;x?a=b#c", Effect.HARDWARE),)
    decided.append(not module.Gate(target(), odd).refusal("GET", BASE + "/odd/;x?a=b", ()))
    return decided


@pytest.mark.parametrize(("module", "source", "instead"), MUTANTS)
def test_a_gate_without_one_of_its_conditions_is_told_by_the_cases(mutate, module, source, instead):
    assert decisions(mutate(module, source, instead)) != decisions(gate_module)


def test_a_name_that_was_there_before_is_not_created():
    gate = Gate(target(flags=WRITES), OPERATIONS)
    gate.observe("GET", BASE + "/vehicles", created(BASE + "/vehicles/old", status=200))
    for _ in range(2):
        gate.observe("POST", BASE + "/vehicles", created(BASE + "/vehicles/old"))
    assert gate.refusal("DELETE", BASE + "/vehicles/old", BEARER)


@pytest.mark.parametrize(("hours", "credible"), [(0, True), (24, True), (48, False), (24 * 365, False)])
def test_an_id_from_before_the_run_is_not_created(hours, credible):
    name = "vhcl01HQR99ZREJD9285NV25PVCKVG"
    born_s = extract_milliseconds(name[4:]) / 1000
    creations = Creations(lambda: born_s + hours * 3600)
    creations.observe("POST", "/v2/vehicles", created(f"{BASE}/vehicles/{name}"))
    assert (f"/v2/vehicles/{name}".casefold() in creations) is credible


@pytest.mark.parametrize("kind", sorted(RULES))
@pytest.mark.parametrize("identities", [("full",), ("full", "disposable")])
def test_a_token_stands_in_a_url_only_where_its_logs_may_show_it(kind, identities):
    target = Target("t", kind, RULES[kind].known or "https://api.example/v2", identities=identities)
    gate = Gate(target, ())
    is_logged = kind in {"live", "sandbox"} and "disposable" not in identities
    for query in ("?access_token=abc", "?a=1&ACCESS_TOKEN=abc"):
        assert bool(gate.refusal("GET", f"{target.base_url}/users{query}")) is is_logged
    assert not gate.refusal("GET", f"{target.base_url}/users?token_type=a")
