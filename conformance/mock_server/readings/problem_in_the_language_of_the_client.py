"""Title and detail of a problem are in the language that the client prefers."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse

_TITLES = {400: "Ungültige Anfrage", 401: "Nicht angemeldet", 403: "Verboten", 404: "Nicht gefunden"}


def _translate_problem(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status < 400 or not isinstance(response.body, dict) or "title" not in response.body:
        return response
    response.headers["Vary"] = "Accept-Language"
    if call is not None and call.headers.get("accept-language", "").lower().startswith("de"):
        response.headers["Content-Language"] = "de"
        response.body = {**response.body, "title": _TITLES.get(response.status, "Fehler"), "detail": "Siehe Titel."}
    return response


READING = AdmissibleReading(
    "problems", "RFC 9457, section 3.1.4: a title may be localized, by Accept-Language",
    read_by_hooks(answer=_translate_problem), slots=("problem text",),
)  # fmt: skip
