"""Mutants that are wrong in one place alone: one kind of item, request, thread or response (C03 to C25)."""

from tests.certify.clients.mutants.definition import must, should
from tests.certify.clients.mutants.problems import repeat_on
from tests.certify.clients.mutants.sign_ins import NEW
from tests.certify.clients.mutants.tokens import NEEDED

REFRESH = '{"grant_type": "refresh_token", "refresh_token": self._refresh_token}'
TOKEN_REQUEST = '        response = self._http.post(f"{OAUTH}/token/", data=form, auth=(ID, SECRET))\n'
ISSUED = "        issued: dict[str, Any] = response.json()\n"
SEND = "        return self._http.request(method, url, json=json, headers=sent)\n"
READ_ALL_AT_ONCE = "        list(pool.map(client.get, urls))\n"
WAIT = "                self._wait(response)\n"
MAKE_TOKEN = NEEDED + "                self._keep_tokens(self._request_new_token())\n            return self._token\n"
VERSION_CHECK = 'if response.headers.get("evenergy-version", VERSION) != VERSION:'
NO_UNKNOWN = "assert not any('of_tomorrow' in name for name in {})\n"  # a strict model knows its own fields alone


def pass_state(expression: str) -> tuple[str, str]:
    """Return the edit that makes the state of a sign-in in another way."""
    return NEW, NEW.replace("secrets.token_urlsafe(12)", expression)


SIGN_IN = {"is_public": True, "tasks": "sign_in"}
MUTANTS = (
    should(
        "C05",
        "repeats a refused token request at once",
        "retry-after-token-request retry-after-seconds",
        (TOKEN_REQUEST, TOKEN_REQUEST + "        if response.status_code == 429:\n    " + TOKEN_REQUEST),
    ),
    must(
        "C05",
        "waits for the threads that were not refused alone",
        "retry-after-at-once retry-after-seconds",
        (
            WAIT,
            "                at_once = threading.current_thread() is not threading.main_thread()\n"
            "                time.sleep(0.3) if at_once else self._wait(response)\n",
        ),
        implied=frozenset({"C09"}),
    ),
    must(
        "C07",
        "hedges a write that takes long",
        "post-silence post-reset",
        (
            SEND,
            """        if method != "POST":
            return self._http.request(method, url, json=json, headers=sent)
        from concurrent.futures import FIRST_COMPLETED, wait

        pool, request = ThreadPoolExecutor(2), (self._http.request, method, url)
        sending = {pool.submit(*request, json=json, headers=sent)}
        if not wait(sending, 1.0).done:
            sending.add(pool.submit(*request, json=json, headers=sent))
        return wait(sending, return_when=FIRST_COMPLETED).done.pop().result()
""",
        ),
    ),
    should(
        "C08",
        "repeats the read of a first page alone",
        "C08 C06",
        (
            '                if method != "GET" or tries >= MAX_TRIES:\n',
            '                if method != "GET" or tries >= MAX_TRIES or "page_after" in url:\n',
        ),
    ),
    must(
        "C09",
        "renews for a 403 to a thread",
        "forbidden-one-of-many expired-at-once",
        (
            "            elif response.status_code == 429",
            "            elif response.status_code == 403 and 'vehicles/' in url and not is_renewed:\n"
            "                is_renewed = True\n"
            "                token = self.get_token(instead_of=token)\n"
            "            elif response.status_code == 429",
        ),
        implied=frozenset({"C11"}),
    ),
    should(
        "C11",
        "a token for each thread",
        "C11",
        (
            MAKE_TOKEN,
            """            own = threading.current_thread().__dict__
            if own.get("token", instead_of) == instead_of:
                self._keep_tokens(self._request_new_token())
                own["token"] = self._token
            return own["token"]
""",
        ),
        tasks="list_vehicles read_vehicles read_at_once",
    ),
    must("C12", "the time as state", "C12", pass_state("str(int(time.time() * 1000))"), **SIGN_IN),
    must("C12", "the time in hexadecimal digits as state", "C12", pass_state("format(time.time_ns(), 'x')"), **SIGN_IN),
    must(
        "C12",
        "the number of its process as state",
        "C12 C19 C25",
        pass_state("str(7_000_000 + os.getpid())"),
        is_public=True,
        tasks="sign_in list_vehicles",
    ),
    should(
        "C14",
        "compares the beginning of the version",
        "C14 C01",
        (VERSION_CHECK, 'if not response.headers.get("evenergy-version", VERSION).startswith(VERSION):'),
    ),
    must(
        "C16",
        "refuses unknown fields of a session",
        "unknown-fields-of-a-session unknown-fields",
        (
            '    session = client.get(f"{BASE}/charging_sessions").json()[0]\n',
            '    session = client.get(f"{BASE}/charging_sessions").json()[0]\n    ' + NO_UNKNOWN.format("session"),
        ),
    ),
    must(
        "C16",
        "refuses unknown fields of a model",
        "unknown-fields-of-a-new-vehicle unknown-fields",
        (
            '    model = client.get(f"{BASE}/vehicle_models").json()[0]\n',
            '    model = client.get(f"{BASE}/vehicle_models").json()[0]\n    ' + NO_UNKNOWN.format("model"),
        ),
    ),
    must(
        "C16",
        "refuses unknown fields of what it created",
        "unknown-fields-of-a-new-user unknown-fields",
        (
            '    print(client.send("POST", f"{BASE}/users", json={"email": "robin@example.com"}).json()["id"])\n',
            '    user = client.send("POST", f"{BASE}/users", json={"email": "robin@example.com"}).json()\n    '
            + NO_UNKNOWN.format("user"),
        ),
    ),
    must(
        "C16",
        "refuses unknown members of a token response",
        "unknown-fields-of-a-session unknown-fields",
        (ISSUED, ISSUED + "        " + NO_UNKNOWN.format("issued")),
    ),
    should(
        "C21",
        "overlooks the failures of its threads",
        "forbidden-one-of-many expired-at-once C21",
        (READ_ALL_AT_ONCE, "        [pool.submit(client.get, url) for url in urls]\n"),
    ),
    must(
        "C22",
        "repeats a write with another query",
        "refused-422 refused-409 other-words",
        repeat_on('response.status_code in {409, 422} and "?" not in url', 'url += f"?_={time.time_ns()}"'),
    ),
    must(
        "C23",
        "asks for more scopes when it refreshes",
        "C23 person-token-expired",
        (REFRESH, REFRESH.replace("}", ', "scope": SCOPE + " vehicle:write"}')),
        implied=frozenset({"C09"}),
        **SIGN_IN,
    ),
    must(
        "C24",
        "speaks no TLS on second thought",
        "tls-self-signed tls-expired",
        (
            TOKEN_REQUEST,
            "        try:\n    "
            + TOKEN_REQUEST
            + "        except httpx.ConnectError:\n    "
            + TOKEN_REQUEST.replace('f"{OAUTH}/token/"', 'f"{OAUTH}/token/".replace("https:", "http:")'),
        ),
    ),
    must(
        "C25",
        "half of the token in the query",
        "C25 C26",
        (
            SEND,
            "        query = f'key={token[: len(token) // 2]}'\n"
            "        url += f'{\"&\" if \"?\" in url else \"?\"}{query}' if url.startswith(BASE + '/vehicles') else ''\n"
            + SEND,
        ),
        tasks="list_vehicles",
        implied=frozenset({"C01", "C19"}),
    ),
)
