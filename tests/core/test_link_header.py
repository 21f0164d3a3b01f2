"""RFC 8288: a rendered header is parsed back whatever its quoting, order and spacing; any other is refused."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.tools.link_header import LinkSyntaxError, LinkValue, index_by_relation, parse_link_header

TOKEN = st.text("!#$%&'*+-.^_`|~09azAZ", min_size=1, max_size=8)
SPACE = st.text(" \t", max_size=2)
TARGET = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="<>"), max_size=30)
QUOTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.just("\t"), max_size=12)
REL = st.sampled_from(["next", "PREVIOUS", "self", "https://rels.example/x,y;z"])


@st.composite
def quote(draw: st.DrawFn, text: str) -> str:
    """Draw a quoted-string: characters that must be escaped are, any other may be."""
    return '"' + "".join(f"\\{c}" if c in '"\\' or draw(st.booleans()) else c for c in text) + '"'


@st.composite
def parameters(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a parameter other than `rel`, as written, with the separator before it."""
    name = draw(TOKEN.filter(lambda n: n.lower() != "rel"))
    form = draw(st.integers(0, 2))
    equals = f"{draw(SPACE)}={draw(SPACE)}"
    value = ["", equals + draw(TOKEN), equals + draw(QUOTABLE.flatmap(quote))][form]
    return name + value, f"{draw(SPACE)};{draw(SPACE)}"


@st.composite
def links(draw: st.DrawFn) -> tuple[str, LinkValue]:
    """Draw a link-value as written, and its meaning."""
    target, rels = draw(TARGET), draw(st.lists(REL, max_size=3))
    written = draw(st.lists(parameters(), max_size=3))
    if rels:
        stated = draw(quote(" ".join(rels)))
        if rels == ["next"] and draw(st.booleans()):
            stated = "next"
        rel = (f"{draw(st.sampled_from(['rel', 'REL']))}={stated}", ";")
        place = draw(st.integers(0, len(written)))
        written = [*written[:place], rel, *written[place:]]
        if draw(st.booleans()):
            written.append(("rel=later", ";"))  # the first counts
    text = f"<{target}>" + "".join(separator + parameter for parameter, separator in written)
    return text, LinkValue(target, tuple(relation.lower() for relation in rels))


@given(st.lists(links(), max_size=4), st.data())
def test_a_rendered_header_is_parsed_back(written, data):
    commas = st.sampled_from([",", ", ", " ,\t", ", , "])
    text = "".join(data.draw(commas) + link for link, _ in written)
    assert parse_link_header(text) == tuple(meant for _, meant in written)


@given(st.text(st.sampled_from('<>;,="\\ \tarel/') | st.characters(), max_size=60))
@example('<a>; rel="' + '\\"' * 30)
def test_any_text_is_parsed_or_refused(text):
    try:
        links = parse_link_header(text)
    except LinkSyntaxError:
        return
    plain = ", ".join(
        f'<{link.target}>; rel="{" ".join(link.rels)}"' for link in links if '"' not in "".join(link.rels)
    )
    assert parse_link_header(plain) == tuple(link for link in links if '"' not in "".join(link.rels))


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "<a",
        "a>",
        "<a> <b>",
        "<a>; rel=",
        '<a>; rel="next',
        "<a>; =x",
        "<a>;",
        "<a>; ;rel=x",
        "<a>; rel=a b",
        "<<a>>",
    ],
)
def test_a_header_outside_the_grammar_is_refused(text):
    with pytest.raises(LinkSyntaxError, match="character"):
        parse_link_header(text)


@pytest.mark.parametrize("text", ["", " ", ",", " , ,\t"])
def test_an_empty_header_holds_no_link(text):
    assert parse_link_header(text) == ()


def test_the_first_target_of_a_relation_counts():
    assert index_by_relation(parse_link_header("<a>; rel=next, <b>; rel=next, <c>; rel='x'")) == {
        "next": "a",
        "'x'": "c",
    }
