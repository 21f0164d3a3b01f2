"""Mutants that change ids, references or bodies (C19, C20)."""

from tests.certify.clients.mutants.definition import must

PRINT_EACH = '        print(client.get(vehicle["url"]).json()["id"])\n'
EACH = "    for vehicle in list_all_vehicles(client):\n" + PRINT_EACH
BODY = '{"model": model["url"], "user": USER}'
LIMIT = '{"maximum_charge_limit_percentage": 80}'
EMAIL = 'json={"email": "robin@example.com"}'


def read_at(expression: str) -> tuple[str, str]:
    """Return the edit that reads each vehicle at another URL."""
    return PRINT_EACH, f"        client.get({expression})\n"


def add_with(body: str) -> tuple[str, str]:
    """Return the edit that adds a vehicle with another body, whatever the response."""
    return BODY, body


PATTERN = r"r'[a-z]{4}[A-Z\d]{26}'"
ADD = {"tasks": "add_vehicle"}
CHANGE = {"tasks": "change_vehicle"}
MUTANTS = (
    must(
        "C19",
        "knows the form of ids",
        "C19",
        (
            EACH,
            EACH.replace(
                "list_all_vehicles(client)",
                "[vehicle for vehicle in list_all_vehicles(client) if re.fullmatch(r'vhcl[A-Z\\d]{26}', vehicle['id'])]",
            ),
        ),
    ),
    must("C19", "lowers ids", "C19", read_at("vehicle['url'].replace('Ab~', 'ab~')")),
    must(
        "C19",
        "raises ids",
        "C19",
        read_at(
            "vehicle['url'] if vehicle['id'].startswith('vhcl') else vehicle['url'].rpartition('/')[0] + '/' + vehicle['id'].upper()"
        ),
    ),
    must(
        "C19",
        "cuts ids at 20 characters",
        "C19",
        read_at(
            "vehicle['url'].rpartition('/')[0] + '/' + (vehicle['id'][:15] if not vehicle['id'].startswith('vhcl') else vehicle['id'])"
        ),
    ),
    must(
        "C19",
        "cuts ids at a dot",
        "C19",
        read_at("vehicle['url'].rpartition('/')[0] + '/' + vehicle['id'].partition('.')[0]"),
    ),
    must(
        "C19",
        "removes signs from ids",
        "C19",
        read_at("vehicle['url'].rpartition('/')[0] + '/' + re.sub(r'[^A-Za-z0-9]', '', vehicle['id'])"),
    ),
    must(
        "C19",
        "fails at ids of another prefix",
        "C19",
        read_at("vehicle['url'] if vehicle['id'].startswith('vhcl') else 1 / 0"),
    ),
    must(
        "C19",
        "sorts out ids by their length",
        "C19",
        (
            EACH,
            EACH.replace(
                "list_all_vehicles(client)",
                "[vehicle for vehicle in list_all_vehicles(client) if len(vehicle['id']) == 30]",
            ),
        ),
    ),
    must(
        "C19",
        "finds ids by their pattern",
        "strange-id strange-ids-at-once",
        read_at(
            f"vehicle['url'].rpartition('/')[0] + '/' + (re.search({PATTERN}, vehicle['url']) or [vehicle['id']])[0]"
        ),
    ),
    must(
        "C19",
        "takes ids for numbers where it can",
        "strange-id longer-id-of-a-session",
        read_at(
            "vehicle['url'].rpartition('/')[0] + '/' + (str(int(vehicle['id'])) if vehicle['id'].isdigit() else vehicle['id'])"
        ),
    ),
    must(
        "C19",
        "cuts the ids that it reads at once",
        "strange-ids-at-once strange-id",
        (
            '[vehicle["url"] for vehicle in list_all_vehicles(client)][:20]',
            "[f\"{BASE}/vehicles/{vehicle['id'][:30]}\" for vehicle in list_all_vehicles(client)][:20]",
        ),
    ),
    must(
        "C19",
        "finds the vehicle of a session by its pattern",
        "longer-id-of-a-session expanded-as-url",
        (
            "client.get(vehicle).json() if isinstance(vehicle, str)",
            f"client.get(BASE + '/vehicles/' + re.search({PATTERN}, vehicle)[0]).json() if isinstance(vehicle, str)",
        ),
        implied=frozenset({"C17"}),
    ),
    must(
        "C19",
        "cuts the id of the session",
        "longer-id-of-a-session expanded-as-url",
        ('session["url"] + "?expand', 'f"{BASE}/charging_sessions/{session[\'id\'][:30]}" + "?expand'),
    ),
    must(
        "C19",
        "cuts the id of the vehicle that it changes",
        "longer-id-in-a-change strange-id",
        ('"PATCH", vehicle["url"]', '"PATCH", f"{BASE}/vehicles/{vehicle[\'id\'][:30]}"'),
    ),
    must(
        "C19",
        "cuts the id of a model",
        "longer-id-in-a-reference strange-id",
        add_with(f"{{'model': re.sub('(' + {PATTERN} + ').*', r'\\1', model['url']), 'user': USER}}"),
        implied=frozenset({"C20"}),
    ),
    must(
        "C19",
        "compares the beginnings of ids",
        "longer-ids-of-new-sessions longer-id-of-a-session",
        ('{session["id"] for page', '{session["id"][:30] for page'),
    ),
    must(
        "C20",
        "a property that is not documented",
        "C20",
        (EMAIL, 'json={"email": "robin@example.com", "source": "fleet"}'),
        tasks="create_user add_vehicle",
    ),
    must("C20", "refers by id", "C20", add_with('{"model": model["url"], "user": USER.rpartition("/")[2]}'), **ADD),
    must("C20", "refers by path", "C20", add_with('{"model": urlsplit(model["url"]).path, "user": USER}'), **ADD),
    must(
        "C20",
        "refers to production",
        "C20",
        add_with('{"model": "https://api.ev.energy/v2" + model["url"].removeprefix(BASE), "user": USER}'),
        **ADD,
    ),
    must("C20", "adds a slash to a reference", "C20", add_with('{"model": model["url"] + "/", "user": USER}'), **ADD),
    must(
        "C20",
        "adds a query to a reference",
        "C20",
        add_with('{"model": model["url"] + "?expand=make", "user": USER}'),
        **ADD,
    ),
    must(
        "C20",
        "an object in place of a reference",
        "C20",
        add_with('{"model": {"url": model["url"]}, "user": USER}'),
        **ADD,
    ),
    must(
        "C20",
        "null for what it does not set",
        "C20",
        add_with('{"model": model["url"], "user": USER, "battery_size_watt_hours": None}'),
        **ADD,
    ),
    must("C20", "an integer in a string", "C20", (LIMIT, '{"maximum_charge_limit_percentage": "80"}'), **CHANGE),
    must(
        "C20",
        "a fraction in place of a percentage",
        "C20",
        (LIMIT, '{"maximum_charge_limit_percentage": 0.8}'),
        **CHANGE,
    ),
    must("C20", "a percentage out of range", "C20", (LIMIT, '{"maximum_charge_limit_percentage": 800}'), **CHANGE),
    must(
        "C20",
        "a truth value in a string",
        "C20",
        (LIMIT, '{"maximum_charge_limit_percentage": 80, "smart_charging_enabled": "true"}'),
        implied=frozenset({"C16"}),
        **CHANGE,
    ),
    must("C20", "a list in place of an object", "C20", (LIMIT, '[{"maximum_charge_limit_percentage": 80}]'), **CHANGE),
    must(
        "C20",
        "a value that is not in the enumeration",
        "C20",
        (LIMIT, '{"maximum_charge_limit_percentage": 80, "vehicle_class": "passenger"}'),
        implied=frozenset({"C16"}),
        **CHANGE,
    ),
    must("C20", "an email that is none", "C20", (EMAIL, 'json={"email": "robin"}'), tasks="create_user add_vehicle"),
)
