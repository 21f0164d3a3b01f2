"""Mutants that are right at one endpoint and wrong at another one, or at one method (C01 to C31)."""

from tests.certify.clients.mutants.definition import must, should

FOLLOW = "        url = find_next_link(response)\n"
ROUND = (
    '        ids = {session["id"] for page in read_pages(client, f"{BASE}/charging_sessions") for session in page}\n'
)
TOKEN_REQUEST = '        response = self._http.post(f"{OAUTH}/token/", data=form, auth=(ID, SECRET))\n'
RENEWAL = "            if response.status_code == 401 and not is_renewed:\n"
WAIT = "            elif response.status_code == 429 and tries < MAX_TRIES:\n"
RETRY = '                if method != "GET" or tries >= MAX_TRIES:\n'
PAUSE = "tries <= MAX_TRIES:\n                self._pause(tries)\n"
REDIRECT = '            elif response.is_redirect and method == "GET" and hops < MAX_HOPS:\n'
OWN = 'if url.startswith(BASE + "/") else {}'
TOKEN = """        with self._lock:
            if not self._token or self._token == instead_of:
                self._keep_tokens(self._request_new_token())
            return self._token
"""
READ_SESSION = '    vehicle = client.get(session["url"] + "?expand=vehicle").json()["vehicle"]\n'
READ_VEHICLE = '        print(client.get(vehicle["url"]).json()["id"])\n'
ADD = '    client.send("POST", f"{BASE}/vehicles", json=body, headers={"EvEnergy-User": USER})\n'
CHANGE = '    client.send("PATCH", vehicle["url"], json={"maximum_charge_limit_percentage": 80})\n'
SEND = "        return self._http.request(method, url, json=json, headers=sent)\n"
STATE = '        if given.get("state") != [state]:\n'


def _catch_refusals(line: str, *handler: str) -> str:
    """Return a line within `try`, and the lines that handle RefusedError."""
    indent = line[: len(line) - len(line.lstrip())]
    body = "".join(f"{indent}    {text}\n" for text in handler)
    return f"{indent}try:\n    {line}{indent}except RefusedError:\n{body}"


MUTANTS = (
    must(
        "C01",
        "encodes the links of sessions again",
        "C01 session-on-a-later-page",
        (
            FOLLOW,
            FOLLOW
            + '        path, _, query = url.partition("?")\n'
            + '        if query and path.endswith("sessions"):\n'
            + '            url = f"{path}?{urlencode(parse_qs(query), doseq=True)}"\n',
        ),
        tasks="poll_sessions",
    ),
    must(
        "C04",
        "asks for twice as many sessions as it knows",
        "allowance-used-up no-webhooks",
        (ROUND, ROUND.replace("charging_sessions", "charging_sessions?page_size={max(20, 2 * len(known or ()))}")),
    ),
    must(
        "C05",
        "polls on when a round is refused",
        "retry-after-poll retry-after-change",
        (WAIT, WAIT.replace("tries < MAX_TRIES", 'not url.endswith("charging_sessions")')),
        (ROUND, _catch_refusals(ROUND, "time.sleep(POLL_S)", "continue")),
    ),
    should(
        "C06",
        "reads a session again at a steady pace",
        "item-unavailable unavailable",
        (PAUSE, PAUSE.replace("self._pause(tries)", 'self._pause(1 if "sessions/" in url else tries)')),
    ),
    should(
        "C08",
        "repeats the reads of lists alone",
        "item-reset read-reset",
        (RETRY, RETRY.replace("tries >= MAX_TRIES", 'tries >= MAX_TRIES or "sessions/" in url')),
    ),
    should(
        "C08",
        "ends where a round of polling breaks",
        "poll-reset read-reset",
        (RETRY, RETRY.replace("tries >= MAX_TRIES", 'tries >= MAX_TRIES or url.endswith("sessions")')),
    ),
    must(
        "C09",
        "gets a new token where a change is forbidden",
        "forbidden-change forbidden",
        (RENEWAL, RENEWAL.replace("== 401", 'in ((401, 403) if method == "PATCH" else (401,))')),
    ),
    must(
        "C09",
        "gets a new token where an addition is forbidden",
        "forbidden-creation forbidden",
        (RENEWAL, RENEWAL.replace("== 401", 'in ((401, 403) if method == "POST" else (401,))')),
    ),
    must(
        "C09",
        "gets a new token where a session is forbidden",
        "forbidden-item forbidden",
        (RENEWAL, RENEWAL.replace("== 401", 'in ((401, 403) if "sessions/" in url else (401,))')),
    ),
    must(
        "C24",
        "trusts everybody with its revocation",
        "tls-self-signed-revocation tls-self-signed",
        (
            'self._http.post(f"{OAUTH}/revoke_token/", data={"token": self.get_token()}, auth=(ID, SECRET))',
            'httpx.post(f"{OAUTH}/revoke_token/", data={"token": self.get_token()}, auth=(ID, SECRET), verify=False)',
        ),
    ),
    should(
        "C10",
        "waits a moment for another thread's token",
        "expired-at-once",
        (
            TOKEN,
            """        is_first = self._lock.acquire(timeout=0.1)
        try:
            if not self._token or self._token == instead_of:
                self._keep_tokens(self._request_new_token())
            return self._token
        finally:
            if is_first:
                self._lock.release()
""",
        ),
    ),
    must(
        "C12",
        "accepts a part of its state",
        "state-cut-short state-of-another",
        (STATE, '        if given.get("state", ["-"])[0] not in state:\n'),
        is_public=True,
    ),
    must(
        "C12",
        "accepts what contains its state",
        "state-longer state-of-another",
        (STATE, '        if state not in given.get("state", [""])[0]:\n'),
        is_public=True,
    ),
    must(
        "C16",
        "knows the classes of a changed vehicle",
        "unknown-fields-in-a-change unknown-values",
        (
            CHANGE,
            "    changed = "
            + CHANGE.strip()
            + '.json()\n    if changed["vehicle_class"] != vehicle["vehicle_class"]:\n'
            + '        raise RefusedError("another class of vehicle")\n',
        ),
    ),
    must(
        "C16",
        "knows one spelling of a token's type",
        "unknown-fields-of-a-session unknown-fields",
        (
            '        self._token = issued["access_token"]\n',
            '        if issued["token_type"] != "Bearer":\n            raise RefusedError("another type of token")\n'
            '        self._token = issued["access_token"]\n',
        ),
    ),
    must(
        "C19",
        "takes ids for numbers while it polls",
        "zeros-before-ids-of-new-sessions longer-ids-of-new-sessions",
        (ROUND, ROUND.replace('session["id"] for', 'session["id"].lstrip("0") for')),
    ),
    must(
        "C20",
        "encodes the URL of a model again",
        "reference-with-a-query",
        (
            '    body = {"model": model["url"], "user": USER}\n',
            '    path, _, query = model["url"].partition("?")\n'
            '    again = f"{path}?{urlencode(parse_qs(query), doseq=True)}" if query else path\n'
            '    body = {"model": again, "user": USER}\n',
        ),
    ),
    must(
        "C21",
        "leaves out what it cannot read",
        "html-500-item html-502",
        (READ_VEHICLE, _catch_refusals(READ_VEHICLE, "continue")),
    ),
    must(
        "C21",
        "is content with any answer to a change",
        "html-502-change refused-409",
        (CHANGE, _catch_refusals(CHANGE, "return")),
    ),
    should(
        "C22",
        "requests a token again that was refused",
        "refused-token-request refused-400",
        (
            TOKEN_REQUEST,
            f"{TOKEN_REQUEST}        if response.status_code == 400:\n    {TOKEN_REQUEST}",
        ),
    ),
    must(
        "C22",
        "adds a vehicle again that was refused",
        "refused-addition refused-409",
        (ADD, _catch_refusals(ADD, ADD.strip())),
        implied=frozenset({"C09"}),
    ),
    must(
        "C22",
        "reads a session again that is not there",
        "refused-item-404 refused-409",
        (READ_SESSION, _catch_refusals(READ_SESSION, READ_SESSION.strip())),
        implied=frozenset({"C09"}),
    ),
    must(
        "C25",
        "takes its token along where a change is redirected",
        "change-redirected redirect-elsewhere",
        (REDIRECT, REDIRECT.replace('== "GET"', 'in {"GET", "PATCH"}')),
        (OWN, OWN.replace(" else", ' or method == "PATCH" else')),
    ),
    must(
        "C25",
        "takes its token along where an addition is redirected",
        "creation-redirected redirect-elsewhere",
        (REDIRECT, REDIRECT.replace('== "GET"', 'in {"GET", "POST"}')),
        (OWN, OWN.replace(" else", ' or method == "POST" else')),
    ),
    must(
        "C25",
        "takes its token along where a session is redirected",
        "item-redirected redirect-elsewhere",
        (OWN, OWN.replace(" else", ' or "sessions/" in url else')),
    ),
    should(
        "C28",
        "waits for ever where it adds something",
        "silent-creation silent-write",
        (SEND, SEND.replace("headers=sent", 'headers=sent, timeout=None if method == "POST" else TIMEOUT_S')),
    ),
    should(
        "C28",
        "waits for ever for a session",
        "silent-item silent-write",
        (SEND, SEND.replace("headers=sent", 'headers=sent, timeout=None if "sessions/" in url else TIMEOUT_S')),
    ),
    should(
        "C29",
        "forgets what it knew when a round fails",
        "session-while-it-fails no-webhooks",
        (ROUND, _catch_refusals(ROUND, "known = None", "time.sleep(POLL_S)", "continue")),
    ),
    must(
        "C31",
        "knows no parameters of media types",
        "chunked compressed",
        (
            '        if response.headers.get("evenergy-version", VERSION) != VERSION:\n',
            '        if response.headers["content-type"] != "application/json":\n'
            '            raise RefusedError("no JSON")\n'
            '        if response.headers.get("evenergy-version", VERSION) != VERSION:\n',
        ),
    ),
)
