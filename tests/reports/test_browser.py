import re

import pytest

import reports
from tests.reports.generator import Settings, events, summary

RUN = Settings(exchanges=150, undecided=1)
LARGE = Settings(exchanges=20_000, page=6)
HOSTILE_RUN = Settings(exchanges=150, hostile=True)
GRAMMAR = [
    # source, the row, whether it fits
    ("level:must", {"level": "MUST"}, True),
    ("level:must", {"level": "SHOULD"}, False),
    ("level:must,should", {"level": "SHOULD"}, True),
    ("status:!pass", {"status": "PASS"}, False),
    ("status:!pass", {"status": "FAIL"}, True),
    ("status:not-tested", {"status": "NOT_TESTED"}, True),
    ("status:fail status:warn", {"status": "WARN"}, True),
    ("req:EXP-04", {"req": "EXP-04"}, True),
    ("req:exp", {"req": "EXP-04"}, True),
    ("req:EXP-0*", {"req": "EXP-04"}, True),
    ("family:ids", {"family": "IDS"}, True),
    ("family:id", {"family": "IDS"}, False),
    ('op:"GET /evses"', {"op": "GET /evses/{evse_id}"}, True),
    ('op:!"GET /evses"', {"op": "GET /users"}, True),
    ("code:4xx", {"code": [200, 404]}, True),
    ("code:404", {"code": 404}, True),
    ("code:40", {"code": 404}, False),
    ("identity:anonymous", {"identity": ""}, True),
    ("method:get", {"method": "GET"}, True),
    ("lower case", {"text": "the id has lower case"}, True),
    ("text:lower text:upper", {"text": "the id has lower case"}, False),
    ('text:"has lower"', {"text": "the id has lower case"}, True),
    ("https://h/v2", {"text": "GET https://h/v2/evses"}, True),
    ("https://h/v3", {"text": "GET https://h/v2/evses"}, False),
    ("level:must req:EXP-04", {"level": "MUST", "req": "IDS-01"}, False),
    ("req:EXP-04", {"level": "MUST"}, False),
    ("req:!EXP-04", {"level": "MUST"}, True),
    ("", {"level": "MUST"}, True),
    ("req:EXP-04 OR status:fail", {"req": "RSP-01", "status": "FAIL"}, True),
    ("req:EXP-04 OR status:fail", {"req": "RSP-01", "status": "PASS"}, False),
    ("level:must req:EXP OR req:IDS", {"level": "SHOULD", "req": "IDS-01"}, True),
    ("text:order OR text:other", {"text": "another"}, True),
]


@pytest.fixture
def page(opened, built):
    return opened(built(RUN))


def visible(page, selector):
    return page.locator(f":is({selector}):visible").count()


def open_all(page):
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")


def test_the_search_grammar(chromium):
    from importlib.resources import files

    source = (files("reports") / "assets" / "query.js").read_text(encoding="utf-8")
    page = chromium.new_page()
    for query, row, fits in GRAMMAR:
        actual = page.evaluate(f"([q, row]) => {{ {source}; return matches(parseQuery(q), row); }}", [query, row])
        assert actual is fits, (query, row)
    assert page.evaluate(f"() => {{ {source}; return parseQuery('colour:red level:must').unknown; }}") == ["colour"]
    page.close()


def test_searching_narrows_findings_cases_and_exchanges_and_stays_in_the_address(page, opened, built):
    before = visible(page, ".finding")
    page.fill("#query", "req:EXP-04 status:fail")
    actual = visible(page, ".finding")
    assert 0 < actual < before
    expected = [finding for finding in summary(RUN).findings if finding.requirement == "EXP-04"]
    assert actual == len(expected)
    sent = {key for item in expected for key in item.exchanges}
    assert page.locator("#found").text_content() == f"{actual} findings, {actual} cases, {len(sent)} exchanges"
    again = opened(built(RUN), page.url[page.url.index("#") :])
    assert again.input_value("#query") == "req:EXP-04 status:fail"
    assert visible(again, ".finding") == actual


def test_an_unknown_key_is_told(page):
    page.fill("#query", "colour:red")
    assert "Unknown key “colour:”" in page.locator("#found").text_content()


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("status:failed", "“failed” is no status: one of error, fail,"),
        ("level:MUSTY", "“musty” is no level: one of must, should, may"),
        ("status:", "“status:” has no value"),
        ("status: level:must", "“status:” has no value"),
    ],
)
def test_a_value_that_means_nothing_is_told(page, query, problem):
    page.fill("#query", query)
    assert problem in page.locator("#found").text_content()
    assert page.locator("#query").get_attribute("aria-invalid") == "true"


def test_headers_and_bodies_are_searched(page):
    run = summary(RUN)
    word = next(x.response.body for x in run.exchanges if x.status == 200)[20:40].decode().lower()
    expected = sum(word in (x.response.body.decode().lower() if x.response else "") for x in run.exchanges)
    assert expected
    page.fill("#query", f'text:"{word}"')
    page.locator("#found", has_text=re.compile(rf" {expected} exchanges?$")).wait_for()
    page.fill("#query", "application/json")
    page.locator("#found", has_text=re.compile(r" [1-9]\d* exchanges$")).wait_for()


def test_enter_leads_to_the_results_and_back_to_the_finding(page):
    page.fill("#query", "req:EXP-04")
    page.keyboard.press("Enter")
    assert page.locator("#findings").bounding_box()["y"] < 200
    page.fill("#query", "")
    finding = page.locator(".finding[open]").first
    page.evaluate("key => { location.hash = key; }", finding.get_attribute("id"))
    finding.locator("[data-exchange]").first.click()
    page.locator("#drawer[open]").wait_for()
    page.go_back()
    page.locator("#drawer:not([open])").wait_for(state="attached")
    assert page.url.endswith(f"#{finding.get_attribute('id')}")
    assert finding.is_visible()


def test_an_unknown_anchor_says_so(opened, built):
    page = opened(built(RUN), "#f-000000000000")
    assert "This report has no “f-000000000000”" in page.locator("#found").text_content()


def test_a_link_to_a_finding_survives_the_next_run(opened, tmp_path):
    first = reports.build(events(RUN), tmp_path / "a", ["html"])["html"]
    second = reports.build(events(Settings(exchanges=220, seed=7)), tmp_path / "b", ["html"])["html"]
    (finding,) = [finding for finding in summary(RUN).findings if finding.requirement == "IDS-01"]
    for report in (first, second):
        page = opened(report, f"#{finding.id}")
        assert page.locator(f"#{finding.id}").get_attribute("open") is not None
        assert "GET /evses" in page.locator(f"#{finding.id} summary").first.text_content()
        assert page.locator(f"#{finding.id}").is_visible()


def test_a_link_to_the_first_finding_of_a_cause_shows_its_title_too(opened, built):
    finding = next(finding for finding in summary(RUN).findings if finding.requirement == "IDS-01")
    page = opened(built(RUN), f"#{finding.id}", viewport={"width": 1400, "height": 500})
    title = page.locator(".cause", has=page.locator(f"#{finding.id}")).locator("h3").first
    top = title.bounding_box()["y"]
    assert page.locator("#query").bounding_box()["y"] < top < 400


def test_an_exchange_opens_from_the_finding_and_from_its_own_link(page, opened, built):
    link = page.locator(".finding[open] [data-exchange]").first
    exchange = link.get_attribute("data-exchange")
    link.click()
    drawer = page.locator("#drawer")
    sent = summary(RUN).exchanges_by_id[exchange]
    drawer.get_by_text("Send it again").wait_for()
    assert sent.url in drawer.locator("h2").text_content()
    shown = drawer.get_by_role("group", name="Response body").text_content()
    assert reports_json(shown) == reports_json(sent.response.body)
    assert drawer.locator(".body-line.target").count() == 1
    evidence = drawer.locator("p", has_text="Evidence for").locator("a").all_text_contents()
    assert len(evidence) == len(set(evidence))
    drawer.get_by_role("button", name="Raw").click()
    assert drawer.get_by_role("group", name="Response body").text_content() == sent.response.body.decode()
    assert re.search(r"#f-\w+\.1$", page.url)  # a name that the next run has too
    assert sent.url in opened(built(RUN), page.url[page.url.index("#") :]).locator("#drawer h2").text_content()
    page.keyboard.press("Escape")
    page.locator("#drawer:not([open])").wait_for(state="attached")
    second = opened(built(RUN), f"#x-{exchange}")
    assert sent.url in second.locator("#drawer h2").text_content()
    second.keyboard.press("Escape")
    assert second.locator("#drawer").get_attribute("open") is None


def reports_json(text):
    import json

    return json.loads(text)


def test_everything_can_be_done_by_keyboard(page):
    page.keyboard.press("/")
    page.keyboard.type("req:EXP-04")
    assert page.url.endswith("#q=req%3AEXP-04")
    page.keyboard.press("Escape")
    assert page.input_value("#query") == ""
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.closest('.finding').id")
    second = page.evaluate("document.querySelectorAll('.finding')[1].id")
    assert focused == second
    page.keyboard.press("o")
    assert page.locator(f"#{second}").get_attribute("open") is not None
    page.keyboard.press("e")
    page.locator("#drawer[open]").wait_for()
    first = page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: url != first)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#help[open]").is_visible()


def test_every_cell_of_the_matrix_is_explained_and_reached_by_arrows(page):
    cells = page.locator(".heat td")
    cells.nth(14 * 13 - 1).wait_for()
    labels = cells.evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    assert all(re.search(r": (\d+ cases? .+|left out of the plan|no operation)$", label) for label in labels)
    assert any("not tested" in label for label in labels)
    assert page.locator(".heat td[tabindex='0']").count() == 1
    page.locator(".heat td.v-fail").first.click()
    assert "the expanded object differs" in page.locator("#cell").text_content()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    title = page.locator("#cell h3").text_content()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(title.replace(" on ", ", "))
    page.locator(".heat td.v-left_out").first.click()
    assert "the operation has nothing of the kind" in page.locator("#cell").text_content()


def test_copy_buttons_copy(opened, built):
    page = opened(built(RUN), permissions=["clipboard-read", "clipboard-write"])
    button = page.locator(".finding[open] .copy").first
    expected = page.locator(f"#{button.get_attribute('data-copy')}").text_content()
    button.click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == expected
    assert expected.startswith("evconform replay f-")


def test_verdict_and_findings_read_without_javascript(opened, built):
    page = opened(built(RUN), java_script_enabled=False)
    assert page.locator("h1").text_content() == "Violations"
    assert page.locator(".finding").count() == len(summary(RUN).findings)
    page.locator(".rest > summary").first.click()
    assert visible(page, ".rest[open] .finding") > 2
    title = page.locator(".cause h3").first.text_content()
    assert title == "The expanded object differs from the resource at its URL"
    assert visible(page, ".finding[open] .diff .line.expected") > 0
    assert visible(page, ".finding[open] pre") > 0
    assert visible(page, ".script-only") == 0
    assert page.locator("noscript").first.is_visible()


def test_hostile_text_stays_text(opened, built):
    page = opened(built(HOSTILE_RUN))
    open_all(page)
    page.locator("[data-exchange]").first.click()
    page.locator("#drawer[open]").wait_for()
    page.keyboard.press("Escape")
    page.locator(".heat td.v-fail").first.click()
    page.fill("#query", "<img src=x onerror=window.__pwned=1>")
    assert page.evaluate("window.__pwned") is None
    assert page.locator("main img, main script, dialog script, main svg[onload]").count() == 0
    hrefs = page.locator("a").evaluate_all("all => all.map(each => each.href)")
    assert not [href for href in hrefs if not href.startswith(("file:", "https:", "http:"))]
    assert "<script>window.__pwned=1</script>" in page.locator("#verdict").text_content()


def test_the_policy_stops_what_is_not_ours(chromium, built):
    page = chromium.new_page()
    page.goto(built(RUN).as_uri())
    page.wait_for_selector("html[data-ready]")
    page.evaluate("""() => {
        window.__refused = [];
        document.addEventListener('securitypolicyviolation', (e) => window.__refused.push(e.effectiveDirective));
        const script = document.createElement('script');
        script.textContent = 'window.__pwned = 1';
        const style = document.createElement('style');
        style.textContent = 'body { display: none }';
        document.body.append(script, style);
        fetch('https://example.org/').catch(() => {});
    }""")
    page.wait_for_function("window.__refused.length >= 3")
    assert page.evaluate("window.__pwned") is None
    assert set(page.evaluate("window.__refused")) == {"script-src-elem", "style-src-elem", "connect-src"}
    page.close()


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_no_width_scrolls_sideways(opened, built, width):
    page = opened(built(HOSTILE_RUN), viewport={"width": width, "height": 900})
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_theme_can_be_chosen(page):
    colours = set()
    for _ in range(3):
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.keyboard.press("t")
    assert len(colours) == 2
    assert page.locator("#theme-name").text_content() == "auto"


def test_print_leaves_the_tools_and_the_dark_away(page):
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert visible(page, ".search, .contents, .masthead .tools, .screen-only") == 0
    assert visible(page, ".finding") > 0


@pytest.fixture(scope="session")
def large(built):
    return built(LARGE)


def test_a_large_report_is_small_enough_and_opens_any_exchange(opened, large, built):
    assert large.stat().st_size < 12_000_000
    assert built(Settings(exchanges=1_000, page=25)).stat().st_size < 2_000_000
    page = opened(large, "#x-x019999")
    assert "Next exchange" in page.locator("#drawer").inner_html()
    drawer = page.locator("#drawer")
    drawer.get_by_text("Send it again").wait_for()
    body = drawer.get_by_role("group", name="Response body")
    assert body.count() == 1
    page.keyboard.press("Escape")
    page.fill("#query", "code:500")
    total = int(re.search(r"([\d,]+) exchanges", page.locator("#found").text_content())[1].replace(",", ""))
    assert total == sum(
        exchange.status == 500 for exchange in reports.fold(events(Settings(exchanges=20_000, page=6))).exchanges
    )


def test_findings_beyond_the_page_open_from_the_store(opened, tmp_path, monkeypatch):
    from reports.sections import findings

    monkeypatch.setattr(findings, "INLINE_BYTES", 4_000)
    page = opened(reports.build(events(RUN), tmp_path, ["html"])["html"])
    late = page.locator(".finding[data-late]").last
    key = late.get_attribute("id")
    assert page.locator(f"#{key} .diff").count() == 0
    page.locator(f"#{key} > summary").click()
    page.locator(f"#{key} .evidence").wait_for()
    assert page.locator(f"#{key} .late").count() == 0
    assert page.locator(f"#{key} .evidence h4").first.is_visible()


def test_long_bodies_are_cut_named_and_kept_whole_beside_the_report(opened, tmp_path, monkeypatch):
    import hashlib
    import zipfile

    from reports import evidence

    monkeypatch.setattr(evidence, "_LARGEST", 400)
    monkeypatch.setattr(evidence, "_LARGEST_CITED", 400)
    run = events(Settings(exchanges=60, faulty=False, page=6))
    report = reports.build(run, tmp_path, ["html"])["html"]
    sent = reports.fold(run).exchanges
    expected = {hashlib.sha256(x.response.body).hexdigest(): x for x in sent if len(x.response.body) > 400}
    with zipfile.ZipFile(tmp_path / "report-bodies.zip") as archive:
        assert {name.removesuffix(".body") for name in archive.namelist()} == set(expected)
        for digest, exchange in expected.items():
            assert archive.read(f"{digest}.body") == exchange.response.body
    digest, exchange = next(iter(expected.items()))
    page = opened(report, f"#x-{exchange.id}")
    page.get_by_text(f"the complete body is {digest}.body").wait_for()
    assert page.get_by_role("group", name="Response body").text_content() == exchange.response.body[:400].decode()
