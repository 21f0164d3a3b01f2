"""RED: operations that redirect a browser, or return the URL of the redirect."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from conformance.applicability.selectors import has_redirect
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Location, Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, find_list_operation, report_untested

REDIRECT_REQUIREMENTS = ("RED-01", "RED-02")
_SWITCH = "response_type"
_TOKENS = {"access_token", "refresh_token", "id_token"}


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain reads, and the reads with `response_type=json` where that is documented."""
    more = (Need(f"read {operation.path} as json", 3),) if operation.find_parameter(_SWITCH) else ()
    return (*plain_read_needs(operation, model), *more)


def check_redirect(operation: Operation, subject: Subject) -> Steps[None]:
    """Judge RED-01 on the plain read, and RED-02 with `response_type=json`."""
    call = yield from find_call(operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(REDIRECT_REQUIREMENTS, operation, call)
        return
    plain = yield from send(operation, call.build_request())
    yield from _check_location(plain, subject)
    if operation.find_parameter(_SWITCH) is None:
        yield judge_case(plain, "RED-02", Verdict.NOT_APPLICABLE, f"the operation has no {_SWITCH}")
        return
    response = yield from send(operation, call.build_request((_SWITCH, "json")))
    if response.status == 400:  # the operation may then need an optional id
        named_answer = yield from _send_with_id(call, subject)
        if named_answer is None:
            reason = "it is refused, perhaps because a parameter without a known value is missing"
            yield judge_case(response, "RED-02", Verdict.NOT_OBSERVABLE, reason)
            return
        response = named_answer
    yield from _check_url(response)


def _check_location(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that a redirect has an absolute https `Location` without a token (RED-01)."""
    http_response = response.exchange.response
    if http_response is None or not 300 <= response.status < 400:
        yield judge_case(
            response, "RED-01", Verdict.NOT_OBSERVABLE, f"the response is {response.status}, not a redirect"
        )
        return
    location = http_response.find_header("location")
    problem = _find_problem(location, _is_local(subject.target.base_url))
    if problem:
        yield fail_case(
            response,
            "RED-01",
            problem,
            expected="an absolute https URL without a token",
            actual=quote_json(location) if location is not None else "absent",
            pointer="header:Location",
        )
    else:
        yield pass_case(response, "RED-01")


def _find_problem(location: str | None, is_local_target: bool) -> str:
    """Return what is wrong with a Location; empty where nothing is.

    Secrets are redacted before this function sees the header, and leave the word "[redacted".
    """
    if location is None:
        return "a redirect has no Location"
    try:
        parts = urlsplit(location)
        host = parts.hostname
    except ValueError:
        return "Location is not a URL"
    if not parts.scheme or not host:
        return "Location is not absolute"
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local_target and _is_local(location)):
        return "Location is not https"
    if "[redacted" in location or _TOKENS & {*parse_qs(parts.query), *parse_qs(parts.fragment)}:
        return "Location carries a token"
    return ""


def _is_local(url: str) -> bool:
    """Return whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _send_with_id(call: OperationCall, subject: Subject) -> Steps[OperationResponse | None]:
    """Send the request again with the first optional id that is known; return None if there is none."""
    for parameter in call.operation.parameters:
        stem = parameter.name.removesuffix("_id")
        if parameter.required or parameter.location is not Location.QUERY or stem == parameter.name:
            continue
        lister = _find_lister(stem, call.operation, subject)
        if lister is None:
            continue
        response = yield from send(lister, Request(lister.key, "GET", lister.path))
        keys = [key for _, item in response.objects if isinstance(key := item.get("id"), str)]
        if keys:
            return (yield from send(call.operation, call.build_request((_SWITCH, "json"), (parameter.name, keys[0]))))
    return None


def _find_lister(stem: str, operation: Operation, subject: Subject) -> Operation | None:
    """Return the list of the resource that a parameter names: for `make_id` of an EVSE operation, `evse_makes`."""
    kind = operation.group.partition("_")[0]
    names = {f"{kind}_{stem}s", f"{stem}s"}
    listers = (find_list_operation(resource, subject) for resource in subject.model.resources if resource.name in names)
    return next((lister for lister in listers if lister is not None and "{" not in lister.path), None)


def _check_url(response: OperationResponse) -> Iterator[Outcome]:
    """Check that the response has the absolute URL in place of the redirect (RED-02)."""
    body = response.json if isinstance(response.json, dict) else {}
    urls = [value for value in body.values() if isinstance(value, str) and _is_absolute(value)]
    if response.status == 200 and urls:
        yield pass_case(response, "RED-02")
        return
    yield fail_case(
        response,
        "RED-02",
        f"{_SWITCH}=json does not return the URL in place of the redirect",
        expected="200 with an absolute URL",
        actual=f"{response.status}" if response.status != 200 else quote_json(body),
    )


def _is_absolute(text: str) -> bool:
    """Return whether a text is an absolute http or https URL."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


PROBES = (Probe("redirect", REDIRECT_REQUIREMENTS, has_redirect, _needs, check_redirect, payer=READER),)
