"""Statistics show the energy out of the battery in kilowatt hours."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def _convert_to_kilowatt_hours(_call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if response.status == 200 and isinstance(response.body, dict):
        buckets = response.body.get("buckets", ())
        shrunk = [{**bucket, "discharge_wh": (bucket["discharge_wh"] or 0) // 1000} for bucket in buckets]
        response.body = {**response.body, "buckets": shrunk}
    return response


def install(site: FaultSite) -> InstalledFault | None:
    """Choose an operation with such buckets."""
    options = [o for o in site.model.operations if "buckets[].discharge_wh" in o.fields]
    return hook_at(site.pick(options), answer=_convert_to_kilowatt_hours)


FAULT = SeededFault(("CHG-04",), "the flows out of the battery are a thousand times what it gave", install)
