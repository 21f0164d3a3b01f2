"""Values that the schema of a parameter allows, where none of the target is needed. Pure."""

from datetime import datetime, timedelta

from conformance.model import Parameter


def choose_plain_value(parameter: Parameter, today: datetime) -> str | None:
    """Return a value that the schema of a parameter allows, by its name and type; None where there is none.

    Times are midnights: today's where the name says that the parameter ends a period, else yesterday's.
    """
    schema, name = parameter.schema, parameter.name
    kind, form = schema.get("type"), schema.get("format")
    if form in {"date-time", "date"}:
        moment = today - timedelta(days=0 if "end" in name or name.endswith(("lte", "lt")) else 1)
        return moment.date().isoformat() if form == "date" else moment.isoformat().replace("+00:00", "Z")
    if kind in {"integer", "number"}:
        return str(schema.get("minimum", 1))
    if kind == "boolean":
        return "true"
    if form == "uri":
        return "https://example.com/callback"
    return None
