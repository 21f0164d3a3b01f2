"""LNK-01 and IDS-04 say in words which other host links lead to."""

import msgspec
import pytest

from conformance.evidence.link_origins import find_common_origin, find_foreign_origin

BASE = "http://127.0.0.1:4010/v2"
OTHER = "https://api.ev.energy"


@pytest.mark.parametrize(
    ("url", "origin"),
    {
        f"{OTHER}/v2/users/1": OTHER,
        f"{BASE}/users/1": "",
        "http://127.0.0.1:4010/v1/users/1": "",
        "HTTP://127.0.0.1:4010/v2": "",
        "http://127.0.0.1:1/v2": "http://127.0.0.1:1",
        "/v2/users/1": "",
        "http://[": "",
    }.items(),
)
def test_an_origin_is_foreign_where_scheme_host_or_port_differ(url: str, origin: str) -> None:
    assert find_foreign_origin(BASE, url) == origin


@pytest.mark.parametrize(
    ("paths", "common"),
    [((f"{OTHER}/a", f"{OTHER}/b"), OTHER), ((f"{OTHER}/a", f"{BASE}/b"), ""), ((f"{OTHER}/a", "https://x.test"), "")],
)
def test_all_links_have_an_origin_in_common_or_not(subject, paths, common) -> None:
    at_base = msgspec.structs.replace(subject, target=msgspec.structs.replace(subject.target, base_url=BASE))
    assert find_common_origin(paths, at_base) == common
