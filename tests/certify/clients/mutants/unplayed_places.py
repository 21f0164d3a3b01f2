"""Mutants whose fault shows under one form, endpoint or repetition that an ordinary run does not have (C01 to C31)."""

from tests.certify.clients.mutants.definition import must, should

FOLLOW = "        url = find_next_link(response)\n"
TOKEN_REQUEST = '        response = self._http.post(f"{OAUTH}/token/", data=form, auth=(ID, SECRET))\n'
REVOCATION = '        self._http.post(f"{OAUTH}/revoke_token/", data={"token": self.get_token()}, auth=(ID, SECRET))\n'
MODEL = '    model = client.get(f"{BASE}/vehicle_models").json()[0]\n'
PRINT = '    for vehicle in list_all_vehicles(client):\n        print(vehicle["id"])\n'
ROUND = (
    '        ids = {session["id"] for page in read_pages(client, f"{BASE}/charging_sessions") for session in page}\n'
)
SEND = "        return self._http.request(method, url, json=json, headers=sent)\n"
SECRETS = "        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(12)\n"
RETRY = '                if method != "GET" or tries >= MAX_TRIES:\n'
ACCEPTED = 'self._http.headers["Accept-Encoding"] = "gzip"'

MUTANTS = (
    must("C01", "cuts long links", "unguessable-cursor short-page", (FOLLOW, FOLLOW.rstrip() + "[:255]\n")),
    must(
        "C02",
        "counts the pages of models",
        "C02 token-expired-at-add-vehicle",
        (
            MODEL,
            """    models: list[dict[str, Any]] = []
    for number in range(1, 9):
        page = client.get(f"{BASE}/vehicle_models?page={number}").json()
        if not page or page[0] in models:
            break
        models += page
    model = models[0]
""",
        ),
        tasks="add_vehicle list_vehicles",
    ),
    must(
        "C03",
        "knows no escaped quotes",
        "links-of-five-forms links-reordered",
        (
            'r\'<([^>]*)>((?:\\s*;\\s*[\\w*-]+\\s*(?:=\\s*(?:"(?:[^"\\\\]|\\\\.)*"|',
            'r\'<([^>]*)>((?:\\s*;\\s*[\\w*-]+\\s*(?:=\\s*(?:"[^"]*"|',
        ),
    ),
    must(
        "C04",
        "asks for as many items as requests are left",
        "allowance-used-up no-webhooks",
        (
            ROUND,
            ROUND.replace("charging_sessions", "charging_sessions?page_size={min(100, getattr(client, 'left', 100))}"),
        ),
        (
            "        if limit.isdigit() and remaining.isdigit()",
            "        self.left = int(remaining) if remaining.isdigit() else 100\n        if limit.isdigit() and remaining.isdigit()",
        ),
    ),
    should(
        "C06",
        "knocks at the token endpoint",
        "token-unavailable unavailable",
        (
            TOKEN_REQUEST,
            "        for _ in range(5):\n    "
            + TOKEN_REQUEST
            + "            if response.status_code < 500:\n                break\n            time.sleep(0.3)\n",
        ),
    ),
    should(
        "C08",
        "has two repeats for its whole life",
        "read-cut-length read-reset",
        (
            RETRY,
            "                self._broken = getattr(self, '_broken', 0) + 1\n"
            + RETRY.replace("tries >= MAX_TRIES", "self._broken > 2"),
        ),
    ),
    must(
        "C12",
        "makes its verifier of its state",
        "C12",
        (
            SECRETS,
            "        state = secrets.token_urlsafe(24)\n"
            "        verifier = base64.urlsafe_b64encode(hashlib.sha256(state.encode()).digest()).rstrip(b'=').decode()\n",
        ),
        is_public=True,
        tasks="sign_in",
    ),
    must(
        "C13",
        "writes its token into the form as it is",
        "C13",
        (
            REVOCATION,
            "        form = {'Content-Type': 'application/x-www-form-urlencoded'}\n"
            "        token = f'token={self.get_token()}'\n"
            "        self._http.post(f'{OAUTH}/revoke_token/', content=token, auth=(ID, SECRET), headers=form)\n",
        ),
        tasks="revoke_token",
    ),
    should(
        "C16",
        "compares the times on clocks",
        "new-session-with-offset no-webhooks",
        (
            ROUND,
            """        from datetime import datetime

        sessions = [session for page in read_pages(client, f"{BASE}/charging_sessions") for session in page]
        starts = [datetime.fromisoformat(one["start"]).replace(tzinfo=None) for one in sessions if one.get("start")]
        latest = max(starts, default=datetime.min)
        ids = {latest} if known is None or latest > max(known) else known
""",
        ),
    ),
    should(
        "C16",
        "needs the life of its token",
        "field-withdrawn unknown-fields",
        ("        return issued\n", '        assert issued["expires_in"]\n        return issued\n'),
    ),
    should(
        "C18",
        "writes the name of a list into its query",
        "C18 expanded-as-url",
        ("?expand=vehicle", "?expand[]=vehicle"),
        tasks="read_session",
    ),
    must(
        "C19",
        "takes ids for words",
        "strange-ids-in-a-list strange-id",
        (
            PRINT,
            "    known = {vehicle['id'].lower(): vehicle for vehicle in list_all_vehicles(client)}\n"
            "    for vehicle in known.values():\n        print(vehicle['id'])\n",
        ),
    ),
    must(
        "C20",
        "builds the URL of a model from its id",
        "reference-with-a-query",
        ('{"model": model["url"], "user": USER}', '{"model": f"{BASE}/vehicle_models/{model[\'id\']}", "user": USER}'),
    ),
    must(
        "C21",
        "takes a failed round for an empty one",
        "error-while-polling html-502",
        (
            ROUND,
            "        try:\n    " + ROUND + "        except RefusedError:\n            ids = set()\n",
        ),
    ),
    must(
        "C24",
        "verifies the token endpoint alone",
        "tls-self-signed-api",
        (
            SEND,
            SEND.replace("self._http.request(", "httpx.request(").replace(
                "headers=sent", "headers={**self._http.headers, **sent}, verify=False, timeout=TIMEOUT_S"
            ),
        ),
    ),
    should(
        "C25",
        "follows redirects of its revocation",
        "revocation-redirected",
        (REVOCATION, REVOCATION.replace("auth=(ID, SECRET)", "auth=(ID, SECRET), follow_redirects=True")),
    ),
    should(
        "C26",
        "is called as a framework is",
        "C26",
        ('"example-fleet-sync/1.4"', '"ReactorNetty/1.1.22"'),
        tasks="list_vehicles",
    ),
    should(
        "C27",
        "takes nothing left for nothing said",
        "allowance-falls",
        ("int(remaining) < int(limit) / 3", "0 < int(remaining) < int(limit) / 3"),
    ),
    should(
        "C28",
        "waits for ever at its second try",
        "stalled-body read-reset",
        (
            SEND,
            "        is_repeat = url == getattr(self, '_last', None)\n        self._last = url\n"
            + SEND.replace("headers=sent", "headers=sent, timeout=None if is_repeat else TIMEOUT_S"),
        ),
    ),
    must(
        "C31",
        "accepts what it cannot decode",
        "compressed chunked",
        (ACCEPTED, ACCEPTED.replace("gzip", "gzip, deflate, br, zstd")),
    ),
)
