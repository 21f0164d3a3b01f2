"""Facts about the provider's API, each read in its description by hand."""

import pytest

from conformance.model import Effect, KeyKind, LinkKind, Operator, Role, Scheme, Security

PREFIXES = {
    "users": "user", "users.saved_routes": "savr", "evses": "evse", "evse_models": "emod", "evse_makes": "emak",
    "ct_clamps": "ctcl", "evse_firmware_versions": "evsf", "vehicles": "vhcl", "vehicle_trims": "trim",
    "vehicle_models": "vmod", "vehicle_makes": "vmak", "suppliers": "supl", "tariffs": "tari", "carbon_feeds": "cabf",
    "grid_feeds": "grfd", "charging_sessions": "cses", "charging_sub_sessions": "csub", "notifications": "notf",
    "solar_arrays": "solr", "solar_forecasts": "solf", "subscriptions": "subs", "subscription_offerings": "subo",
    "support_tickets": "tick", "support_tickets.messages": "tmsg", "inverters": "invt", "inverter_makes": "imak",
    "inverter_models": "imod", "home_battery_makes": "bmak", "home_battery_models": "bmod", "home_batteries": "hoba",
    "hem_systems": "hems", "boundary_meter_makes": "bmma", "boundary_meter_models": "bmmo", "boundary_meters": "bmet",
    "rebate_types": "rbtt", "rebate_evidence_types": "rbet", "rebate_evidence_files": "rbef", "user_rebates": "rbtu",
    "regions": "regn", "region_groups": "rgrp", "programs": "prog", "programs.tiers": "tier",
    "programs.participation_agreement_versions": "pagv", "evse_sites": "site", "timezones": "tzon",
    "evse_waitlist": "ewlt", "vehicle_waitlist": "vwlt",
}  # fmt: skip


def test_prefixes(description):
    prefixes = {
        resource.name: resource.prefix
        for resource in description.model.resources
        if resource.prefix and not resource.singleton
    }
    assert prefixes | {"incentive_schemes": "", "dispatch_coordinators.dispatch_events": ""} == PREFIXES | {
        "incentive_schemes": "",
        "dispatch_coordinators.dispatch_events": "",
    }


@pytest.mark.parametrize(
    ("name", "kind", "key", "field"),
    [
        ("evses", KeyKind.ID, "evse_id", "id"),
        ("evses.status_logs", KeyKind.TIMESTAMP, "sampled_at", "sampled_at"),
        ("evses.command_logs", KeyKind.TIMESTAMP, "logged_at", "logged_at"),
        ("solar_forecasts.forecast_logs", KeyKind.TIMESTAMP, "valid_period_start", "started_at"),
        ("vehicle_models.connectors", KeyKind.NAME, "region", "region"),
        ("cpms_providers", KeyKind.NAME, "cpms_provider_id", "id"),
        ("dispatch_coordinators", KeyKind.ID, "dispatch_coordinator_id", "id"),
        ("subscription_offerings", KeyKind.ID, "offering_id", "id"),
        ("tariffs.prices", KeyKind.TIMESTAMP, "", "started_at"),
        ("dispatcher_logs", KeyKind.TIMESTAMP, "", "logged_at"),
        ("incentive_schemes", KeyKind.ID, "", "id"),
    ],
)
def test_keys(description, name, kind, key, field):
    resource = description.model.resources_by_name[name]
    assert (resource.key_kind, resource.key, resource.key_field) == (kind, key, field)


SINGLETONS = {
    "root", "webhook_portal", "support_tickets.categories", "programs.participation_agreement_versions.current",
    "users.notification_preferences", "users.route_planner_preferences", "users.payout_method",
    "vehicles.connectors", "vehicles.state_of_charge", "vehicles.vpp_modes", "evses.vpp_modes", "evses.connectivity",
    "hem_systems.energy_stats", "hem_systems.live_power",
    *(f"charging_sub_sessions.{name}" for name in (
        "energy_usage", "flags", "debug_metadata", "schedules", "schedule_plans", "assessment")),
}  # fmt: skip


def test_singletons(description):
    assert {resource.name for resource in description.model.resources if resource.singleton} == SINGLETONS


def test_plain_responses_show_no_resource(description):
    plain = {
        operation.path
        for operation in description.model.operations
        if operation.role is Role.SINGLETON and not operation.resource
    }
    stats = {"sankey", "volume", "resolution", "status", "priority", "source", "top-categories"}
    checks = {"/evse_compatibility/check", "/vehicle_compatibility/check"}
    assert plain == checks | {f"/support-ticket-stats/{name}" for name in stats}


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("evses.status_logs", "evses"),
        ("programs.participation_agreement_versions.current", "programs.participation_agreement_versions"),
        ("support_tickets.categories", "support_tickets"),
        ("users.payout_method", "users"),
        ("evses", ""),
    ],
)
def test_parents(description, name, parent):
    assert description.model.resources_by_name[name].parent == parent


@pytest.mark.parametrize(
    ("key", "role", "effect", "resource"),
    [
        ("GET /evse_onboarding", Role.REDIRECT, Effect.NONE, ""),
        ("GET /inverter_onboarding", Role.REDIRECT, Effect.NONE, ""),
        ("GET /support_tickets/{support_ticket_id}/messages", Role.LIST, Effect.NONE, "support_tickets.messages"),
        ("GET /hem_systems/{hem_system_id}/energy_stats", Role.SINGLETON, Effect.NONE, "hem_systems.energy_stats"),
        ("POST /users", Role.CREATE, Effect.IRREVERSIBLE, "users"),
        ("POST /vehicles", Role.CREATE, Effect.WRITE, "vehicles"),
        ("POST /evse_waitlist", Role.CREATE, Effect.IRREVERSIBLE, "evse_waitlist"),
        ("POST /evse_onboarding/import", Role.ACTION, Effect.IRREVERSIBLE, "evses"),
        ("POST /region_groups:validate", Role.ACTION, Effect.NONE, "region_groups"),
        ("POST /rebate_evidence_files:start_upload", Role.ACTION, Effect.MONEY, "rebate_evidence_files"),
        ("POST /user_rebates/{user_rebate_id}:submit", Role.ACTION, Effect.MONEY, "user_rebates"),
        ("POST /evses/{evse_id}/reconnect", Role.ACTION, Effect.HARDWARE, "evses"),
        ("POST /vehicles/{vehicle_id}/disconnect", Role.ACTION, Effect.HARDWARE, "vehicles"),
        ("PATCH /vehicles/{vehicle_id}", Role.UPDATE, Effect.HARDWARE, "vehicles"),
        ("PATCH /users/{user_id}/payout_method", Role.UPDATE, Effect.MONEY, "users.payout_method"),
        ("DELETE /users/{user_id}/payout_method", Role.DELETE, Effect.MONEY, "users.payout_method"),
        ("DELETE /evses/{evse_id}", Role.DELETE, Effect.IRREVERSIBLE, "evses"),
        (
            "POST /dispatch_coordinators/{dispatch_coordinator_id}/dispatch_events",
            Role.CREATE,
            Effect.HARDWARE,
            "dispatch_coordinators.dispatch_events",
        ),
        (
            "POST /dispatch_coordinators/{dispatch_coordinator_id}/dispatch_events/{dispatch_event_id}/cancel",
            Role.ACTION,
            Effect.HARDWARE,
            "dispatch_coordinators.dispatch_events",
        ),
        ("POST /auth/password_reset", Role.ACTION, Effect.IRREVERSIBLE, ""),
    ],
)
def test_roles_and_effects(description, key, role, effect, resource):
    operation = description.model.operations_by_key[key]
    assert (operation.role, operation.effect, operation.resource) == (role, effect, resource)


ITEM, LIST, SINGLE, EXTERNAL = LinkKind.ITEM, LinkKind.LIST, LinkKind.SINGLETON, LinkKind.EXTERNAL


@pytest.mark.parametrize(
    ("resource", "path", "kind", "targets", "marks"),
    [
        ("evses", "url", ITEM, ("evses",), {"own"}),
        ("evses", "model", ITEM, ("evse_models",), {"expandable"}),
        ("evses", "latest_status_log", ITEM, ("evses.status_logs",), {"expandable", "nullable"}),
        ("evses", "charging_sub_sessions", LIST, ("charging_sub_sessions",), set()),
        ("vehicles", "trim", ITEM, ("vehicle_trims",), {"expandable"}),
        ("vehicle_makes", "models", LIST, ("vehicle_models",), set()),
        ("home_battery_makes", "models", LIST, ("home_battery_models",), set()),
        ("evse_models", "make", ITEM, ("evse_makes",), {"expandable"}),
        ("boundary_meter_models", "make", ITEM, ("boundary_meter_makes",), {"expandable"}),
        ("users", "default_location.tariff", ITEM, ("tariffs",), {"expandable", "nullable"}),
        ("users", "default_location.evse_site", ITEM, ("evse_sites",), {"expandable", "nullable"}),
        ("users", "vehicles", ITEM, ("vehicles",), {"many"}),
        ("users.route_planner_preferences", "preferred_vehicle", ITEM, ("vehicles",), {"nullable"}),
        ("charging_sessions", "sub_sessions", ITEM, ("charging_sub_sessions",), {"expandable", "many"}),
        ("charging_sub_sessions", "grid_feeds", ITEM, ("grid_feeds",), {"expandable", "many"}),
        ("charging_sub_sessions", "schedules", SINGLE, ("charging_sub_sessions.schedules",), {"expandable"}),
        ("charging_sub_sessions", "tariff", ITEM, ("tariffs",), {"expandable", "nullable"}),
        ("tariffs", "prices", LIST, ("tariffs.prices",), {"expandable", "nullable"}),
        ("tariffs", "scheduler_tariff", ITEM, ("tariffs",), {"expandable", "nullable"}),
        ("subscriptions", "offering", ITEM, ("subscription_offerings",), {"expandable", "nullable"}),
        ("region_groups", "regions", ITEM, ("regions",), {"many"}),
        ("region_groups", "regions_collection", LIST, ("regions",), set()),
        ("rebate_types", "required_evidence", ITEM, ("rebate_evidence_types",), {"expandable", "many"}),
        ("dispatch_coordinators", "dispatch_logs", LIST, ("dispatch_coordinators.dispatch_logs",), set()),
        ("programs.tiers", "logo_svg", EXTERNAL, (), {"nullable"}),
        ("programs", "external_url", EXTERNAL, (), set()),
        ("webhook_portal", "url", EXTERNAL, (), set()),
        ("rebate_evidence_types", "file.url", EXTERNAL, (), set()),
        ("inverters", "latest_status_log", ITEM, (), {"expandable", "nullable"}),
        ("vehicles.connectors", "url", SINGLE, ("vehicles.connectors",), {"own"}),
        ("root", "vehicle_makes", LIST, ("vehicle_makes",), set()),
    ],
)
def test_links(description, resource, path, kind, targets, marks):
    (link,) = [candidate for candidate in description.model.resources_by_name[resource].links if candidate.path == path]
    assert (link.kind, link.targets) == (kind, targets)
    assert {mark for mark in ("own", "many", "nullable", "expandable", "outside") if getattr(link, mark)} == marks


@pytest.mark.parametrize(
    ("key", "path", "kind", "targets"),
    [
        ("POST /vehicle_onboarding/complete", "vehicles[].url", ITEM, ("vehicles",)),
        ("POST /region_groups:validate", "regions[].existing_region", ITEM, ("regions",)),
        ("POST /evses/{evse_id}/reconnect", "url", EXTERNAL, ()),
        ("GET /evse_onboarding", "url", EXTERNAL, ()),
        ("POST /user_rebates", "url", ITEM, ("user_rebates",)),
    ],
)
def test_links_of_plain_responses(description, key, path, kind, targets):
    (link,) = [candidate for candidate in description.model.operations_by_key[key].links if candidate.path == path]
    assert (link.kind, link.targets) == (kind, targets)


def test_a_wrapped_list(description):
    operation = description.model.operations_by_key["GET /carbon_feeds/{carbon_feed_id}/carbon_intensities"]
    assert (operation.role, operation.items_at) == (Role.LIST, "carbon_intensities")
    assert operation.item_schema == "#/components/schemas/CarbonIntensity"
    assert {link.path: (link.kind, link.outside) for link in operation.links} == {
        "url": (LIST, True),
        "carbon_feed": (ITEM, True),
    }


@pytest.mark.parametrize(
    ("key", "path", "target", "schema", "many", "within"),
    [
        ("GET /evses", "model.make", "evse_makes", "EVSEMake", False, ""),
        ("GET /users", "default_location.tariff.supplier", "suppliers", "Supplier", False, ""),
        ("GET /charging_sessions", "sub_sessions", "charging_sub_sessions", "ChargingSubSession", True, ""),
        ("GET /tariffs/{tariff_id}", "prices", "tariffs.prices", "Price", True, ""),
        ("GET /user_rebates", "rebate_type.required_evidence", "rebate_evidence_types", "RebateEvidenceType", True, ""),
        ("GET /charging_sub_sessions", "vehicle.trim.model.make", "vehicle_makes", "VehicleMake", False, ""),
        (
            "GET /charging_sub_sessions/{charging_sub_session_id}/schedule_plans",
            "price_data",
            "",
            "Price",
            True,
            "schedule_plans[]",
        ),
        ("GET /inverters", "latest_status_log", "", "InverterStatusLog", False, ""),
    ],
)
def test_expansions(description, key, path, target, schema, many, within):
    (expansion,) = [
        candidate for candidate in description.model.operations_by_key[key].expansions if candidate.path == path
    ]
    assert expansion.resolvable
    assert (expansion.target, expansion.schema, expansion.many, expansion.within) == (
        target,
        f"#/components/schemas/{schema}",
        many,
        within,
    )


def test_expansions_that_the_provider_documents_in_vain(published_provider):
    dead_ends = {
        (operation.key, e.path)
        for operation in published_provider.model.operations
        for e in operation.expansions
        if not e.resolvable
    }
    assert dead_ends == {
        ("GET /tariffs", "prices"),
        ("GET /carbon_feeds/{carbon_feed_id}/carbon_intensities", "carbon_feed"),
        ("GET /charging_sub_sessions/{charging_sub_session_id}/energy_usage", "charging_sub_session"),
        ("GET /subscription_offerings/{offering_id}", "user"),
        ("GET /subscription_offerings/{offering_id}", "offering"),
        ("PATCH /user_rebates/{user_rebate_id}", "rebate_type"),
        ("PATCH /user_rebates/{user_rebate_id}", "rebate_type.required_evidence"),
    }


def test_every_bundled_expansion_resolves(bundled):
    assert [
        (operation.key, e.path)
        for operation in bundled.model.operations
        for e in operation.expansions
        if not e.resolvable
    ] == []


@pytest.mark.parametrize(
    ("key", "parameter", "operator", "field", "by_id_of"),
    [
        ("GET /vehicle_models", "make_id", Operator.EQ, "make", "vehicle_makes"),
        ("GET /vehicle_trims", "model_id", Operator.EQ, "model", "vehicle_models"),
        ("GET /tariffs", "supplier_id", Operator.EQ, "supplier", "suppliers"),
        ("GET /tariffs", "valid", Operator.EQ, "", ""),
        ("GET /tariffs", "include_optional", Operator.EQ, "", ""),
        ("GET /charging_sub_sessions", "evse_id", Operator.EQ, "evse", "evses"),
        ("GET /charging_sub_sessions", "is_finished", Operator.EQ, "", ""),
        ("GET /charging_sub_sessions", "end__lt", Operator.LT, "end", ""),
        ("GET /charging_sub_sessions", "user_id", Operator.EQ, "", ""),
        ("GET /regions", "region_group_id", Operator.EQ, "region_groups", "region_groups"),
        ("GET /regions", "name__in", Operator.IN, "name", ""),
        ("GET /regions", "contains", Operator.EQ, "", ""),
        ("GET /support_tickets", "user", Operator.EQ, "user", ""),
        ("GET /support_tickets", "user__isnull", Operator.ISNULL, "user", ""),
        ("GET /support_tickets", "created_at__range", Operator.RANGE, "created_at", ""),
        ("GET /support_tickets", "tags", Operator.EQ, "tags", ""),
        (
            "GET /dispatcher_logs",
            "charging_sub_session_id",
            Operator.EQ,
            "charging_sub_session",
            "charging_sub_sessions",
        ),
        ("GET /evses/{evse_id}/ocpp_logs", "error_code__in", Operator.IN, "response.error_code", ""),
        ("GET /evse_models", "available_for_user_id", Operator.EQ, "", ""),
        ("GET /solar_arrays", "vehicle_id", Operator.EQ, "", ""),
        (
            "GET /charging_sub_sessions/{charging_sub_session_id}/schedules",
            "started_at__gte",
            Operator.GTE,
            "schedules[].started_at",
            "",
        ),
    ],
)
def test_filters(description, key, parameter, operator, field, by_id_of):
    (query_filter,) = [
        candidate for candidate in description.model.operations_by_key[key].filters if candidate.parameter == parameter
    ]
    assert (query_filter.operator, query_filter.field, query_filter.by_id_of) == (operator, field, by_id_of)


def test_a_filter_whose_values_no_item_can_have_compares_nothing(provider):
    operation = provider.model.operations_by_key["GET /evses/{evse_id}/ocpp_logs"]
    (direction,) = [query_filter for query_filter in operation.filters if query_filter.parameter == "direction"]
    assert direction.field == ""
    assert f"{operation.key}: direction takes values that direction cannot have" in provider.model.notes


def test_parameters_that_select_nothing_are_no_filters(description):
    model = description.model
    for key in (
        "GET /hem_systems/{hem_system_id}/energy_stats",
        "GET /charging_sub_sessions/{charging_sub_session_id}/flags",
        "GET /solar_arrays/{solar_array_id}",
        "GET /support-ticket-stats/volume",
        "GET /vehicle_compatibility/check",
        "GET /evse_onboarding",
    ):
        assert model.operations_by_key[key].filters == ()
    assert model.operations_by_key["GET /dispatcher_logs"].filters[0].required


def test_ordering(description):
    orderings = {operation.key: operation.ordering for operation in description.model.operations if operation.ordering}
    assert set(orderings) == {"GET /vehicle_trims", "GET /vehicle_models", "GET /vehicle_makes"}
    assert all((value.fields, value.reversible) == (("name",), True) for value in orderings.values())


def test_pagination(description):
    model = description.model
    lists = [operation for operation in model.operations if operation.role is Role.LIST]
    schemes = {
        scheme: sum(1 for operation in lists if operation.pagination and operation.pagination.scheme is scheme)
        for scheme in Scheme
    }
    assert schemes == {Scheme.CURSOR: 37, Scheme.TIMESTAMP: 14, Scheme.PAGE: 5}
    assert {operation.key for operation in lists if operation.pagination is None} == {
        "GET /support_tickets/{support_ticket_id}/messages", "GET /programs/{program_id}/vehicle_compatibility",
        "GET /rebate_types", "GET /rebate_evidence_types", "GET /user_rebates", "GET /rebate_evidence_files",
        "GET /programs", "GET /incentive_schemes", "GET /evse_sites", "GET /dispatcher_logs",
    }  # fmt: skip
    unsized = {operation.key for operation in lists if operation.pagination and not operation.pagination.size}
    assert unsized == {"GET /cpms_providers"}
    sized = model.operations_by_key["GET /evses"].pagination
    assert sized
    assert (sized.default_size, sized.max_size, sized.page) == (25, 100, "")


def test_security(description):
    model = description.model
    assert model.operations_by_key["GET /tariffs/{tariff_id}/prices"].scopes == ("tariff:prices:read", "tariff:read")
    assert not model.operations_by_key["GET /programs"].is_secured
    assert model.operations_by_key["GET /notifications"].security == ((Security("oauth2"),),)
    assert model.operations_by_key["GET /timezones"].is_secured
    assert "carbon:read" in model.scopes


def test_the_user_header(description):
    model = description.model
    assert {operation.key for operation in model.operations if operation.user_required} == {
        "POST /vehicles",
        "GET /incentive_schemes",
    }
    assert {operation.user_header for operation in model.operations} == {"", "EvEnergy-User"}
    assert sum(1 for operation in model.operations if operation.user_header) == 46


def test_facts_of_the_whole_api(description):
    model = description.model
    assert model.version_header == "EvEnergy-Version"
    assert model.problem_base == "https://api.ev.energy/v2/problems/"
    assert model.base_path == "/v2"
    assert len(model.resources) == 90


def test_headers_given_twice_are_noted(provider):
    twice = [note for note in provider.model.notes if "given for the path too" in note]
    assert len(twice) == 4
    for key in ("GET /solar_forecasts", "PATCH /solar_arrays/{solar_array_id}"):
        headers = [
            parameter.name
            for parameter in provider.model.operations_by_key[key].parameters
            if parameter.name == "EvEnergy-Version"
        ]
        assert headers == ["EvEnergy-Version"]
