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
        **CHANGE,
    ),
    must("C20", "a list in place of an object", "C20", (LIMIT, '[{"maximum_charge_limit_percentage": 80}]'), **CHANGE),
    must(
        "C20",
        "a value that is not in the enumeration",
        "C20",
        (LIMIT, '{"maximum_charge_limit_percentage": 80, "vehicle_class": "passenger"}'),
        **CHANGE,
    ),
    must("C20", "an email that is none", "C20", (EMAIL, 'json={"email": "robin"}'), tasks="create_user add_vehicle"),
)
