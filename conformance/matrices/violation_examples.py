"""Examples of violations, made by running the suite against servers with one seeded fault."""

from urllib.parse import urlsplit

from conformance.matrices.fault_findings import find_fault_findings
from conformance.model import Exchange
from reports import Finding, Summary
from specs.violations import ViolationExample

NOW = "2026-11-02T09:00:00Z"  # when the servers start, so that the same fault gives the same example
ORIGIN = "https://api.example"  # instead of the address of the server, which has another port each time
MAX_REQUESTS = 4
MAX_TEXT = 300  # characters of a value
MAX_BODY = 120  # characters of the body of a request


def build_examples(fault: str, *, is_quick: bool = True) -> dict[str, ViolationExample]:
    """Return an example for each requirement that a run finds violated on a server with this fault.

    `is_quick` selects the operations near the fault alone.
    """
    seen = find_fault_findings(fault, description=None, now=NOW, is_quick=is_quick)
    return {finding.requirement: _describe(fault, finding, seen.summary) for finding in seen.findings} if seen else {}


def _describe(fault: str, finding: Finding, summary: Summary) -> ViolationExample:
    address = urlsplit(summary.started.target.base_url) if summary.started else urlsplit(ORIGIN)

    def clean(text: str) -> str:
        return _shorten(text.replace(f"{address.scheme}://{address.netloc}", ORIGIN), MAX_TEXT)

    exchanges = [summary.exchanges_by_id.get(key) for key in finding.exchanges[: finding.rests_on or 1]]
    shown = [_describe_exchange(exchange) for exchange in exchanges if exchange is not None]
    return ViolationExample(
        fault=fault,
        verdict=finding.verdict.value,
        operation=finding.operation,
        message=clean(finding.message),
        requests=tuple(clean(text) for text in shown[:MAX_REQUESTS]),
        pointer=clean(finding.pointer),
        expected=clean(finding.expected),
        actual=clean(finding.actual),
    )


def _describe_exchange(exchange: Exchange) -> str:
    """Return a request and the status of its response in one line: `GET /evses?page_size=3 as full: 200`."""
    request = exchange.request
    body = f" {_shorten(request.body.decode('utf-8', 'replace'), MAX_BODY)}" if request.body else ""
    who = f"as {request.identity}" if request.identity else "without a token"
    return f"{request.method} {request.target}{body} {who}: {exchange.status or exchange.failure}"


def _shorten(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[:size]}…"
