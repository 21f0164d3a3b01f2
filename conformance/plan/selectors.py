"""Selectors that need to know checks and probes; all others are in `conformance.applicability.selectors`."""

from types import MappingProxyType

from conformance.applicability import selectors
from conformance.applicability.selectors import Selector, is_creation, is_update
from conformance.checks.charging import find_bound_names, find_rules
from conformance.model import Operation, ResourceModel, Role
from conformance.probes.authorization.foreign_references import is_referring_write
from conformance.probes.authorization.foreign_refusals import is_personal_item
from conformance.probes.authorization.foreign_user_header import is_user_scoped_read
from conformance.probes.filters.documented_words import is_worded
from conformance.probes.filters.halves import has_switches, has_text_filter
from conformance.probes.paths.method_overrides import is_scoped_create
from conformance.probes.paths.paths_below_resources import has_nothing_below
from conformance.probes.paths.unauthorized_access import is_secured_read
from conformance.probes.stated_rules.machines import is_state_action
from conformance.probes.stated_rules.selection import has_rules
from conformance.probes.writes.reads_of_actions import is_action_without_reads


def _group_fields(operation: Operation) -> tuple[frozenset[str], ...]:
    """Return the names of the properties of each object that an operation can show, expansions left out."""
    objects: dict[str, set[str]] = {}
    for field in operation.fields:
        head, _, name = field.rpartition(".")
        objects.setdefault(head, set()).add(name.removesuffix("[]"))
    return tuple(map(frozenset, objects.values()))


def _is_bound_by(requirement: str) -> Selector:
    """Return the selector of reads that show an object which a rule of a charging requirement binds."""

    def is_bound(operation: Operation, _model: ResourceModel) -> bool:
        return operation.method == "GET" and any(
            rule.requirement == requirement for names in _group_fields(operation) for rule in find_rules(names)
        )

    return is_bound


def _has_bounds(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and any(find_bound_names(tuple(sorted(n))) for n in _group_fields(operation))


def _select_by_properties(*shapes: frozenset[str]) -> Selector:
    """Return the selector of reads that show an object with all properties of one of the shapes."""
    return lambda o, m: o.method == "GET" and any(shape <= names for names in _group_fields(o) for shape in shapes)


def _select_by_property(*names: str) -> Selector:
    """Return the selector of reads of resources that show one of these properties."""
    return _select_by_properties(*(frozenset({name, "url"}) for name in names))


def _has_series(operation: Operation, model: ResourceModel) -> bool:
    """Return whether an operation reads intervals: with a begin and a length, or with a begin and an end."""
    shapes = ({"started_at", "interval_seconds"}, {"period_start", "period_end"})
    return operation.role in {Role.LIST, Role.SINGLETON} and any(
        shape <= names for names in _group_fields(operation) for shape in shapes
    )


def _shows_current_version(operation: Operation, _model: ResourceModel) -> bool:
    """Return whether an operation reads the version in force of something that is published in numbered versions."""
    is_current = operation.role is Role.SINGLETON and operation.path.endswith("/current")
    return is_current and {"published", "version_number"} <= set(operation.fields)


SELECTORS: MappingProxyType[str, Selector] = MappingProxyType(
    {
        **selectors.SELECTORS,
        "worded": is_worded,
        "switched": has_switches,
        "text-filtered": has_text_filter,
        "changing": lambda o, m: is_creation(o, m) or is_update(o, m),
        "state-actions": is_state_action,
        "ruled-bodies": has_rules("RUL-01"),
        "ruled-queries": has_rules("RUL-02"),
        "ruled-fallbacks": has_rules("RUL-03"),
        "ruled-no-ops": has_rules("RUL-04"),
        "ruled-effects": has_rules("RUL-05"),
        "ruled-limits": has_rules("RUL-06"),
        "ruled-conflicts": has_rules("RUL-07"),
        "secured-reads": is_secured_read,
        "scoped-creates": is_scoped_create,
        "nothing-below": has_nothing_below,
        "actions-without-reads": is_action_without_reads,
        "referring-writes": is_referring_write,
        "user-scoped-reads": is_user_scoped_read,
        "personal-items": is_personal_item,
        "link-lists": lambda o, m: o.method == "GET" and any(link.many for link in o.links),
        "plug-states": _is_bound_by("CHG-01"),
        "derived-states": _is_bound_by("CHG-02"),
        "parts": _is_bound_by("CHG-03"),
        "flows": _is_bound_by("CHG-04"),
        "rates": _is_bound_by("CHG-05"),
        "bounds": _has_bounds,
        "series": _has_series,
        "sessions": _select_by_properties(frozenset({"sub_sessions", "start"})),
        "energy": _select_by_properties(
            frozenset({"energy_delivered_watt_hours", "end"}), frozenset({"intervals", "charging_sub_session"})
        ),
        "counters": _select_by_property("odometer_meters", "meter_reading_watt_hours"),
        "ending": _select_by_properties(frozenset({"start", "end", "url"})),
        "latest-logs": _select_by_property("latest_status_log"),
        "current-versions": _shows_current_version,
        "updated": _select_by_property("updated_at", "last_updated_at", "ticket_updated_at"),
        "timed": _select_by_property("created_at", "joined_at", "start", "sampled_at", "logged_at", "started_at"),
    }
)
