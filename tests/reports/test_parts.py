import html
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reports
from conformance.model import Exchange, Level, Observed, Outcome, Request, Response, Verdict
from conformance.model.pointers import fold_indices
from reports import coverage, plots
from reports.excerpt import LineMark, build_excerpt
from reports.formats.json import as_json
from reports.groups import group_by_cause
from reports.model_diagram import LinkUse, draw_model
from reports.request_commands import write_curl, write_python
from reports.summary import Finding
from tests.reports.generator import FIELDS, Settings, events, model

EVENTS = events(Settings(exchanges=200))
SUMMARY = reports.fold(EVENTS)


PLAIN = Finding("f", "EXP-04", Level.MUST, Verdict.FAIL, "*", "", "differs", "", "", "", "", 1, ())


def finding(pointer="", expected="", actual="", **more):
    return msgspec.structs.replace(PLAIN, pointer=pointer, expected=expected, actual=actual, **more)


def answer(body):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange("x", Request("*", "GET", "/"), "http://h/", 0.0, Response(200, (), raw))


def marked(lines, mark):
    return [f"{line.before}{line.changed}{line.after}".strip() for line in lines if line.mark is mark]


def test_the_diff_stands_at_the_pointer_with_what_surrounds_it():
    body = [{"id": "a", "model": {"name": "one"}}, {"id": "b", "model": {"name": "two"}}]
    lines = build_excerpt(finding("/1/model/name", '"zwei"', '"two"'), answer(body))
    assert marked(lines, LineMark.ACTUAL) == ['"name": "two"']
    assert marked(lines, LineMark.EXPECTED) == ['"zwei"']
    assert '"id": "b",' in marked(lines, LineMark.CONTEXT)


def test_a_missing_member_is_shown_at_its_parent():
    lines = build_excerpt(finding("/0/title", "a string"), answer([{"status": 404}]))
    assert marked(lines, LineMark.ACTUAL) == ["{", '"status": 404', "}"]
    assert [line.before for line in lines[1:5]] == ["  {", '    "status": 404', '    "title": a string', "  }"]


def test_a_member_that_is_missing_deeper_is_expected_where_something_stands():
    lines = build_excerpt(finding("/0/a/b", "1"), answer([{"status": 404}]))
    assert marked(lines, LineMark.EXPECTED) == ["1"]
    assert lines[1].mark is LineMark.EXPECTED


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_leaves_expected_and_actual(body):
    lines = build_excerpt(finding("/a", "one 17", "one 71"), answer(body))
    assert [(line.before, line.changed, line.after) for line in lines] == [("one ", "17", ""), ("one ", "71", "")]


def test_a_pointer_into_a_header_compares_the_words():
    lines = build_excerpt(finding("header:EvEnergy-Version", "2", "1"), answer({"header:EvEnergy-Version": 1}))
    assert [line.mark for line in lines] == [LineMark.EXPECTED, LineMark.ACTUAL]


pointers = st.lists(st.sampled_from(["0", "12", "a", "7b", "~1"]), max_size=4).map(
    lambda parts: "".join(f"/{p}" for p in parts)
)


@given(pointers)
def test_folding_a_pointer_touches_indices_alone(pointer):
    assert fold_indices(pointer) == "".join("/*" if part.isdigit() else f"/{part}" for part in pointer.split("/")[1:])
    assert fold_indices(fold_indices(pointer)) == fold_indices(pointer)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_a_body_is_lay_out_as_json_would(value):
    from reports.excerpt import _lay_out

    lines = [text for _, text in _lay_out(json.dumps(value).encode())]
    assert json.loads("\n".join(lines)) == value


def test_findings_of_one_cause_stand_together_whatever_the_operation():
    groups = group_by_cause(
        [
            finding(message="GET 'a' gave 500", operation="a"),
            finding(message="GET 'b' gave 502", operation="b"),
            finding(message="no title", operation="c"),
            finding(message="no title", operation="d", cause="problem"),
        ]
    )
    operations = [[entry.operation for entry in group.findings] for group in groups]
    assert operations[0] == ["a", "b"]  # the most widespread first
    assert sorted(operations[1:]) == [["c"], ["d"]]


def test_groups_keep_every_finding():
    assert sorted(f.id for g in group_by_cause(SUMMARY.findings) for f in g.findings) == sorted(
        f.id for f in SUMMARY.findings
    )


def test_coverage_counts_what_was_sent_and_answered():
    covered = {used.key: used for used in SUMMARY.coverage}
    for key, item in covered.items():
        sent = [x for x in SUMMARY.exchanges if x.request.operation == key]
        assert item.requests == len(sent)
        assert sum(seen.times for seen in item.statuses) == sum(x.response is not None for x in sent)
        paged = sum("page_size" in x.url for x in sent)
        assert next(seen.times for seen in item.parameters if seen.name == "page_size") == paged
    assert any(not seen.documented for value in covered.values() for seen in value.statuses)  # the 500s


def test_fields_are_counted_against_what_is_documented():
    covered = {used.key: used for used in SUMMARY.coverage}
    for key, prefix in (("GET /evses/{evse_id}", ""), ("GET /evses", "[].")):
        each = covered[key]
        bodies = {x.response.body for x in SUMMARY.exchanges if x.request.operation == key and x.status == 200}
        assert {seen.name: seen.times for seen in each.fields} == {
            **{prefix + name: len(bodies) for name in FIELDS},
            f"{prefix}never_shown": 0,
        }
        assert each.list_unseen("fields") == (f"{prefix}never_shown",)
        assert (each.total("fields").used, each.total("fields").offered) == (len(FIELDS), len(FIELDS) + 1)
        assert f"{prefix}model" in each.beyond


def test_the_smallest_case_has_its_own_place():
    small, large, *_ = sorted(SUMMARY.exchanges, key=lambda x: len(x.request.target))[::40]
    lines = (large.id,)
    outcome = Outcome("EXP-04", "GET /x", Verdict.FAIL, "it fails", exchanges=lines, smallest=small.id)
    more = [Observed(outcome), Observed(msgspec.structs.replace(outcome, smallest=large.id, times=2))]
    lost = Observed(msgspec.structs.replace(outcome, smallest="not on record", times=3))
    summary = reports.fold([*EVENTS, *more, lost])
    (finding,) = summary.findings_by_case[outcome.case]
    assert (finding.exchanges, finding.smallest) == (lines, small.id)
    assert summary.simplest_exchange(finding) == small
    (actual,) = [entry for entry in as_json(summary)["findings"] if entry["id"] == finding.id]
    assert (actual["smallest"], actual["curl"]) == (small.id, write_curl(small))
    page = html.unescape(reports.FORMATS["html"].render(summary)["report.html"].decode())
    shown = page[page.index(f'id="{finding.id}"') :]
    shown = shown[: shown.index("</article>")]
    assert shown.index("The smallest request that shows it") < shown.index(write_curl(small))
    assert write_python(small) in shown
    assert write_curl(large) not in shown  # its exchange has it
    alone = reports.fold(
        [*EVENTS, Observed(msgspec.structs.replace(outcome, exchanges=(small.id,), smallest=large.id))]
    )
    assert alone.findings_by_case[outcome.case][0].smallest == ""  # what tells it is smaller
    assert f'data-exchange="{small.id}"' in shown


def test_the_summary_counts_coverage_as_the_page_does():
    actual = as_json(SUMMARY)["coverage"]
    covered = SUMMARY.coverage
    assert actual["totals"] == {
        t.name: {"seen": t.used, "documented": t.offered} for t in coverage.sum_coverage(covered)
    }
    for kind in ("statuses", "parameters", "expansions", "fields"):
        each = [operation[kind] for operation in actual["operations"].values()]
        assert sum(x["seen"] for x in each) == actual["totals"][kind]["seen"]
        assert all(x["documented"] - x["seen"] == len(x["unseen"]) for x in each)
    assert len(actual["operations"]) == len(SUMMARY.model.operations)


def test_an_expansion_counts_as_walked_only_when_it_succeeded():
    covered = SUMMARY.coverage
    for used in covered:
        for seen in used.expansions:
            fine = [x for x in SUMMARY.exchanges if x.request.operation == used.key and 200 <= x.status < 300]
            assert seen.times == sum(f"expand={seen.name}" in x.url for x in fine)


def test_totals_never_exceed_what_is_offered():
    for total in coverage.sum_coverage(SUMMARY.coverage):
        assert 0 < total.used <= total.offered


def test_the_curves_end_at_what_was_sent():
    spending = plots.plot_spending(SUMMARY, plots.collect_times(SUMMARY))
    assert {curve.identity: curve.total for curve in spending.curves} == {
        name or "anonymous": count for name, count in SUMMARY.requests.items()
    }
    assert all(plots.LEFT <= curve.x <= plots.WIDTH - plots.RIGHT for curve in spending.curves)
    assert spending.allowance == 1000


def test_latencies_are_ordered_and_stay_on_the_axis():
    actual = plots.measure_latencies(plots.collect_times(SUMMARY))
    assert [item.p95 for item in actual] == sorted((item.p95 for item in actual), reverse=True)
    for item in actual:
        assert 0 <= item.x50 <= item.x95 <= item.x100 <= 100.01
        assert item.p50 <= item.p95 <= item.slowest


@given(st.floats(0.0001, 1e7))
def test_axes_have_a_few_round_marks(top):
    marks = plots._list_round_values(top)
    assert 1 <= len(marks) <= 7
    assert marks[0] == 0
    assert marks[-1] <= top * 1.0001


def test_the_picture_has_every_resource_and_every_link():
    drawn = draw_model(model(), SUMMARY.coverage)
    assert {node.name for node in drawn.nodes} == {resource.name for resource in model().resources}
    links = {(r.name, target) for r in model().resources for link in r.links for target in link.targets}
    assert {(arc.source, arc.target) for arc in drawn.arcs} == links
    assert {arc.use for arc in drawn.arcs} <= {LinkUse.WALKED, LinkUse.OPEN}


def test_nothing_recorded_draws_nothing():
    empty = reports.fold([])
    assert plots.plot_spending(empty, plots.collect_times(empty)) is None
    assert plots.measure_latencies(plots.collect_times(empty)) == ()
    assert empty.coverage == ()
