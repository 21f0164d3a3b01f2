"""The description that we ship speaks for itself, in our own words."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.specs.structure import operations, strings

ROOT = Path(__file__).parents[2]
SENTENCE = 40  # characters; shorter phrases are anybody's


def test_everything_says_what_it_is(document):
    components = document["components"]
    flows = components["securitySchemes"]["oauth2"]["flows"].values()
    words = {
        **{key: operation.get("summary") for key, _, operation in operations(document)},
        **{tag["name"]: tag.get("description") for tag in document["tags"]},
        **{scope: text for flow in flows for scope, text in flow["scopes"].items()},
        **{
            f"{kind}/{name}": member.get("description")
            for kind in ("schemas", "parameters", "responses", "headers")
            for name, member in components[kind].items()
        },
    }
    assert len(words) > 500
    assert [name for name, text in words.items() if not text] == []


def test_summaries_are_unique(document):
    counted = Counter(operation["summary"] for _, _, operation in operations(document))
    assert [text for text, times in counted.items() if times > 1] == []


def test_no_summary_or_description_is_the_provider_s(document, reference):
    prose = {"summary", "description"}
    theirs = {sentence for key, text in strings(reference) if key in prose for sentence in sentences(text)}
    ours = {sentence for key, text in strings(document) if key in prose for sentence in sentences(text)}
    assert len(theirs) > 1000
    assert ours & theirs == set()


def test_no_sentence_of_the_provider_is_in_any_tracked_file(reference):
    prose = (text for _, text in strings(reference) if text.count(" ") > 4)  # not URLs and ids
    long = {sentence for text in prose for sentence in sentences(text) if len(sentence) > SENTENCE}
    assert len(long) > 500
    copied = [(file, sentence) for file, text in list_tracked_files() for sentence in find_phrases(text, long)]
    assert copied == []


def test_a_copied_sentence_is_found_whatever_its_wrapping():
    text = "# A wheel turns seven times before the\n#   hamster takes a rest. More follows."
    assert list(find_phrases(text, {"a wheel turns seven times before the hamster takes a rest"}))
    assert not list(find_phrases(text, {"a wheel turns seven times before the hamster takes a bite"}))


def sentences(text: str) -> Iterator[str]:
    for part in re.split(r"(?<=[.!?])\s+|\n\n", text):
        if words := normalise(part):
            yield words


def normalise(text: str) -> str:
    return re.sub(r"\W+", " ", text).lower().strip()


def find_phrases(text: str, phrases: set[str]) -> Iterator[str]:
    by_start: dict[str, list[str]] = {}
    for phrase in phrases:
        by_start.setdefault(phrase[:SENTENCE], []).append(phrase)
    plain = normalise(text)
    for start in re.finditer(r"\b\w", plain):
        at = start.start()
        yield from (
            candidate for candidate in by_start.get(plain[at : at + SENTENCE], ()) if plain.startswith(candidate, at)
        )


def list_tracked_files() -> Iterator[tuple[str, str]]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not names:
        pytest.skip("not a git checkout")
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            yield name, (ROOT / name).read_bytes().decode("utf-8", errors="replace")
