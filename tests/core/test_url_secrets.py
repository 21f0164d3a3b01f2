"""URLs and command lines are shown without what is often secret in them."""

import pytest

from conformance.tools.url_secrets import describe_command, find_url_secrets, hide_url_secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/v2", "https://host/v2"),
        ("https://me:pass@host/v2", "https://…@host/v2"),
        ("https://host/hook?key=abc&v=1", "https://host/hook?key=…&v=…"),
        ("https://host/hook?token", "https://host/hook?…"),
        ("https://host/hook#token=1", "https://host/hook#…"),
        ("https://host/hook?a=b#c", "https://host/hook?a=…#…"),
        ("https://u:p%40x@host:8443/?a=1;b=2", "https://…@host:8443/?a=…;b=…"),
        ("https://host/?next=https://u:p@other/?key=1", "https://host/?next=…"),
    ],
)
def test_a_url_is_shown_without_user_and_values(url, shown):
    assert hide_url_secrets(url) == shown


def test_a_command_is_shown_without_secrets_in_its_arguments():
    command = describe_command(
        "evconform", ["certify", "--endpoint=https://h/x?key=abc", "--secret", "whsec_abc", "--out", "a b"]
    )
    assert command == "evconform certify '--endpoint=https://h/x?key=…' --secret whsec_… --out 'a b'"


def test_what_may_be_secret_in_a_url_is_found():
    found = find_url_secrets("https://me:pa55word@host/?key=abc%20d&v=", "endpoint")
    assert found == {
        "endpoint.password": "pa55word",
        "endpoint.query": "key=abc%20d&v=",
        "endpoint.key": "abc d",
    }
    assert find_url_secrets("https://host/", "endpoint") == {}
