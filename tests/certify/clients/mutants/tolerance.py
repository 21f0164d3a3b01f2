"""Mutants that do not bear what the API may send (C14, C16 to C18)."""

from tests.certify.clients.mutants.definition import must, should

ITEMS = "        yield response.json()\n"
LISTED = '    return [vehicle for page in read_pages(client, f"{BASE}/vehicles?page_size=100") for vehicle in page]\n'
VERSION_HEADER = '"EvEnergy-Version": VERSION, '
COMPARE_VERSION = '        if response.headers.get("evenergy-version", VERSION) != VERSION:\n'
EXPAND = '"?expand=vehicle"'
SESSION_VEHICLE = '    print((client.get(vehicle).json() if isinstance(vehicle, str) else vehicle)["id"])\n'
READ = '    vehicle = client.get(session["url"] + "?expand=vehicle").json()["vehicle"]\n'
CHANGE = 'json={"maximum_charge_limit_percentage": 80}'
KEYS = (
    "id url trim user latest_status_log charging_sub_sessions integrated battery_size_watt_hours "
    "effective_battery_size_watt_hours maximum_charge_limit_percentage description disabled smart_charging_enabled "
    "vehicle_class state_of_charge connectors model battery_size"
)


def check_each(statement: str) -> tuple[str, str]:
    """Return the edit that does something with each vehicle, `item`, of a page."""
    return ITEMS, f"        for item in response.json():\n            {statement}\n{ITEMS}"


def drop(condition: str) -> tuple[str, str]:
    """Return the edit that drops vehicles on a condition."""
    return LISTED, LISTED.replace(" for vehicle in page]", f" for vehicle in page if not ({condition})]")


def check_times(moment: str) -> tuple[str, str]:
    """Return the edit that requires every session to end after it began, by what it makes of a `text`."""
    return (
        '    session = client.get(f"{BASE}/charging_sessions").json()[0]\n',
        "    from datetime import datetime\n\n"
        '    sessions = client.get(f"{BASE}/charging_sessions").json()\n'
        "    ends = [[session['start'], session['end']] for session in sessions if session.get('end')]\n"
        f"    moments = [[{moment} for text in pair] for pair in ends]\n"
        "    assert all(start <= end for start, end in moments)\n"
        "    session = sessions[0]\n",
    )


MUTANTS = (
    should("C14", "no version", "C14", (VERSION_HEADER, ""), tasks="list_vehicles"),
    should(
        "C14",
        "a version for reads alone",
        "C14",
        (VERSION_HEADER, '**({"EvEnergy-Version": VERSION} if method == "GET" else {}), '),
        tasks="list_vehicles create_user",
    ),
    should("C14", "ignores the version", "C14", (COMPARE_VERSION, "        if False:\n"), tasks="list_vehicles"),
    should(
        "C14",
        "wants a version or a newer one",
        "C14",
        (COMPARE_VERSION, '        if response.headers.get("evenergy-version", VERSION) < VERSION:\n'),
        tasks="list_vehicles",
    ),
    must(
        "C16",
        "sends a field back as it was",
        "unknown-fields-in-a-change refused-409",
        (CHANGE, "json={'vehicle_class': vehicle['vehicle_class'], 'maximum_charge_limit_percentage': 80}"),
    ),
    must(
        "C16",
        "sends unknown fields back as they were",
        "unknown-fields-in-a-change refused-409",
        (
            CHANGE,
            "json={**{name: vehicle[name] for name in vehicle if 'tomorrow' in name}, 'maximum_charge_limit_percentage': 80}",
        ),
        implied=frozenset({"C20"}),
    ),
    must(
        "C16",
        "cuts the zone of times off",
        "clocks-put-forward expanded-as-url",
        check_times("datetime.fromisoformat(text[:19]).timestamp()"),
    ),
    should(
        "C16",
        "compares times as texts",
        "times-with-offsets clock-changes clocks-put-forward",
        check_times("text"),
    ),
    should(
        "C16",
        "expects times in UTC",
        "times-with-offsets clock-changes clocks-put-forward",
        check_times(r"re.fullmatch(r'.*(Z|\+00:00)', text)[0]"),
    ),
    must(
        "C16",
        "refuses unknown fields",
        "unknown-fields unknown-values",
        check_each(f"assert not set(item) - set({KEYS!r}.split())"),
    ),
    must(
        "C16",
        "drops vehicles with unknown values",
        "unknown-values C08",
        drop("vehicle['integrated'] not in {'UNINTEGRATED', 'ACTIVE', 'INACTIVE'}"),
    ),
    must(
        "C16",
        "fails at unknown values",
        "unknown-values unknown-fields",
        check_each("{'UNINTEGRATED': 0, 'ACTIVE': 1, 'INACTIVE': 2}[item['integrated']]"),
    ),
    must(
        "C16",
        "breaks on null",
        "nulls unknown-values",
        (ITEMS, "        next(iter({item['vehicle_class'] for item in response.json()} - {None})).lower()\n" + ITEMS),
        implied=frozenset({"C01"}),  # an empty page ends it too
    ),
    must(
        "C16",
        "drops vehicles without a status",
        "nulls unknown-values",
        drop(
            "'latest_status_log' in vehicle and vehicle['latest_status_log'] is None and vehicle['vehicle_class'] is None"
        ),
    ),
    must(
        "C16",
        "stops at a page with a null",
        "nulls unknown-values",
        (
            ITEMS,
            ITEMS + "        if all(item['vehicle_class'] is None for item in response.json()):\n            return\n",
        ),
        implied=frozenset({"C01"}),  # an empty page ends it too
    ),
    must(
        "C16",
        "sends the whole vehicle back, what is read-only as null",
        "unknown-fields-in-a-change",
        (
            CHANGE,
            "json={**{name: vehicle[name] if name in ('vehicle_class', 'smart_charging_enabled') else None for name in vehicle if 'battery' not in name}, 'maximum_charge_limit_percentage': 80}",
        ),
        tasks="change_vehicle",
        implied=frozenset({"C20"}),
    ),
    must(
        "C16",
        "sends unknown fields back as null",
        "unknown-fields-in-a-change refused-409",
        (
            CHANGE,
            "json={**{name: None for name in vehicle if 'tomorrow' in name}, 'maximum_charge_limit_percentage': 80}",
        ),
        implied=frozenset({"C20"}),
    ),
    must(
        "C16",
        "sends unknown fields back as text",
        "unknown-fields-in-a-change refused-409",
        (
            CHANGE,
            "json={**{name: str(vehicle[name]) for name in vehicle if 'tomorrow' in name}, 'maximum_charge_limit_percentage': 80}",
        ),
        implied=frozenset({"C20"}),
    ),
    must(
        "C16",
        "switches smart charging beside the limit",
        "unknown-fields-in-a-change refused-409",
        (
            CHANGE,
            "json={'smart_charging_enabled': not vehicle['smart_charging_enabled'], 'maximum_charge_limit_percentage': 80}",
        ),
    ),
    must(
        "C16",
        "compares local times",
        "clock-changes expanded-as-url",
        (
            "    vehicle = client.get(session",
            "    times = sorted(v for v in session.values() if isinstance(v, str) and re.match(r'\\d{4}-\\d\\d-\\d\\dT', v))\n    local = [time.localtime(parse_time(v))[:6] for v in times]\n    assert local == sorted(local)\n    vehicle = client.get(session",
        ),
        (
            "def read_session(",
            "def parse_time(text: str) -> float:\n    from datetime import datetime\n\n    return datetime.fromisoformat(text).timestamp()\n\n\ndef read_session(",
        ),
    ),
    should("C16", "needs a field that is optional", "field-withdrawn unknown-values", check_each("item['trim']")),
    should(
        "C16",
        "fails at a Deprecation header",
        "field-withdrawn unknown-values",
        (
            COMPARE_VERSION,
            "        if 'deprecation' in response.headers:\n            raise RefusedError('deprecated')\n"
            + COMPARE_VERSION,
        ),
    ),
    should(
        "C16",
        "drops vehicles without an optional field",
        "field-withdrawn unknown-values",
        drop("not vehicle.get('trim')"),
    ),
    must(
        "C17",
        "expects an object",
        "C17",
        (SESSION_VEHICLE, "    print(vehicle.get('id') if isinstance(vehicle, dict) else '')\n"),
    ),
    must(
        "C17",
        "fails at a URL",
        "C17",
        (SESSION_VEHICLE, "    print(vehicle['id'])\n"),
        implied=frozenset({"C19"}),
    ),
    must(
        "C17",
        "takes the id from the URL",
        "C17",
        (SESSION_VEHICLE, "    print(vehicle.rpartition('/')[2] if isinstance(vehicle, str) else vehicle['id'])\n"),
    ),
    must(
        "C17",
        "reads the session again",
        "C17",
        (
            SESSION_VEHICLE,
            "    print(client.get(session['url']).json()['id'] if isinstance(vehicle, str) else vehicle['id'])\n",
        ),
    ),
    must(
        "C17",
        "reads the list of vehicles in place of the URL",
        "C17",
        (
            SESSION_VEHICLE,
            "    print(client.get(f'{BASE}/vehicles').json()[0]['id'] if isinstance(vehicle, str) else vehicle['id'])\n",
        ),
    ),
    should(
        "C18",
        "expands what is not documented",
        "C18 C17",
        (
            "    vehicle = client.get(session",
            "    client._send_once('GET', session['url'] + '?expand=driver', client.get_token(), None, None)\n    vehicle = client.get(session",
        ),
        tasks="read_session",
        implied=frozenset({"C05", "C09"}),  # it looks at no response to its first read
    ),
    should("C18", "expands everything", "C18", (EXPAND, '"?expand=vehicle&expand=*"'), tasks="read_session"),
    should(
        "C18",
        "expands a list in one value",
        "C18",
        (EXPAND, '"?expand=vehicle&expand=vehicle,user"'),
        tasks="read_session",
    ),
    should(
        "C18",
        "expands an object of an object of an object",
        "C18",
        (EXPAND, '"?expand=vehicle&expand=vehicle.user.vehicles.user"'),
        tasks="read_session",
    ),
)
