"""Mutants that are right at first: wrong at a later page, refusal, renewal, hop or hour (C01 to C31)."""

from tests.certify.clients.mutants.definition import must, should
from tests.certify.clients.mutants.lists import ITEMS, NEXT
from tests.certify.clients.mutants.secrecy import OWN, REDIRECT
from tests.certify.clients.mutants.tokens import KEEP, NEEDED, RENEW, WAITS

WALK = "    while url:\n"
READ_ALL = '    return [vehicle for page in read_pages(client, f"{BASE}/vehicles?page_size=100") for vehicle in page]\n'
REVOKE = '    client.get(f"{BASE}/vehicles")\n    client.revoke()\n'
OTHER_VERSION = '        if response.headers.get("evenergy-version", VERSION) != VERSION:\n'
ROUNDS = "    known: set[str] | None = None\n    while True:\n"
GIVE_UP = "        sys.exit(1)\n"
REQUEST = "        return self._http.request(method, url, json=json, headers=sent)\n"

MUTANTS = (
    must(
        "C01",
        "reads ten pages at most",
        "short-page empty-page",
        (WALK, "    pages = 0\n    while url and pages < 10:\n        pages += 1\n"),
    ),
    must(
        "C01",
        "stops at a page that shows nothing new",
        "item-moved short-page",
        (WALK, "    known = set()\n    while url:\n"),
        (
            ITEMS,
            "        ids = {item['id'] for item in response.json()}\n"
            "        if ids and ids <= known:\n            return\n        known |= ids\n" + ITEMS,
        ),
    ),
    must(
        "C02",
        "asks for more after a full page",
        "last-page-no-next last-page-blank",
        (
            NEXT,
            NEXT
            + "        if not url and len(items := response.json()) == 20:\n"
            + "            url = f\"{BASE}/vehicles?page_after={items[-1]['id']}\"\n",
        ),
    ),
    must(
        "C05",
        "waits as it likes after the second 429",
        "retry-after-seconds read-reset",
        (WAITS, "                self._wait(response) if tries < 2 else self._pause(0)\n"),
    ),
    should(
        "C09",
        "renews once in its life",
        "token-expired forbidden",
        (
            RENEW,
            RENEW.replace(":\n", " and not self._refresh_token:\n") + "                self._refresh_token = 'spent'\n",
        ),
        (KEEP, ""),
        ("        if self._refresh_token:\n", "        if False:\n"),
    ),
    should(
        "C11",
        "takes a life in seconds for milliseconds",
        "long-quiet C11",
        (NEEDED, "            if time.monotonic() > getattr(self, '_expires', 0) or self._token == instead_of:\n"),
        (KEEP, KEEP + "        self._expires = time.monotonic() + issued['expires_in'] / 1000\n"),
    ),
    must(
        "C13",
        "revokes the token that it began with",
        "C13 token-expired-at-revoke-token",
        (REVOKE, REVOKE.replace("    client.revoke", "    client._token = first\n    client.revoke")),
        ('    """List vehicles, and revoke the token."""\n', "    first = client.get_token()\n"),
        tasks="revoke_token",
    ),
    should(
        "C14",
        "compares the version of the first response",
        "C14 C01",
        (
            OTHER_VERSION,
            OTHER_VERSION.replace("if ", "first, self._seen = not hasattr(self, '_seen'), True\n        if first and "),
        ),
    ),
    must(
        "C19",
        "tells items apart by the ends of their ids",
        "strange-id longer-id-in-a-change",
        (
            READ_ALL,
            "    pages = read_pages(client, f'{BASE}/vehicles?page_size=100')\n"
            "    return list({vehicle['id'][-26:]: vehicle for page in pages for vehicle in page}.values())\n",
        ),
    ),
    should(
        "C21",
        "says that its task is done when it was refused",
        "no-type refused-400 C21",
        (GIVE_UP, "        sys.exit(0)\n"),
        implied=frozenset({"C21"}),  # after the page of a gateway it is a MUST
    ),
    must(
        "C25",
        "sends its token to the second hop",
        "redirect-other-port redirect-elsewhere",
        (OWN, OWN.replace(" else {}", ' or getattr(self, "_hops", 0) > 1 else {}')),
        (REDIRECT, REDIRECT + "\n                self._hops = hops"),
    ),
    should(
        "C28",
        "begins a round while another is open",
        "silence no-webhooks",
        (
            ROUNDS,
            """    found, state = threading.Event(), []

    def read_round():
        ids = {session["id"] for page in read_pages(client, f"{BASE}/charging_sessions") for session in page}
        if state and ids - state[-1]:
            found.set()
        state.append(ids)

    read_round()
    while not found.wait(POLL_S):
        threading.Thread(target=read_round, daemon=True).start()
    known: set[str] | None = None
    while False:
""",
        ),
        implied=frozenset({"C21"}),  # a thread that fails ends in silence
    ),
    must(
        "C31",
        "decodes each piece of a body by itself",
        "chunked compressed",
        (
            REQUEST,
            """        with self._http.stream(method, url, json=json, headers=sent) as response:
            body = "".join(piece.decode() for piece in response.iter_bytes()).encode()
            kept = [(k, v) for k, v in response.headers.multi_items() if k not in ("content-encoding", "transfer-encoding")]
            return httpx.Response(response.status_code, headers=kept, content=body, request=response.request)
""",
        ),
    ),
)
