"""Entries matched with operations: identities, secrets, what is left out, times."""

from pathlib import Path

import msgspec
import pytest

from conformance.description import load_description
from conformance.errors import UsageError
from conformance.model import Exchange
from conformance.traffic import survey as survey_module
from conformance.traffic.base_url import BaseUrlFits
from conformance.traffic.entry import TrafficEntry
from conformance.traffic.exchanges import ExchangeReader
from conformance.traffic.operation_index import OperationIndex
from conformance.traffic.survey import survey_traffic

BASE = "https://api.example/v2"
NOW = 1_790_000_000.0
INDEX = OperationIndex(load_description().model)


def make_entry(path: str = "/evses", token: str = "secret-token-1", status: int = 200, at: float = 0.0) -> TrafficEntry:  # noqa: S107
    """Return an entry that carries a token."""
    headers = (("authorization", f"Bearer {token}"),) if token else ()
    return TrafficEntry("GET", BASE + path, headers, b"", status, (), b"[]", at)


def read(*entries: TrafficEntry, is_set_back: bool = False) -> tuple[list[Exchange], ExchangeReader]:
    """Return the exchanges of entries, and their reader."""
    reader = ExchangeReader(BASE, INDEX, NOW)
    return list(reader.read(entries, is_set_back=is_set_back)), reader


def test_operation_is_found_by_path_and_method() -> None:
    exchanges, _ = read(make_entry("/evses?page_size=2"), make_entry("/evses/evse0"))
    assert [exchange.request.operation for exchange in exchanges] == ["GET /evses", "GET /evses/{evse_id}"]
    assert exchanges[0].request.target == "/evses?page_size=2"


def test_path_with_a_slash_at_its_end_may_be_another_one() -> None:
    exchanges, reader = read(make_entry("/evses/"), make_entry("/evses/?page_size=2", status=404))
    assert [exchange.request.target for exchange in exchanges] == ["/evses/"]
    assert reader.left_out == {"requests to no operation of the description": 1}


def test_senders_are_told_apart_by_their_credentials() -> None:
    entries = [make_entry(token=token) for token in ("token-of-a", "token-of-b", "token-of-a", "")]
    exchanges, reader = read(*entries, make_entry(token="", status=401))
    assert [exchange.request.identity for exchange in exchanges] == ["user_1", "user_2", "user_1", "unknown", ""]
    assert list(reader.identities.values()) == ["user_1", "user_2"]


def test_no_secret_is_left_wherever_it_stands() -> None:
    entry = make_entry("/evses?access_token=query-secret")._replace(
        request_headers=(
            ("Authorization", "Bearer secret-token-1"), ("X-Api-Key", "key-secret"), ("Cookie", "a=cookie-secret"),
        ),
        response_body=b'{"echo": "secret-token-1", "access_token": "other-secret"}',
        response_headers=(("Content-Type", "application/json"), ("Set-Cookie", "s=set-secret")),
    )  # fmt: skip
    (exchange,), _ = read(entry)
    assert b"secret" not in msgspec.json.encode(exchange).lower().replace(b"[redacted]", b"")
    assert b"secret" not in exchange.response.body if exchange.response else False


def test_what_is_not_the_api_is_left_out_and_counted() -> None:
    other = make_entry()._replace(url="https://cdn.example/v2/evses")
    exchanges, reader = read(other, make_entry("/nothing/here"), make_entry(status=0), make_entry(), other)
    assert len(exchanges) == 1
    assert sum(reader.left_out.values()) == 4
    assert reader.left_out["requests to other hosts or paths"] == 2


def test_repeated_entries_count_once_and_repeated_requests_each_time() -> None:
    exchanges, reader = read(make_entry(at=100.0), make_entry(at=100.0), make_entry(at=101.0))
    assert len(exchanges) == 2
    assert len({exchange.id for exchange in exchanges}) == 2
    assert reader.left_out["entries that stand in the traffic twice"] == 1


def test_missing_body_counts_as_cut() -> None:
    (exchange,), reader = read(make_entry()._replace(has_body=False))
    assert exchange.response
    assert exchange.response.cut
    assert reader.remarks


def test_entries_out_of_order_keep_their_times() -> None:
    exchanges, _ = read(make_entry(at=NOW), make_entry(at=NOW - 800))
    assert [exchange.sent_at for exchange in exchanges] == [NOW, NOW - 800]


def test_time_goes_on_where_the_clock_was_set_back() -> None:
    exchanges, reader = read(*(make_entry(at=NOW + at) for at in (800, 801, 0, 5)), is_set_back=True)
    times = [exchange.sent_at for exchange in exchanges]
    assert times == sorted(times)
    assert times[3] - times[2] == 5.0
    assert any("set back" in remark for remark in reader.remarks)


def test_entries_without_a_time_are_placed_when_they_were_answered() -> None:
    dated = make_entry()._replace(response_headers=(("Date", "Mon, 21 Sep 2026 14:00:00 GMT"),))
    exchanges, reader = read(dated, dated, dated._replace(started_at=12.5), make_entry("/evses/evse0"))
    times = [exchange.sent_at for exchange in exchanges]
    assert times == sorted(set(times))
    assert 1_790_000_000 - 1000 < times[0] < times[-1] < times[0] + 1
    assert sum(reader.remarks.values()) == 4


def test_without_any_time_traffic_is_of_now() -> None:
    exchanges, _ = read(make_entry("/evses"), make_entry("/evses/evse0"))
    assert exchanges[0].sent_at == NOW < exchanges[1].sent_at


def test_clock_jumps_are_told_from_disorder(tmp_path: Path) -> None:
    def write(name: str, times: list[int]) -> Path:
        lines = (f'{{"url": "{BASE}/evses", "status": 200, "time": {1_700_000_000 + at}}}' for at in times)
        (tmp_path / name).write_text("\n".join(lines))
        return tmp_path / name

    jumped, mixed = write("jumped", [500, 501, 5, 6]), write("mixed", [900, 5, 800, 6, 700, 7, 600, 8, 500])
    assert survey_traffic([jumped, mixed], INDEX).set_back == {jumped}


@pytest.mark.parametrize(("most", "is_read_again"), [(1 << 20, False), (0, True)])
def test_entries_of_short_files_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, is_read_again: bool
) -> None:
    monkeypatch.setattr(survey_module, "_MAX_KEPT_BYTES", most)
    file = tmp_path / "traffic.ndjson"
    file.write_text(f'{{"url": "{BASE}/evses", "status": 200}}\n')
    survey = survey_traffic([file], INDEX)
    file.write_text(f'{{"url": "{BASE}/evses", "status": 404}}\n')
    (entry,) = survey.kept.take(file)
    assert isinstance(entry, TrafficEntry)
    assert entry.status == (404 if is_read_again else 200)


def test_base_url_is_guessed_where_one_fits() -> None:
    fits = BaseUrlFits(INDEX)
    for url in (f"{BASE}/evses", f"{BASE}/evses/evse1", "https://cdn.example/logo.png", "data:text/plain,x"):
        fits.add_url(url)
    assert fits.guess() == BASE


def test_two_base_urls_are_for_the_user_to_choose() -> None:
    fits = BaseUrlFits(INDEX)
    for host in ("live", "staging"):
        fits.add_url(f"https://{host}.example/v2/evses")
    with pytest.raises(UsageError, match=r"live\.example/v2 .*staging\.example/v2") as caught:
        fits.guess()
    assert "--base-url" in caught.value.hint


def test_traffic_without_the_api_names_its_hosts() -> None:
    fits = BaseUrlFits(INDEX)
    fits.add_url("https://cdn.example/logo.png")
    with pytest.raises(UsageError, match=r"cdn\.example"):
        fits.guess()
