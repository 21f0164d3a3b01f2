"""Mutants that name themselves badly, or read bodies wrongly (C26, C31)."""

from tests.certify.clients.mutants.definition import must, should

AGENT = '"User-Agent": AGENT'
TOKEN = 'self._http.post(f"{OAUTH}/token/", data=form, auth=(ID, SECRET))'
REQUEST = "        return self._http.request(method, url, json=json, headers=sent)\n"
LIST = {"tasks": "list_vehicles"}


def read_with(*lines: str) -> tuple[str, str]:
    """Return the edit that looks at each response, `response`, before it is used."""
    return REQUEST, REQUEST.replace("return", "response =") + "".join(
        f"        {line}\n" for line in (*lines, "return response")
    )


STREAM = (
    REQUEST,
    "        with self._http.stream(method, url, json=json, headers=sent) as response:\n"
    "            {read}\n"
    "            kept = [(k, v) for k, v in response.headers.multi_items() if k not in ('content-encoding', 'transfer-encoding')]\n"
    "            return httpx.Response(response.status_code, headers=kept, content=body, request=response.request)\n",
)


def stream(read: str) -> tuple[str, str]:
    """Return the edit that reads the body of each response by itself, into `body`."""
    return STREAM[0], STREAM[1].replace("{read}", read)


MUTANTS = (
    should(
        "C26",
        "no user agent",
        "C26",
        (
            '        self._http.headers["Accept-Encoding"] = "gzip"\n',
            '        self._http.headers["Accept-Encoding"] = "gzip"\n        del self._http.headers["User-Agent"]\n',
        ),
        **LIST,
    ),
    should(
        "C26", "library's user agent", "C26 C04", (AGENT, '"User-Agent": f"python-httpx/{httpx.__version__}"'), **LIST
    ),
    should(
        "C26",
        "two libraries' user agent",
        "C26 C04",
        (AGENT, '"User-Agent": "python-requests/2.32.3 urllib3/2.2.1"'),
        **LIST,
    ),
    should(
        "C26",
        "library's user agent at the token endpoint",
        "C26 C04",
        (TOKEN, TOKEN.replace("data=form", 'data=form, headers={"User-Agent": "python-requests/2.32.3"}')),
        **LIST,
    ),
    should(
        "C26",
        "no user agent at the token endpoint",
        "C26 C04",
        (TOKEN, TOKEN.replace("data=form", 'data=form, headers={"User-Agent": ""}')),
        **LIST,
    ),
    should(
        "C26",
        "library's user agent when it revokes",
        "C26",
        (
            'data={"token": self.get_token()}, auth',
            'data={"token": self.get_token()}, headers={"User-Agent": "curl/8.5.0"}, auth',
        ),
        tasks="revoke_token",
    ),
    should("C26", "a browser's user agent", "C26 C04", (AGENT, '"User-Agent": "Mozilla/5.0"'), **LIST),
    should(
        "C26",
        "a whole browser's user agent",
        "C26 C04",
        (
            AGENT,
            '"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"',
        ),
        **LIST,
    ),
    should(
        "C26",
        "a code generator's user agent",
        "C26 C04",
        (AGENT, '"User-Agent": "OpenAPI-Generator/1.0.0/python"'),
        **LIST,
    ),
    must("C31", "needs Content-Length", "chunked compressed", read_with('response.headers["content-length"]')),
    must(
        "C31",
        "takes a body without Content-Length for empty",
        "chunked compressed",
        read_with(
            'if int(response.headers.get("content-length", "0")) == 0 and method == "GET":',
            "    return httpx.Response(200, json=[], headers={'link': response.headers.get('link', '')})",
        ),
    ),
    must(
        "C31",
        "reads the first piece of a body",
        "chunked compressed",
        stream("body = next(response.iter_bytes(), b'')"),
    ),
    must(
        "C31", "accepts gzip and cannot read it", "compressed chunked", stream("body = b''.join(response.iter_raw())")
    ),
    should(
        "C31",
        "gives up a slow body",
        "slow-body chunked",
        stream(
            "began = time.monotonic()\n            body = b''\n            for piece in response.iter_bytes():\n                body += piece\n                if time.monotonic() > began + 0.3:\n                    raise RefusedError('too slow')"
        ),
    ),
    should(
        "C31",
        "takes a slow body for the end of the list",
        "slow-body chunked",
        stream(
            "began = time.monotonic()\n            body = b''\n            for piece in response.iter_bytes():\n                body += piece\n                if time.monotonic() > began + 0.3:\n                    raise SystemExit(0)"
        ),
    ),
)
