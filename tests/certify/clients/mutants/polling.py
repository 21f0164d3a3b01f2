"""Mutants that keep no pace, wait for ever or poll wrongly (C27 to C29)."""

from tests.certify.clients.mutants.definition import should

POLL = "        time.sleep(POLL_S)\n"

MUTANTS = (
    should("C27", "keeps its pace", "C27", ("            time.sleep(0.25)\n", "            pass\n")),
    should("C27", "slows down at nothing left", "C27", ("int(remaining) < int(limit) / 3", "int(remaining) == 0")),
    should("C27", "reads another header", "C27", ('f"x-ratelimit-{name}", "") for', 'f"ratelimit-{name}", "") for')),
    should(
        "C27",
        "slows down at first only",
        "C27",
        ("int(remaining) < int(limit) / 3", "int(remaining) > int(limit) * 2 / 3"),
    ),
    should("C28", "no timeout", "silence", ("timeout=TIMEOUT_S", "timeout=None")),
    should(
        "C28",
        "waits for ever for a token",
        "silent-token-endpoint silence",
        (
            "data=form, auth=(ID, SECRET))\n        response.raise",
            "data=form, auth=(ID, SECRET), timeout=None)\n        response.raise",
        ),
    ),
    should(
        "C28",
        "waits for ever for a write",
        "silent-write silence",
        ("json=json, headers=sent)\n", "json=json, headers=sent, timeout=TIMEOUT_S if method == 'GET' else None)\n"),
    ),
    should(
        "C28",
        "waits for ever for a body",
        "stalled-body silence",
        (
            "        return self._http.request(method, url, json=json, headers=sent)\n",
            "        request = self._http.build_request(method, url, json=json, headers=sent)\n        response = self._http.send(request, stream=True)\n        request.extensions['timeout']['read'] = None\n        response.read()\n        return response\n",
        ),
    ),
    should(
        "C28",
        "opens more requests while one is silent",
        "silence read-reset",
        (
            "        return self._http.request(method",
            "        if method == 'GET' and 'charging_sessions' in url:\n            with ThreadPoolExecutor(8) as pool:\n                return list(pool.map(lambda _: self._http.request(method, url, headers={'EvEnergy-Version': VERSION, **own}), range(8)))[0]\n        return self._http.request(method",
        ),
        implied=frozenset({"C05", "C09", "C22"}),
    ),
    should(
        "C29",
        "waits for webhooks alone",
        "no-webhooks",
        ("        if known is not None and ids - known:", "        if ids:"),
    ),
    should(
        "C29",
        "ends after eight rounds",
        "long-quiet no-webhooks",
        ("    while True:\n        ids =", "    for _ in range(8):\n        ids ="),
    ),
    should(
        "C29",
        "gives up after eight rounds",
        "long-quiet no-webhooks",
        ("    while True:\n        ids =", "    for _ in range(8):\n        ids ="),
        (POLL, POLL + "    sys.exit('no session')\n"),
    ),
    should(
        "C29",
        "compares the number of sessions",
        "session-on-a-later-page no-webhooks",
        ("ids - known:", "len(ids) > len(known):"),
    ),
    should(
        "C29",
        "polls the first page alone",
        "session-on-a-later-page no-webhooks",
        (
            'for page in read_pages(client, f"{BASE}/charging_sessions") for session in page}',
            'for session in client.get(f"{BASE}/charging_sessions").json()}',
        ),
    ),
    should("C29", "polls without a pause", "C29", (POLL, "")),
    should("C29", "polls four times too often", "long-quiet no-webhooks", (POLL, "        time.sleep(POLL_S / 4)\n")),
    should(
        "C29",
        "polls in bursts",
        "long-quiet no-webhooks",
        (
            POLL,
            "        for _ in range(3):\n            time.sleep(0.11)\n            client.get(f'{BASE}/charging_sessions')\n",
        ),
    ),
    should(
        "C29",
        "polls faster and faster",
        "long-quiet no-webhooks",
        ("    known: set[str] | None = None\n", "    known: set[str] | None = None\n    pause = POLL_S\n"),
        (POLL, "        time.sleep(pause)\n        pause = max(0.0, pause * 0.7)\n"),
    ),
)
