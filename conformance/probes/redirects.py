"""RED: operations that send a browser elsewhere, or say where."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from conformance.answers import Answer
from conformance.judging import observed, passed, quote, violated
from conformance.model import Location, Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.arguments import Call, Missing, call_of, list_of, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.reading import plain_read
from conformance.subject import Subject

ALL = ("RED-01", "RED-02")
_SWITCH = "response_type"
_TOKENS = {"access_token", "refresh_token", "id_token"}


def _redirects(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and any(each.status.startswith("3") for each in operation.responses)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    more = (Need(f"read {operation.path} as json", 3),) if operation.parameter(_SWITCH) else ()
    return (*plain_read(operation, model), *more)


def elsewhere(operation: Operation, subject: Subject) -> Steps[None]:
    """RED-01 on the plain read; RED-02 with `response_type=json`."""
    call = yield from call_of(operation, subject)
    if isinstance(call, Missing):
        yield from untested(ALL, operation, call)
        return
    plain = yield from ask(operation, call.request())
    yield from _location(plain, subject)
    if operation.parameter(_SWITCH) is None:
        yield observed(plain, "RED-02", Verdict.NOT_APPLICABLE, f"the operation has no {_SWITCH}")
        return
    answer = yield from ask(operation, call.request((_SWITCH, "json")))
    if answer.status == 400:  # what is to be connected may have to be named then
        named = yield from _named(call, subject)
        if named is None:
            reason = "it is refused, perhaps for want of a parameter that no value is known for"
            yield observed(answer, "RED-02", Verdict.NOT_OBSERVABLE, reason)
            return
        answer = named
    yield from _told(answer)


def _location(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    response = answer.exchange.response
    if response is None or not 300 <= answer.status < 400:
        yield observed(answer, "RED-01", Verdict.NOT_OBSERVABLE, f"it answers {answer.status}, no redirect")
        return
    location = response.header("location")
    complaint = _complaint(location, _local(subject.target.base_url))
    if complaint:
        yield violated(
            answer,
            "RED-01",
            complaint,
            expected="an absolute https URL without a token",
            actual=quote(location) if location is not None else "absent",
            pointer="header:Location",
        )
    else:
        yield passed(answer, "RED-01")


def _complaint(location: str | None, local: bool) -> str:
    """What is wrong with a Location; secrets in it are redacted before anybody sees it, and leave that word."""
    if location is None:
        return "a redirect says nowhere where to"
    try:
        parts = urlsplit(location)
        host = parts.hostname
    except ValueError:
        return "Location is no URL"
    if not parts.scheme or not host:
        return "Location is not absolute"
    if parts.scheme != "https" and not (parts.scheme == "http" and local and _local(location)):
        return "Location is not https"
    if "[redacted" in location or _TOKENS & {*parse_qs(parts.query), *parse_qs(parts.fragment)}:
        return "Location carries a token"
    return ""


def _local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _named(call: Call, subject: Subject) -> Steps[Answer | None]:
    """The same with the first optional id that the target knows a value for; None where it knows none."""
    for parameter in call.operation.parameters:
        stem = parameter.name.removesuffix("_id")
        if parameter.required or parameter.location is not Location.QUERY or stem == parameter.name:
            continue
        lister = _lister(stem, call.operation, subject)
        if lister is None:
            continue
        answer = yield from ask(lister, Request(lister.key, "GET", lister.path))
        keys = [key for _, item in answer.objects if isinstance(key := item.get("id"), str)]
        if keys:
            return (yield from ask(call.operation, call.request((_SWITCH, "json"), (parameter.name, keys[0]))))
    return None


def _lister(stem: str, operation: Operation, subject: Subject) -> Operation | None:
    """The list of what a parameter like `make_id` names: `evse_makes` for an operation of EVSEs."""
    kind = operation.group.partition("_")[0]
    names = {f"{kind}_{stem}s", f"{stem}s"}
    found = (list_of(each, subject) for each in subject.model.resources if each.name in names)
    return next((each for each in found if each is not None and "{" not in each.path), None)


def _told(answer: Answer) -> Iterator[Outcome]:
    body = answer.json if isinstance(answer.json, dict) else {}
    urls = [value for value in body.values() if isinstance(value, str) and _absolute(value)]
    if answer.status == 200 and urls:
        yield passed(answer, "RED-02")
        return
    yield violated(
        answer,
        "RED-02",
        f"{_SWITCH}=json does not give the URL in place of the redirect",
        expected="200 with an absolute URL",
        actual=f"{answer.status}" if answer.status != 200 else quote(body),
    )


def _absolute(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


PROBES = (Probe("redirect", ALL, _redirects, _needs, elsewhere),)
