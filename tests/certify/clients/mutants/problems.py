"""Mutants that misread refusals, or repeat what was refused (C21, C22)."""

from tests.certify.clients.mutants.definition import must

ON_STATUS = 'response.status_code in {502, 503, 504} and method == "GET" and tries <= MAX_TRIES'
ERROR = "            elif " + ON_STATUS + ":\n                self._pause(tries)\n"
PROBLEM = "            problem = response.json() if is_problem else {}\n"
TYPE = "{problem.get('type', 'about:blank')}"
SEND = "            try:\n                response = self._send_once(method, url, token, json, headers)\n"
ELSE = "            else:\n                return self._check_response(response)\n"


def repeat_on(condition: str, change: str = "pass") -> tuple[str, str]:
    """Return the edit that repeats a refused request on a condition."""
    return ELSE, f"            elif {condition} and tries < 3:\n                {change}\n{ELSE}"


MUTANTS = (
    must(
        "C21", "reads the words of a problem", "other-words refused-400", repeat_on('"rate limited" in response.text')
    ),
    must(
        "C21",
        "reads the title of a problem",
        "other-words refused-400",
        repeat_on('"Too Many" in response.text', "time.sleep(0.1)"),
    ),
    must(
        "C21",
        "crashes at other words",
        "other-words refused-400",
        (PROBLEM, PROBLEM + "            problem and problem['title'] == 'Too Many Requests' and 1 / 0\n"),
    ),
    must("C21", "needs a type", "no-type refused-422", (TYPE, "{problem['type']}")),
    must(
        "C21",
        "knows every type",
        "no-type refused-409",
        (
            PROBLEM,
            PROBLEM
            + "            {'https://api.ev.energy/v2/problems/' + name + '/': 0 for name in ('validation-failed-create-user', 'conflict', 'unprocessable')}[problem['type']]\n",
        ),
    ),
    must(
        "C21",
        "takes every error for JSON",
        "html-502 C22",
        (ERROR, ERROR.replace("self._pause", "response.json() and self._pause")),
    ),
    must(
        "C21",
        "takes HTML for the end of the list",
        "html-502 C06 C22",
        (
            ERROR,
            "            elif response.status_code == 502 and 'html' in response.headers['content-type']:\n                return httpx.Response(200, json=[])\n"
            + ERROR,
        ),
    ),
    must(
        "C21",
        "takes HTML for an empty page and ends well",
        "html-502 C22",
        (
            ERROR,
            "            elif 'html' in response.headers['content-type']:\n                raise SystemExit(0)\n"
            + ERROR,
        ),
    ),
    must(
        "C21",
        "hangs at HTML",
        "html-502",
        (
            ERROR,
            "            elif 'html' in response.headers['content-type']:\n                time.sleep(600)\n" + ERROR,
        ),
    ),
    must(
        "C22",
        "repeats what was refused with 400",
        "refused-400 other-words no-type",
        repeat_on("response.status_code == 400"),
        implied=frozenset({"C21"}),
    ),
    must(
        "C22",
        "repeats what was refused with 409",
        "refused-409 refused-422 other-words",
        repeat_on("response.status_code == 409"),
    ),
    must(
        "C22",
        "repeats what was refused with 422",
        "refused-409 refused-422 other-words",
        repeat_on("response.status_code == 422"),
    ),
    must(
        "C22",
        "repeats what was refused with 413",
        "refused-413 refused-422 other-words",
        repeat_on("response.status_code == 413"),
    ),
    must(
        "C22",
        "repeats what was refused with 415",
        "refused-415 refused-422 other-words",
        repeat_on("response.status_code == 415"),
    ),
    must(
        "C22",
        "repeats a list that was refused",
        "refused-list-400 refused-422",
        repeat_on('response.status_code == 400 and method == "GET"'),
    ),
    must(
        "C22",
        "repeats with other white space",
        "refused-422 refused-409 other-words",
        ("json=json, headers=sent", 'content=json, headers={**sent, "Content-Type": "application/json"}'),
        (
            "        is_renewed, tries, hops = False, 0, 0\n",
            "        is_renewed, tries, hops = False, 0, 0\n        from json import dumps\n\n        fields, json = json, dumps(json) if json else None\n",
        ),
        repeat_on("response.status_code == 422", "json = dumps(fields, indent=2)"),
    ),
    must(
        "C22",
        "repeats without a pause and then with one",
        "refused-422 refused-409",
        repeat_on("response.status_code in {409, 422}", "time.sleep(0.3 * tries)"),
    ),
    must(
        "C22",
        "repeats with a new token",
        "refused-422 refused-409",
        repeat_on("response.status_code == 422", "token = self.get_token(instead_of=token)"),
    ),
)
