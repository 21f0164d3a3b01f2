"""`report.html`: one self-contained file."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.formats.base import Format
from reports.summary import Summary


def _render(summary: Summary) -> dict[str, bytes]:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("report.html.jinja").render(summary=summary)
    return {"report.html": text.encode("utf-8", "replace")}


FORMATS = (Format("html", "report.html", _render),)
