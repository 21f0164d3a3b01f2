"""docs/safety.md says what the rules say."""

from pathlib import Path

from conformance.model import Effect, Target, TargetKind
from conformance.safety.rules import RULES, find_refusal

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"
FLAGS = {"no flag": (False, False), "--allow-writes": (True, False), "--allow-writes --allow-hardware": (True, True)}
HEAD = "| kind | what it is | no flag | `--allow-writes` | `--allow-writes --allow-hardware` |\n" + "| --- " * 5 + "|"


def sent(kind: TargetKind, flags: tuple[bool, bool]) -> str:
    """What the rules let pass, in the words of the page."""
    target = Target("t", kind, "http://h/v2", may_write=flags[0], may_touch_hardware=flags[1])
    if flags[0] and not RULES[kind].writes:
        return "refused"
    if not find_refusal(target, Effect.HARDWARE):
        return "everything"
    return "reads" if find_refusal(target, Effect.WRITE) else "reads, plain writes"


def test_the_table_of_the_page_is_that_of_the_rules():
    rows = (
        f"| `{kind}` | {rules.note} | " + " | ".join(sent(kind, flags) for flags in FLAGS.values()) + " |"
        for kind, rules in RULES.items()
    )
    assert "\n".join([HEAD, *rows]) in PAGE.read_text()
