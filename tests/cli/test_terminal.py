"""What commands print never acts on the terminal."""

import io

from rich.table import Table
from rich.text import Text

from conformance import cli
from conformance.cli.lines import print_line
from conformance.cli.terminal import Terminal
from conformance.errors import TargetError

HOSTILE = "\x1b[2J\x1b[1;32mCONFORMS \x9b31m \u202eevil\u2066 \x07\u2028"


def test_no_text_acts_whatever_holds_it():
    out = io.StringIO()
    terminal = Terminal(file=out, force_terminal=True, color_system="truecolor", width=200)
    table = Table("column", title=HOSTILE)
    table.add_row(HOSTILE)
    for renderable in (HOSTILE, Text(HOSTILE, "bold red"), table):
        terminal.print(renderable, markup=False, highlight=False)
    printed = out.getvalue()
    assert not {"\x9b", "\u202e", "\u2066", "\x07", "\u2028"} & set(printed)
    assert "\x1b[2J" not in printed
    assert printed.count(r"\u001b[2J") == 4
    assert "\x1b[1;31m" in printed, "our own styles still work"


def test_no_error_message_acts(capsys):
    cli._print_error(TargetError(f"the target answered {HOSTILE}", hint=HOSTILE))
    printed = capsys.readouterr().err
    assert r"\u001b[2J" in printed
    assert not {"\x1b", "\x9b", "\u202e"} & set(printed)


def test_no_line_acts(capsys):
    print_line(f"delivery {HOSTILE}")
    printed = capsys.readouterr().out
    assert r"\u001b[2J" in printed
    assert not {"\x1b", "\x9b", "\u202e"} & set(printed)
