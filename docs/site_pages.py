"""MkDocs hook: the pages that are made of the repository: its own documents, one page for each requirement, strategies.

The site is built by `mkdocs build` (or `tox run -e docs`); see https://www.mkdocs.org/user-guide/configuration/#hooks.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the checkout, not an installed package

import strategies  # noqa: E402 - after the path is set
from conformance.cli.explain import describe_example, describe_requirement  # noqa: E402
from conformance.mock_server.faults import list_fault_rows  # noqa: E402
from conformance.plan import Catalogue  # noqa: E402
from conformance.reporting.json_schemas import SchemaName, build_schema  # noqa: E402
from conformance.tools.visible_text import make_visible  # noqa: E402
from specs.catalogue import load_requirements  # noqa: E402
from specs.rulebook import load_bundled_rules  # noqa: E402
from specs.violations import ViolationExample, load_violation_examples  # noqa: E402

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

    from conformance.model import Requirement

DOCUMENTS = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
}
_LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)(#[^)\s]*)?\)")
_EXPLAINED_ABOVE = ("Statement", "Why it matters", "Source")


def on_files(files: Files, config: "MkDocsConfig") -> Files:
    """Add the generated pages."""
    pages = {target: (ROOT / name).read_text(encoding="utf-8") for name, target in DOCUMENTS.items()}
    pages = {target: _point_links(text, config.extra["repository"]) for target, text in pages.items()}
    pages |= {"strategies.md": _write_strategies(), **dict(_write_requirements())}
    pages |= {f"schemas/{name}.schema.json": json.dumps(build_schema(name), indent=1) for name in get_args(SchemaName)}
    for target, text in pages.items():
        files.append(File.generated(config, target, content=text))
    return files


def on_page_markdown(markdown: str, *, config: "MkDocsConfig", **_: object) -> str:
    """Point the links of the documents in `docs` to the site, or to the repository for what is not in it."""
    return _point_links(markdown, config.extra["repository"])


def _point_links(text: str, repository: str) -> str:
    """Return a document with the links to its neighbours in the repository as links inside the site."""

    def point(match: re.Match[str]) -> str:
        path, anchor = match[1].removeprefix("../"), match[2] or ""
        if path in DOCUMENTS:
            return f"]({DOCUMENTS[path]}{anchor})"
        inside = path.removeprefix("docs/")
        if (ROOT / "docs" / inside).exists() or not (ROOT / path).exists():
            return f"]({inside}{anchor})"
        return f"]({repository}/blob/main/{path}{anchor})"

    return _LINK.sub(point, text)


def _write_strategies() -> str:
    sample = (ROOT / "README.md").read_text(encoding="utf-8").split("## Use the strategies in your own tests\n")[1]
    members = "\n\n".join(f"::: {find_home(name)}" for name in strategies.__all__)
    return f"# Strategies\n{sample.split(chr(10) + '## ')[0]}\n## Reference\n\n{members}\n"


def find_home(name: str) -> str:
    """Return the path of a name that `strategies` offers, in the module that defines it."""
    member = getattr(strategies, name)
    modules = [module for path, module in sys.modules.items() if path.startswith("strategies.")]
    home = getattr(member, "__module__", None) or next(
        module.__name__ for module in modules if getattr(module, name, None) is member
    )
    return f"{home}.{name}"


def _write_requirements() -> Iterator[tuple[str, str]]:
    """Yield the page of each requirement, and the page that lists them."""
    requirements = load_requirements()
    catalogue = Catalogue.collect(requirements)
    rows = [f"| [{r.id}]({r.id}.md) | {r.level} | {r.harm} | {_escape(r.statement)} |" for r in requirements]
    head = "| requirement | level | harm | statement |\n| --- | --- | --- | --- |\n"
    yield "requirements/index.md", f"# Requirements\n\n{head}" + "\n".join(rows) + "\n"
    for requirement in requirements:
        yield f"requirements/{requirement.id}.md", _write_requirement(requirement, catalogue)


def _write_requirement(requirement: "Requirement", catalogue: Catalogue) -> str:
    faults = [row for row in list_fault_rows() if requirement.id in row["requirements"]]
    facts = dict(describe_requirement(requirement, catalogue, tuple(row["name"] for row in faults)))
    source = f"{requirement.source.document}, {requirement.source.section}"
    lines = [
        f"# {requirement.id}",
        f"**{requirement.level}** · harm: {requirement.harm}",
        f"> {requirement.statement}",
        f"**Why it matters.** {requirement.why}",
        f"**Source.** [{source}]({requirement.source.url})" if requirement.source.url else f"**Source.** {source}",
        *(f"**{label}.** {_escape(text)}" for label, text in facts.items() if text and label not in _EXPLAINED_ABOVE),
    ]
    rules = [rule for rule in load_bundled_rules() if rule.requirement == requirement.id]
    if rules:
        rows = "\n".join(f"| `{rule.operation}` | {_escape(rule.statement)} |" for rule in rules)
        lines += ["## Rules", f"| operation | rule |\n| --- | --- |\n{rows}"]
    if faults:
        rows = "\n".join(f"| `{row['name']}` | {_escape(row['about'])} |" for row in faults)
        lines += [
            "## Violations",
            "Each of these seeded faults breaks it. `evconform serve --fault NAME` starts a server that has one.",
            f"| fault | what the server does |\n| --- | --- |\n{rows}",
        ]
    if example := load_violation_examples().get(requirement.id):
        lines += _write_example(example)
    return "\n\n".join(lines) + "\n"


def _write_example(example: "ViolationExample") -> list[str]:
    facts = [(label, text) for label, text in describe_example(example) if text]
    width = max(len(label) for label, _ in facts) + 2
    rows = [f"{label:<{width}}{make_visible(text)}".replace("\n", "\n" + " " * width) for label, text in facts]
    return [
        "## Example",
        f"The report of a server with the seeded fault `{example.fault}`:",
        "\n".join(("```text", *rows, "```")),
    ]


def _escape(text: str) -> str:
    return re.sub(r"([|<>*_])(?=(?:[^`]*`[^`]*`)*[^`]*$)", r"\\\1", text)
