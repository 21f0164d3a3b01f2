"""Mutants that sign in, ask for scopes or revoke wrongly (C12, C13, C23)."""

from tests.certify.clients.mutants.definition import must

STATE = '            "state": state,\n'
NEW = "        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(12)\n"
COMPARE = '        if given.get("state") != [state]:\n'
CHALLENGE = '            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),\n'
METHOD = '            "code_challenge_method": "S256",\n'
VERIFIER = '        return self._request_token({**form, "code_verifier": verifier})\n'
SIGN_IN_SCOPE = '            "scope": SCOPE,\n'
CLIENT_SCOPE = '{"grant_type": "client_credentials", "scope": SCOPE}'
DEFAULT_SCOPE = 'SCOPES.get(os.environ["EVCONFORM_TASK"], "vehicle:read")'
REVOKE = '        self._http.post(f"{OAUTH}/revoke_token/", data={"token": self.get_token()}, auth=(ID, SECRET))\n'
CONSTANT = "a" * 50


def revoke_with(data: str) -> tuple[str, str]:
    """Return the edit that revokes with other data."""
    return REVOKE, REVOKE.replace('{"token": self.get_token()}', data)


SIGN_IN = {"is_public": True, "tasks": "sign_in"}
MUTANTS = (
    must(
        "C12",
        "no code challenge",
        "C12",
        (CHALLENGE, ""),
        (METHOD, ""),
        (VERIFIER, "        return self._request_token(form)\n"),
        **SIGN_IN,
    ),
    must(
        "C12",
        "plain code challenge",
        "C12",
        (CHALLENGE, '            "code_challenge": verifier,\n'),
        (METHOD, '            "code_challenge_method": "plain",\n'),
        **SIGN_IN,
    ),
    must("C12", "no state", "C12", (STATE, ""), (COMPARE, "        if False:\n"), **SIGN_IN),
    must("C12", "ignores state", "C12", (COMPARE, "        if False:\n"), **SIGN_IN),
    must(
        "C12",
        "accepts a callback without a state",
        "C12",
        (COMPARE, '        if given.get("state", [state]) != [state]:\n'),
        **SIGN_IN,
    ),
    must(
        "C12",
        "compares the first characters of a state",
        "C12",
        (COMPARE, '        if given.get("state", [""])[0][:8] != state[:8]:\n'),
        **SIGN_IN,
    ),
    must(
        "C12",
        "compares the length of a state",
        "C12",
        (COMPARE, '        if len(given.get("state", [""])[0]) != len(state):\n'),
        **SIGN_IN,
    ),
    must(
        "C12",
        "compares states without regard to case",
        "C12",
        (COMPARE, '        if given.get("state", [""])[0].lower() != state.lower():\n'),
        (NEW, NEW + "        state = state[:-1] + 'a'\n"),
        **SIGN_IN,
    ),
    must("C12", "constant state", "C12", (NEW, NEW + "        state = 'xyz123'\n"), **SIGN_IN),
    must(
        "C12", "the client's id as state", "C12", (NEW, NEW + "        state = 'fleet-' + REDIRECT[:22]\n"), **SIGN_IN
    ),
    must("C12", "constant code verifier", "C12", (NEW, NEW + f"        verifier = '{CONSTANT}'\n"), **SIGN_IN),
    must("C12", "a short code verifier", "C12", (NEW, NEW + "        verifier = verifier[:20]\n"), **SIGN_IN),
    must("C12", "the code verifier as state", "C12", (NEW, NEW + "        state = verifier\n"), **SIGN_IN),
    must(
        "C12",
        "redeems without a code verifier",
        "C12",
        (VERIFIER, "        return self._request_token(form)\n"),
        **SIGN_IN,
    ),
    must(
        "C13",
        "revokes without the slash",
        "C13",
        (REVOKE, REVOKE.replace("revoke_token/", "revoke_token")),
        tasks="revoke_token",
    ),
    must(
        "C13", "revokes an access_token", "C13", revoke_with('{"access_token": self.get_token()}'), tasks="revoke_token"
    ),
    must(
        "C13", "revokes a truncated token", "C13", revoke_with('{"token": self.get_token()[:-4]}'), tasks="revoke_token"
    ),
    must(
        "C13",
        "revokes the header's value",
        "C13",
        revoke_with('{"token": "Bearer " + self.get_token()}'),
        tasks="revoke_token",
    ),
    must("C13", "revokes its own name", "C13", revoke_with('{"token": ID}'), tasks="revoke_token"),
    must(
        "C13",
        "revokes in a query",
        "C13",
        (REVOKE, '        self._http.post(f"{OAUTH}/revoke_token/?token_type_hint=access_token", auth=(ID, SECRET))\n'),
        tasks="revoke_token",
    ),
    must(
        "C13",
        "revokes with GET",
        "C13",
        (REVOKE, '        self._http.get(f"{OAUTH}/revoke_token/", auth=(ID, SECRET))\n'),
        tasks="revoke_token",
    ),
    must(
        "C13",
        "revokes as JSON",
        "C13",
        (REVOKE, REVOKE.replace('data={"token"', 'json={"token"')),
        tasks="revoke_token",
    ),
    must(
        "C13",
        "revokes without its credentials",
        "C13",
        (REVOKE, REVOKE.replace(", auth=(ID, SECRET)", "")),
        tasks="revoke_token",
    ),
    must(
        "C23",
        "asks for every scope",
        "C23 C26",
        (CLIENT_SCOPE, CLIENT_SCOPE.replace("SCOPE}", 'SCOPE + " user:read user:write tariff:read"}')),
        tasks="list_vehicles",
    ),
    must(
        "C23",
        "asks for one scope too many",
        "C23 C26",
        (CLIENT_SCOPE, CLIENT_SCOPE.replace("SCOPE}", 'SCOPE + " vehicle:write"}')),
        tasks="list_vehicles",
    ),
    must(
        "C23",
        "asks for no scope",
        "C23 C26",
        (CLIENT_SCOPE, '{"grant_type": "client_credentials"}'),
        tasks="list_vehicles",
    ),
    must(
        "C23",
        "sends an empty scope",
        "C23 C26",
        (CLIENT_SCOPE, '{"grant_type": "client_credentials", "scope": ""}'),
        tasks="list_vehicles",
    ),
    must(
        "C23",
        "reads with a scope that only changes need",
        "C23 C26",
        (
            DEFAULT_SCOPE,
            DEFAULT_SCOPE.replace(
                '"vehicle:read"',
                '"vehicle:read vehicle:write" if "at_once" in os.environ["EVCONFORM_TASK"] else "vehicle:read"',
            ),
        ),
        tasks="list_vehicles read_at_once change_vehicle",
    ),
    must(
        "C23",
        "asks a person for what another task needs",
        "C23 C26",
        (
            DEFAULT_SCOPE,
            DEFAULT_SCOPE.replace(
                '"vehicle:read"',
                '"vehicle:read vehicle:write" if "sign" in os.environ["EVCONFORM_TASK"] else "vehicle:read"',
            ),
        ),
        is_public=True,
        tasks="sign_in list_vehicles change_vehicle",
    ),
    must("C23", "asks a person for no scope", "C23 C26", (SIGN_IN_SCOPE, ""), **SIGN_IN),
)
