"""Mutants that walk lists wrongly (C01 to C04)."""

from tests.certify.clients.mutants.definition import must, should

NEXT = "        url = find_next_link(response)\n"
FOLLOWING = "        following = find_next_link(response)\n"
QUERY = "from urllib.parse import parse_qs, urlencode, urljoin, urlsplit"
JOIN = '", ".join(response.headers.get_list("link"))'
IS_NEXT = '"next" in named.get("rel", "").lower().split()'
FIRST_PAGE = 'f"{BASE}/vehicles?page_size=100"'
ITEMS = "        yield response.json()\n"


def change_link(expression: str) -> tuple[str, str]:
    """Return the edit that changes a next link, `following`, before it is requested."""
    return NEXT, f"{FOLLOWING}        url = ({expression}) if following else ''\n"


def import_from_parse(*names: str) -> tuple[str, str]:
    """Return the edit that imports more names from urllib.parse."""
    return QUERY, f"{QUERY}, {', '.join(names)}"


MUTANTS = (
    must(
        "C03",
        "finds the word next in a relation",
        "links-of-five-forms links-reordered",
        (IS_NEXT, 're.search(r"\\bnext\\b", named.get("rel", ""))'),
    ),
    must(
        "C03",
        "takes what begins with next for it",
        "links-of-five-forms links-reordered",
        (IS_NEXT, 'named.get("rel", "").startswith("next")'),
    ),
    must(
        "C03",
        "takes what ends with next for it",
        "links-of-five-forms links-reordered",
        (IS_NEXT, 'named.get("rel", "").endswith("next")'),
    ),
    must(
        "C03",
        "takes the reverse relation for the relation",
        "links-of-five-forms links-reordered",
        (IS_NEXT, '"next" in (named.get("rev") or named.get("rel", "")).split()'),
    ),
    must(
        "C01",
        "builds its own cursor",
        "C01 last-page-blank links-reordered",
        change_link("f\"{BASE}/vehicles?page_size=20&page_after={response.json()[-1]['id']}\""),
        implied=frozenset({"C02", "C19"}),
    ),
    must(
        "C01",
        "rebuilds the URL from page_after",
        "unguessable-cursor links-reordered",
        change_link(
            'f"{BASE}/vehicles?" + urlencode({"page_after": parse_qs(urlsplit(following).query)["page_after"][0]})'
        ),
        implied=frozenset({"C02"}),
    ),
    must(
        "C01",
        "decodes and encodes the query",
        "unguessable-cursor links-reordered",
        import_from_parse("parse_qsl"),
        change_link('following.partition("?")[0] + "?" + urlencode(parse_qsl(urlsplit(following).query))'),
    ),
    must(
        "C01",
        "keeps one value of a parameter",
        "unguessable-cursor links-reordered",
        import_from_parse("parse_qsl", "quote"),
        change_link(
            'following.partition("?")[0] + "?" + "&".join({field.partition("=")[0]: field '
            'for field in urlsplit(following).query.split("&")}.values())'
        ),
    ),
    must(
        "C01",
        "sorts the parameters of a link",
        "unguessable-cursor links-reordered",
        change_link('following.partition("?")[0] + "?" + "&".join(sorted(urlsplit(following).query.split("&")))'),
    ),
    must(
        "C01",
        "drops parameters without a value",
        "unguessable-cursor links-reordered",
        change_link(
            'following.partition("?")[0] + "?" + "&".join(field for field in urlsplit(following).query.split("&") '
            'if "=" in field)'
        ),
    ),
    must(
        "C01",
        "adds page_size to a link",
        "unguessable-cursor last-page-blank",
        change_link('following + "&page_size=50"'),
    ),
    must(
        "C01",
        "decodes a link",
        "unguessable-cursor links-reordered",
        import_from_parse("unquote"),
        change_link("unquote(following)"),
    ),
    must(
        "C01",
        "decodes the plus sign",
        "unguessable-cursor links-reordered",
        change_link('following.replace("+", "%20")'),
    ),
    must(
        "C01",
        "encodes the tilde and the colon",
        "unguessable-cursor links-reordered",
        change_link('BASE + following.removeprefix(BASE).replace(":", "%3A").replace("~", "%7E")'),
    ),
    must("C01", "lowers a link", "unguessable-cursor links-reordered", change_link("following.lower()")),
    must(
        "C01",
        "stops at a short page",
        "short-page links-reordered",
        change_link('"" if len(response.json()) < 20 else following'),
        implied=frozenset({"C03"}),
    ),
    must("C01", "stops at an empty page", "empty-page short-page", change_link("following if response.json() else ''")),
    must(
        "C01",
        "stops at a vehicle that it knows",
        "item-moved short-page",
        ("    while url:\n", "    known = set()\n    while url:\n"),
        (
            ITEMS,
            "        ids = {item['id'] for item in response.json()}\n"
            "        if ids & known:\n            return\n        known |= ids\n" + ITEMS,
        ),
    ),
    must(
        "C01",
        "fails at a vehicle that it knows",
        "item-moved short-page",
        ("    while url:\n", "    known = set()\n    while url:\n"),
        (
            ITEMS,
            "        for item in response.json():\n            if item['id'] in known:\n"
            "                raise RefusedError('twice')\n            known.add(item['id'])\n" + ITEMS,
        ),
    ),
    must(
        "C01",
        "reads the first item of every page",
        "empty-page short-page",
        (ITEMS, "        response.json()[0]['id']\n" + ITEMS),
    ),
    must(
        "C01",
        "expects pages of one size",
        "short-page item-removed last-page-blank",
        ("    while url:\n", "    size = 0\n    while url:\n"),
        (
            ITEMS,
            "        if size and len(response.json()) > size:\n            return\n        size = len(response.json())\n"
            + ITEMS,
        ),
    ),
    must(
        "C02",
        "begins again at the end",
        "C01 C02 C03 token-expired",
        (NEXT, NEXT + "        if not url:\n            client.get(f'{BASE}/vehicles?page_size=100')\n"),
        implied=frozenset({"C01"}),  # what it reads again it does not print
    ),
    must(
        "C02",
        "asks for a page behind the last",
        "C02 C03",
        (
            NEXT,
            NEXT
            + "        if not url:\n            client.get(f\"{BASE}/vehicles?page_after={response.json()[-1]['id']}\")\n",
        ),
        implied=frozenset({"C19"}),
    ),
    must(
        "C02",
        "asks behind the last page where the link is absent",
        "C02 links-reordered",
        (
            NEXT,
            NEXT + "        if not url and 'about:blank' not in str(response.headers):\n"
            "            client.get(f\"{BASE}/vehicles?page_after={response.json()[-1]['id']}\")\n",
        ),
    ),
    must(
        "C02",
        "reads the last page twice",
        "C02 links-reordered",
        (NEXT, "        last = url\n" + NEXT + "        if not url:\n            client.get(last)\n"),
    ),
    must(
        "C02",
        "asks for about:blank below the base URL",
        "C02 links-reordered",
        (
            NEXT,
            NEXT + "        if not url and 'about:blank' in str(response.headers):\n"
            "            client._send_once('GET', BASE + '/about:blank', client.get_token(), None, None)\n",
        ),
    ),
    must(
        "C02",
        "probes for new vehicles after the last page",
        "C02 links-reordered",
        (NEXT, "        last = url\n" + NEXT + "        if not url:\n            client.get(last + '&since=now')\n"),
    ),
    must(
        "C03",
        "takes the last link",
        "C01 links-reordered last-page-no-next",
        ("    for target, parameters in LINK.findall(", "    for target, parameters in keep_last(LINK.findall("),
        (JOIN + "):", JOIN + ")):"),
        (
            "def find_next_link(",
            "def keep_last(links: list) -> list:\n"
            "    return [(links[-1][0], '; rel=next')] if len(links) > 1 else links\n\n\ndef find_next_link(",
        ),
    ),
    must(
        "C03",
        "reads one Link line",
        "C01 links-of-five-forms",
        (JOIN, '(response.headers.get_list("link") or [""])[0]'),
    ),
    must(
        "C03",
        "reads the last Link line",
        "C01 links-of-five-forms",
        (JOIN, '(response.headers.get_list("link") or [""])[-1]'),
    ),
    must(
        "C03",
        "needs a quoted relation",
        "C01 links-of-five-forms",
        (IS_NEXT, "re.search(r'rel=\"next\"', parameters)"),
    ),
    must(
        "C03",
        "needs the relation to be the first parameter",
        "C01 links-of-five-forms",
        (IS_NEXT, "re.match(r'\\s*;\\s*rel=\"?next', parameters)"),
    ),
    must(
        "C03",
        "needs the relation to be the last parameter",
        "C01 links-of-five-forms",
        (IS_NEXT, "re.search(r'rel=\"?next\"?$', parameters)"),
    ),
    must(
        "C03",
        "looks for next in all parameters",
        "C01 links-of-five-forms",
        (IS_NEXT, '"next" in parameters'),
    ),
    must(
        "C03",
        "splits links at every comma",
        "C01 links-of-five-forms",
        ("LINK.findall(" + JOIN + ")", "[pair for part in " + JOIN + ".split(',') for pair in LINK.findall(part)]"),
    ),
    must(
        "C03",
        "cuts a link at its comma",
        "links-of-five-forms links-reordered",
        (
            'return "" if target == "about:blank" else target',
            'return "" if target == "about:blank" else target.partition(",")[0]',
        ),
    ),
    should(
        "C03",
        "knows one relation in a rel",
        "C01 links-of-two-relations links-of-five-forms",
        (IS_NEXT, 'named.get("rel", "").lower() == "next"'),
    ),
    must("C04", "pages too large", "C04", (FIRST_PAGE, 'f"{BASE}/vehicles?page_size=500"'), tasks="list_vehicles"),
    must(
        "C04",
        "one more than the largest page",
        "C04 C26",
        (FIRST_PAGE, 'f"{BASE}/vehicles?page_size=101"'),
        tasks="list_vehicles",
    ),
    must("C04", "page_size 0", "C04", (FIRST_PAGE, 'f"{BASE}/vehicles?page_size=0"'), tasks="list_vehicles"),
    must("C04", "page_size in words", "C04", (FIRST_PAGE, 'f"{BASE}/vehicles?page_size=all"'), tasks="list_vehicles"),
    must(
        "C04",
        "page_size too large for sessions",
        "C04",
        ('f"{BASE}/charging_sessions").json()[0]', 'f"{BASE}/charging_sessions?page_size=1000").json()[0]'),
        tasks="list_vehicles read_session",
    ),
)
