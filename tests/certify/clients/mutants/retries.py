"""Mutants that wait, repeat or give up wrongly (C05 to C08)."""

from tests.certify.clients.mutants.definition import must, should

WAIT = "        self._resume_at = max(self._resume_at, time.monotonic() + max(0.0, wait) + 0.1)  # for all threads\n"
PAUSE = "time.sleep(PAUSE_S * 2**tries)"
DATE = "parsedate_to_datetime(text).timestamp() - time.time()"
BLIND = 'if method != "GET" or tries >= MAX_TRIES:'
ON_STATUS = 'response.status_code in {502, 503, 504} and method == "GET" and tries <= MAX_TRIES'
EXCEPT = "            except httpx.TransportError:\n"
CREATE_LINE = '    print(client.send("POST", f"{BASE}/users", json={"email": "robin@example.com"}).json()["id"])\n'


WAITS = "                self._wait(response)\n"
OF_VEHICLE = 'method == "POST" and url.endswith("/vehicles")'
LOOK = "                    {look}\n                    if tries < 2:\n                        continue\n"


def look_and_post_again(condition: str, look: str) -> tuple[str, str]:
    """Return the edit that does something after a POST whose response is lost, and sends the POST once more."""
    return (
        "                " + BLIND,
        f"                if {condition}:\n{LOOK.format(look=look)}                {BLIND}",
    )


def post_again(statuses: str) -> tuple[str, str]:
    """Return the edit that repeats a POST on some statuses."""
    return ON_STATUS, f'{ON_STATUS} or (response.status_code in {statuses} and method == "POST" and tries < 3)'


MUTANTS = (
    must("C05", "ignores Retry-After", "retry-after-seconds read-reset", (WAIT, "        time.sleep(0.2)\n")),
    must("C05", "waits half as long", "retry-after-seconds read-reset", (WAIT, "        time.sleep(wait / 2)\n")),
    must(
        "C05",
        "takes seconds for milliseconds",
        "retry-after-seconds",
        ("float(text) if text.isdigit()", "float(text) / 1000 if text.isdigit()"),
        (WAIT, "        time.sleep(max(0.0, wait))\n"),
    ),
    must(
        "C05",
        "waits at most a second",
        "retry-after-seconds read-reset",
        (WAIT, "        time.sleep(min(wait, 0.8))\n"),
    ),
    must(
        "C05",
        "reads something else while it waits",
        "retry-after-seconds read-reset",
        (
            WAIT,
            "        self._http.get(f'{BASE}/users', headers={'Authorization': f'Bearer {self._token}', 'EvEnergy-Version': '2'})\n"
            + WAIT,
        ),
        tasks="list_vehicles",
    ),
    must(
        "C05",
        "takes 429 for the end of the list",
        "retry-after-seconds read-reset",
        ("                self._wait(response)\n", "                return httpx.Response(200, json=[])\n"),
    ),
    must(
        "C05",
        "crashes at 429",
        "retry-after-seconds read-reset",
        ("                self._wait(response)\n", "                raise KeyError('retry')\n"),
    ),
    should(
        "C05",
        "ignores a date in Retry-After",
        "C05",
        (
            "        wait = float(text)",
            "        if not text.isdigit():\n            return time.sleep(0.2)\n        wait = float(text)",
        ),
    ),
    should("C05", "crashes at a date in Retry-After", "retry-after-date retry-after-seconds", (DATE, "float(text)")),
    should(
        "C05",
        "takes a date for local time",
        "retry-after-date-abroad retry-after-date",
        (DATE, "time.mktime(parsedate_to_datetime(text).timetuple()) - time.time()"),
    ),
    should(
        "C05",
        "waits a minute at most",
        "retry-after-a-day retry-after-date",
        ("MAX_WAIT_S = 600.0", "MAX_WAIT_S = 1e9"),
        (WAIT, "        time.sleep(min(max(0.0, wait) + 0.1, 1.5))\n"),
    ),
    should(
        "C05",
        "sleeps a negative time",
        "retry-after-past-date retry-after-date",
        (WAIT, "        time.sleep(wait + 0.1)\n"),
    ),
    should(
        "C05",
        "takes a past date for the end of the list",
        "retry-after-past-date retry-after-date",
        (WAIT, "        if wait < 0:\n            raise SystemExit(0)\n" + WAIT),
    ),
    should(
        "C05",
        "holds back the refused thread alone",
        "retry-after-at-once retry-after-seconds",
        (WAIT, "        time.sleep(max(0.0, wait) + 0.1)\n"),
    ),
    must(
        "C05",
        "waits for reads alone",
        "retry-after-post retry-after-seconds",
        (WAITS, '                if method != "POST":\n                    self._wait(response)\n'),
    ),
    must(
        "C05",
        "changes the vehicle again before the wait is over",
        "retry-after-change retry-after-post",
        (WAITS, '                if method != "PATCH":\n                    self._wait(response)\n'),
    ),
    should("C06", "constant pauses", "C06 C08", (PAUSE, "time.sleep(0.4)")),
    should("C06", "no pauses", "C06", (PAUSE, "time.sleep(0)")),
    should("C06", "pauses that shrink by half", "C06 C08", (PAUSE, "time.sleep(1.6 / 2**tries)")),
    should("C06", "pauses that shrink in equal steps", "C06 C08", (PAUSE, "time.sleep(max(0.1, 1.0 - 0.2 * tries))")),
    should("C06", "pauses that hardly grow", "C06 C08", (PAUSE, "time.sleep(0.4 + 0.01 * tries)")),
    should("C06", "one long pause, then none", "C06 C08", (PAUSE, "time.sleep(1.0 if tries == 1 else 0.0)")),
    should(
        "C06",
        "takes 503 for the end of the list",
        "C06 C08",
        (
            "            elif " + ON_STATUS + ":\n                self._pause(tries)\n",
            '            elif response.status_code in {503, 504} and method == "GET":\n                return httpx.Response(200, json=[])\n            elif response.status_code == 502 and tries <= MAX_TRIES:\n                self._pause(tries)\n',
        ),
    ),
    must("C07", "posts again blindly", "post-reset refused-400", (BLIND, "if tries >= 3:")),
    must(
        "C07",
        "posts again on a read timeout",
        "post-silence post-reset",
        (
            EXCEPT + "                " + BLIND,
            EXCEPT.replace(":\n", " as failure:\n")
            + '                if tries >= 3 or (method != "GET" and not isinstance(failure, httpx.TimeoutException)):',
        ),
        ("TIMEOUT_S = 6.0", "TIMEOUT_S = 4.0"),
    ),
    must("C07", "posts again on 502", "post-502 post-503 post-reset", post_again("{502}")),
    must("C07", "posts again on 503", "post-502 post-503 post-reset", post_again("{503}")),
    must("C07", "posts again on 504", "post-504 post-503 post-reset", post_again("{504}")),
    must("C07", "posts again on 500", "post-500 post-503 post-reset", post_again("{500}")),
    must(
        "C07",
        "posts again when a response breaks off",
        "post-cut post-reset",
        (EXCEPT, EXCEPT.replace(":\n", " as error:\n")),
        (BLIND, 'if tries >= MAX_TRIES or (method != "GET" and "expected" not in str(error)):'),
    ),
    must("C07", "posts again on 502 to 504", "C07 refused-400", post_again("{502, 503, 504}")),
    must(
        "C07",
        "starts again when it fails",
        "post-reset post-502 refused-400",
        (
            CREATE_LINE,
            "    try:\n    " + CREATE_LINE + "    except (httpx.HTTPError, RefusedError) as error:\n"
            "        if str(error).startswith('4'):\n            raise\n    " + CREATE_LINE,
        ),
    ),
    must(
        "C07",
        "looks with a GET that says nothing, and posts again",
        "post-reset refused-400",
        (
            "                " + BLIND,
            "                if method != 'GET':\n"
            "                    self._http.get(BASE + '/', headers={'Authorization': f'Bearer {token}'})\n"
            "                    if tries < 2:\n                        continue\n"
            "                if tries >= MAX_TRIES:",
        ),
    ),
    must(
        "C07",
        "adds the vehicle again after a reset",
        "vehicle-post-reset post-reset",
        (BLIND, f'if (method != "GET" and not ({OF_VEHICLE} and tries < 2)) or tries >= MAX_TRIES:'),
    ),
    must(
        "C07",
        "adds the vehicle again on 503",
        "vehicle-post-503 post-503",
        (ON_STATUS, f"{ON_STATUS} or (response.status_code == 503 and {OF_VEHICLE} and tries < 3)"),
    ),
    must(
        "C07",
        "looks for the vehicle by a field that it does not have",
        "vehicle-post-reset post-reset",
        look_and_post_again(
            OF_VEHICLE,
            "assert not [v for v in self.get(BASE + '/vehicles').json() if v.get('model') == json['model']]",
        ),
    ),
    must(
        "C07",
        "looks at the first user and posts again",
        "post-reset refused-400",
        look_and_post_again('method == "POST"', "self.get(BASE + '/users?page_size=1')"),
        ('"create_user": "user:write"', '"create_user": "user:read user:write"'),
    ),
    must(
        "C07",
        "looks at all users for another email",
        "post-reset refused-400",
        look_and_post_again(
            'method == "POST"',
            "assert 'Robin@Example.com' not in [u.get('email') for p in read_pages(self, BASE + '/users') for u in p]",
        ),
        ('"create_user": "user:write"', '"create_user": "user:read user:write"'),
    ),
    should(
        "C08",
        "gives up a body shorter than its length",
        "C08 C01",
        (EXCEPT, EXCEPT.replace(":\n", " as error:\n")),
        (BLIND, 'if method != "GET" or tries >= MAX_TRIES or "expected" in str(error):'),
    ),
    should(
        "C08",
        "gives up a body without its last chunk",
        "C08 C01",
        (EXCEPT, EXCEPT.replace(":\n", " as error:\n")),
        (BLIND, 'if method != "GET" or tries >= MAX_TRIES or "chunked" in str(error):'),
    ),
    should(
        "C08",
        "takes half a body for the end of the list",
        "C08 C01",
        (
            EXCEPT,
            EXCEPT.replace(":\n", " as error:\n")
            + "                if 'peer closed' in str(error):\n                    return httpx.Response(200, json=[])\n",
        ),
    ),
    should("C08", "never repeats a read", "C08 C01", (BLIND, "if True:")),
    should(
        "C08",
        "takes a reset for the end of the list",
        "C08 C01",
        (EXCEPT, EXCEPT + "                return httpx.Response(200, json=[])\n"),
    ),
)
