"""What the header of a certification says of it."""

from conformance.certify.digests import digest_json, digest_suite
from conformance.model import Certified
from tests.certify.conftest import QUICK
from tests.receivers.sample import Receiver


def test_the_header_names_what_is_certified(run_certification):
    summary = run_certification(Receiver().app, stimuli=QUICK[:1], subject="Acme receiver", version="1.4.2")
    certification = summary.started.certification
    assert (certification.kind, certification.subject, certification.version) == (
        Certified.WEBHOOKS,
        "Acme receiver",
        "1.4.2",
    )
    assert certification.profile == "standard"
    assert certification.suite_sha256 == digest_suite()


def test_without_a_name_the_address_is_one_and_its_query_stays_out(run_certification):
    summary = run_certification("http://127.0.0.1:9/webhook?key=private", stimuli=QUICK[:1])
    assert summary.started.certification.subject == "http://127.0.0.1:9/webhook"


def test_a_selection_is_no_profile(run_certification):
    certification = run_certification("http://127.0.0.1:9/", stimuli=QUICK[:1], select=("W01",)).started.certification
    assert (certification.profile, certification.whole) == ("a selection", False)


def test_digests_do_not_depend_on_the_order_of_members():
    assert digest_json({"a": 1, "b": 2}) == digest_json({"b": 2, "a": 1}) != digest_json({"a": 2, "b": 1})


def test_the_digest_of_the_suite_changes_with_any_file(monkeypatch, tmp_path):
    known = digest_suite()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/data.toml").write_text("a = 1")
    monkeypatch.setattr("conformance.certify.digests.files", lambda _: tmp_path)
    seen = {known, digest_suite()}
    (tmp_path / "deep/data.toml").write_text("a = 2")
    seen.add(digest_suite())
    (tmp_path / "deep/data.toml").rename(tmp_path / "data.toml")
    seen.add(digest_suite())
    assert len(seen) == 4
