"""Mutants that handle access tokens wrongly (C09 to C11)."""

from tests.certify.clients.mutants.definition import must, should

RENEW = "            if response.status_code == 401 and not is_renewed:\n"
RENEWAL = "                token = self.get_token(instead_of=token)\n"
NEEDED = "            if not self._token or self._token == instead_of:\n"
KEEP = '        self._refresh_token = issued.get("refresh_token", self._refresh_token)\n'
BY_REFRESH = "        if self._refresh_token:\n"
RETRY = '{502, 503, 504} and method == "GET" and tries <= MAX_TRIES:\n                self._pause(tries)\n'
LOST = "                self._pause(tries)\n                continue\n"
WAITS = "                self._wait(response)\n"
GET_TOKEN = "        token = self.get_token()\n"
READ_IN_PROCESSES = (
    "    with ThreadPoolExecutor(20) as pool:\n        list(pool.map(client.get, urls))\n",
    """    for url in urls:
        if not os.fork():
            worker = Client()
            worker._token = client._token
            worker.get(url)
            os._exit(0)
    for _ in urls:
        os.wait()
""",
)

MUTANTS = (
    must(
        "C09",
        "refresh loop",
        "refused-for-good forbidden",
        (RENEW, "            if response.status_code == 401 and tries < 40:\n"),
    ),
    must(
        "C09",
        "one refresh too many",
        "refused-for-good forbidden",
        (RENEW, "            if response.status_code == 401 and tries < 3:\n"),
    ),
    must("C09", "never renews", "token-expired refused-for-good forbidden", (RENEW, "            if False:\n")),
    must(
        "C09",
        "renews and gives up",
        "token-expired forbidden",
        (RENEWAL, RENEWAL + "                raise RefusedError('try again later')\n"),
    ),
    must("C09", "sends the old token again", "token-expired forbidden", (RENEWAL, RENEWAL.replace("token = ", ""))),
    must("C09", "renews twice for one 401", "token-expired forbidden", (RENEWAL, RENEWAL * 2)),
    must(
        "C09",
        "sends the refused request twice",
        "token-expired forbidden",
        (RENEWAL, RENEWAL + "                self._send_once(method, url, token, json, headers)\n"),
    ),
    must("C09", "renews for a 403", "forbidden token-expired", (RENEW, RENEW.replace("== 401", "in {401, 403}"))),
    must(
        "C09",
        "renews for a 403 and gives up",
        "forbidden token-expired",
        (
            "        if not response.is_success:\n",
            "        if response.status_code == 403:\n            self._keep_tokens(self._request_new_token())\n        if not response.is_success:\n",
        ),
    ),
    must(
        "C09",
        "repeats a 403",
        "forbidden token-expired",
        (RENEW, "            if response.status_code == 403 and tries < 3:\n                continue\n" + RENEW),
    ),
    must("C09", "signs in again", "person-token-expired C12", (BY_REFRESH, "        if False:\n"), is_public=True),
    must(
        "C09",
        "drops a rotated refresh token",
        "person-token-expired person-token-expired-twice",
        (KEEP, '        self._refresh_token = self._refresh_token or issued.get("refresh_token", "")\n'),
        is_public=True,
    ),
    must(
        "C09",
        "drops a refresh token after its use",
        "person-token-expired person-token-expired-twice",
        (BY_REFRESH, "        if self._refresh_token and not self._token.startswith('x'):\n"),
        (KEEP, "        self._refresh_token = '' if self._refresh_token else issued.get('refresh_token', '')\n"),
        is_public=True,
    ),
    must(
        "C09",
        "replays a write without its body",
        "token-expired-at-create-user token-expired",
        (RENEWAL, RENEWAL + "                json = None\n"),
        implied=frozenset({"C20"}),
    ),
    must(
        "C09",
        "ends its polling at a 401",
        "token-expired-at-poll-sessions token-expired",
        (RENEW, RENEW.replace(":\n", ' and "charging_sessions" not in url:\n')),
    ),
    must(
        "C09",
        "replays reads alone",
        "token-expired-at-change-vehicle token-expired",
        (RENEW, RENEW.replace(":\n", ' and method == "GET":\n')),
    ),
    must(
        "C09",
        "posts the vehicle to another URL when it replays",
        "token-expired-at-add-vehicle token-expired-at-create-user",
        (
            RENEWAL,
            RENEWAL + "                url = url.replace('/vehicles', '/vehicles/') if method == 'POST' else url\n",
        ),
    ),
    must(
        "C09",
        "replays without the expansion",
        "token-expired-at-read-session token-expired",
        (RENEWAL, RENEWAL + "                url = url.removesuffix('?expand=vehicle')\n"),
    ),
    should(
        "C10",
        "renews for each request",
        "expired-at-once token-expired",
        (NEEDED, "            if not self._token or instead_of:\n"),
    ),
    should(
        "C10",
        "renews once more for a late refusal",
        "expired-one-by-one expired-at-once",
        (
            NEEDED,
            "            late = instead_of and time.monotonic() - self._renewed_at > 0.2\n            if not self._token or self._token == instead_of or late:\n                self._renewed_at = time.monotonic()\n",
        ),
        (
            '        self._token = self._refresh_token = ""\n',
            '        self._token = self._refresh_token = ""\n        self._renewed_at = 0.0\n',
        ),
    ),
    should(
        "C10",
        "renews without a lock",
        "expired-at-once token-expired",
        ("        with self._lock:\n" + NEEDED, "        if True:\n" + NEEDED),
    ),
    should("C10", "renews in each of its processes", "expired-at-once token-expired", READ_IN_PROCESSES),
    should(
        "C11",
        "forgets its token",
        "C11",
        (
            NEEDED,
            "            self._asked = getattr(self, '_asked', 0) + 1\n            if not self._token or self._token == instead_of or self._asked % 10 == 0:\n",
        ),
    ),
    should(
        "C11",
        "a new token after 503",
        "unavailable C11",
        (RETRY, RETRY + "                token = self.get_token(instead_of=token)\n"),
    ),
    should(
        "C11",
        "a new token after a reset",
        "read-reset C11",
        (LOST, LOST.replace("continue", "token = self.get_token(instead_of=token)\n                continue")),
    ),
    should(
        "C11",
        "a new token after 429",
        "retry-after-seconds C11",
        (WAITS, WAITS + "                token = self.get_token(instead_of=token)\n"),
    ),
    should(
        "C11",
        "a token for each request",
        "C11",
        (NEEDED, "            if True:\n"),
        implied=frozenset({"C09"}),
    ),
    should(
        "C11",
        "a token for each page and for the vehicles",
        "C11",
        (
            "        response = client.get(url)\n        yield",
            "        client._token = ''\n        response = client.get(url)\n        yield",
        ),
        implied=frozenset({"C09"}),
    ),
    should(
        "C11",
        "takes the lifetime for milliseconds",
        "C11",
        (NEEDED, "            if time.monotonic() > getattr(self, '_expires', 0) or self._token == instead_of:\n"),
        (KEEP, KEEP + "        self._expires = time.monotonic() + issued['expires_in'] / 1e6\n"),
    ),
)
