"""Mutants that trust wrong servers or give secrets away (C24, C25)."""

from tests.certify.clients.mutants.definition import must

HTTP = "        self._http = httpx.Client(timeout=TIMEOUT_S, verify=trusted)\n"
OWN = '        own = {"Authorization": f"Bearer {token}"} if url.startswith(BASE + "/") else {}\n'
HOSTS = "urlsplit(url).hostname == urlsplit(BASE).hostname"
REDIRECT = 'hops, url = hops + 1, urljoin(url, response.headers["location"])'
LIST = {"tasks": "list_vehicles"}


def own_where(condition: str) -> tuple[str, str]:
    """Return the edit that sends the token on another condition."""
    return OWN, OWN.replace('url.startswith(BASE + "/")', condition)


def trust(*lines: str) -> tuple[str, str]:
    """Return the edit that changes the TLS context of the client."""
    made = "        context = httpx.create_ssl_context()\n" + "".join(f"        {line}\n" for line in lines)
    return HTTP, made + HTTP.replace("verify=trusted", "verify=context")


IN_QUERY = "        return self._http.request(method, url, json=json"


def ask_with(parameter: str) -> tuple[str, str]:
    """Return the edit that adds a query parameter to each request of the API, in place of the header."""
    return IN_QUERY, f"        url += ('&' if '?' in url else '?') + {parameter}\n" + IN_QUERY


MUTANTS = (
    must(
        "C24",
        "trusts every TLS certificate",
        "tls-expired tls-self-signed tls-other-host",
        (HTTP, HTTP.replace("verify=trusted", "verify=False")),
    ),
    must(
        "C24",
        "does not compare the host",
        "tls-other-host tls-self-signed",
        trust("context.check_hostname = False"),
    ),
    must(
        "C24",
        "trusts on second thought",
        "tls-self-signed tls-expired",
        (
            "            except httpx.TransportError:\n",
            "            except httpx.TransportError as error:\n                if 'CERTIFICATE' in str(error):\n                    self._http = httpx.Client(timeout=TIMEOUT_S, verify=False)\n",
        ),
        (
            '        response = self._http.post(f"{OAUTH}/token/", data=form, auth=(ID, SECRET))\n',
            '        try:\n            response = self._http.post(f"{OAUTH}/token/", data=form, auth=(ID, SECRET))\n        except httpx.ConnectError:\n            self._http = httpx.Client(timeout=TIMEOUT_S, verify=False)\n            response = self._http.post(f"{OAUTH}/token/", data=form, auth=(ID, SECRET))\n',
        ),
    ),
    must(
        "C24",
        "speaks old TLS",
        "tls-old tls-expired",
        trust("context.set_ciphers('ALL:@SECLEVEL=0')", "context.minimum_version = ssl.TLSVersion.TLSv1"),
    ),
    must(
        "C24",
        "trusts expired TLS certificates",
        "tls-expired tls-self-signed",
        (
            HTTP,
            "        context = httpx.create_ssl_context()\n        context.verify_flags |= 0x200000\n"
            + HTTP.replace("verify=trusted", "verify=context"),
        ),
    ),
    must("C25", "token to all origins", "C25 C01", own_where("True")),
    must(
        "C25",
        "token to ports that begin as the API's",
        "link-longer-port link-other-port",
        own_where("url.startswith(BASE[: BASE.index('/', 8)]) and '@' not in url"),
    ),
    must(
        "C25",
        "token to longer ports when redirected",
        "redirect-longer-port link-longer-port",
        (
            REDIRECT,
            REDIRECT
            + "\n                if url.startswith(BASE[: BASE.index('/', 8)]):\n                    headers = {'Authorization': f'Bearer {token}'}",
        ),
    ),
    must("C25", "token to URLs that hold the API's", "link-elsewhere redirect-elsewhere", own_where("BASE in url")),
    must(
        "C25",
        "token to the vehicles of every origin",
        "reference-other-port link-other-port",
        own_where("url.startswith(BASE + '/') or '/v2/vehicles/' in url"),
    ),
    must(
        "C25",
        "secret to where the token request is redirected",
        "token-request-redirected redirect-elsewhere",
        (
            "data=form, auth=(ID, SECRET))\n        response.raise_for_status()",
            'data={**form, "client_id": ID, "client_secret": SECRET}, follow_redirects=True)\n        response.raise_for_status()',
        ),
    ),
    must("C25", "token to the host on every port", "C25 C01", own_where(HOSTS)),
    must(
        "C25",
        "token to whatever begins as the host",
        "C25 C01",
        own_where(
            "url.startswith(BASE[: BASE.index('/', 8)].rpartition(':')[0] if '@' not in url else BASE[: BASE.index('/', 8)])"
        ),
    ),
    must(
        "C25",
        "token to hosts that end as the API's",
        "link-sibling-host link-elsewhere",
        own_where(
            "(urlsplit(url).hostname or '').endswith('.0.1') and urlsplit(url).hostname != '127.0.0.1' or url.startswith(BASE + '/')"
        ),
    ),
    must(
        "C25",
        "token without TLS",
        "link-without-tls link-elsewhere link-other-port",
        own_where("url.startswith(BASE + '/') or (BASE.startswith('https') and " + HOSTS + ")"),
    ),
    must(
        "C25",
        "token to where it is redirected",
        "redirect-elsewhere link-elsewhere",
        (REDIRECT, REDIRECT + '\n                headers = {"Authorization": f"Bearer {token}"}'),
    ),
    must(
        "C25",
        "token to another port when redirected",
        "redirect-other-port redirect-elsewhere",
        (
            REDIRECT,
            REDIRECT
            + '\n                if urlsplit(url).hostname == \'127.0.0.1\':\n                    headers = {"Authorization": f"Bearer {token}"}',
        ),
    ),
    must(
        "C25",
        "token in a cookie to all origins",
        "link-elsewhere redirect-elsewhere",
        (OWN, OWN + "        own['Cookie'] = f'session={token}'\n"),
    ),
    must("C25", "token in the query", "C25 C08 C16 token-expired", ask_with("f'access_token={token}'"), **LIST),
    must(
        "C25",
        "base64 of the token in the query",
        "C25 C26",
        ask_with("'t=' + base64.b64encode(token.encode()).decode()"),
        tasks="sign_in",
        is_public=True,
    ),
    must(
        "C25",
        "base64 of token and name in the query",
        "C25",
        ask_with("'t=' + base64.urlsafe_b64encode(f'{ID}:{token}'.encode()).decode().rstrip('=')"),
        tasks="sign_in",
        is_public=True,
    ),
    must(
        "C25",
        "hexadecimal token in the query",
        "C25",
        ask_with("'t=' + token.encode().hex()"),
        tasks="sign_in",
        is_public=True,
    ),
    must(
        "C25",
        "reversed token in the query",
        "C25",
        ask_with("'t=' + token[::-1]"),
        tasks="sign_in",
        is_public=True,
    ),
    must(
        "C25",
        "hexadecimal token in the query of another origin",
        "link-elsewhere redirect-elsewhere",
        (OWN, OWN + "        url += '' if own else f'&trace={token.encode().hex()}'\n"),
    ),
    must(
        "C25",
        "reversed token in a header to another origin",
        "link-elsewhere redirect-elsewhere",
        (OWN, OWN + "        own['X-Trace'] = token[::-1]\n"),
    ),
    must(
        "C25",
        "client secret in the query of the token request",
        "C25 C04",
        (
            '        response = self._http.post(f"{OAUTH}/token/", data=form',
            '        response = self._http.post(f"{OAUTH}/token/?client_secret={SECRET}", data=form',
        ),
        **LIST,
    ),
    must(
        "C25",
        "token in the query when it revokes",
        "C25 C13",
        ('f"{OAUTH}/revoke_token/", data', 'f"{OAUTH}/revoke_token/?token={self._token}", data'),
        tasks="revoke_token",
    ),
)
