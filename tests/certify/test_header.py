"""What the header of a certification says of it."""

from importlib.resources import files

from conformance.certify.digests import digest_folders, digest_json, digest_suite
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


def test_a_digest_of_folders_changes_with_any_file(tmp_path):
    def digest() -> str:
        return digest_folders({"package": tmp_path})

    seen = {digest()}
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/data.toml").write_text("a = 1")
    seen.add(digest())
    (tmp_path / "deep/data.toml").write_text("a = 2")
    seen.add(digest())
    (tmp_path / "deep/data.toml").rename(tmp_path / "data.toml")
    seen.add(digest())
    assert len(seen) == 4


def test_a_digest_of_folders_leaves_out_compiled_files(tmp_path):
    (tmp_path / "code.py").write_text("a = 1")
    known = digest_folders({"package": tmp_path})
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/code.cpython-311.pyc").write_bytes(b"1")
    (tmp_path / "code.pyc").write_bytes(b"1")
    assert digest_folders({"package": tmp_path}) == known


def test_the_digest_of_the_suite_covers_all_its_packages():
    packages = ("conformance", "reports", "specs", "strategies")
    assert digest_suite() == digest_folders({name: files(name) for name in packages})
