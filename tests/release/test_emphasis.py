"""An item's text on the screen: its words, without Markdown's signs of emphasis."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cockpit.release.checklist import Item, Phase, Section
from cockpit.release.emphasis import plain_markdown
from cockpit.release.intents import TickItem
from cockpit.release.narrative import sentence
from tests.release.support import CHECKLIST, PINNED, Person, opening


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**Rollback was rehearsed**", "Rollback was rehearsed"),
        ("Say *when*, and __who__", "Say when, and who"),
        ("***Never*** on _Friday_", "Never on Friday"),
        ("look at *.log and *.txt", "look at *.log and *.txt"),
        ("run `a **b** *c*`", "run `a **b** *c*`"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("a ** b ** c", "a ** b ** c"),
    ],
)
def test_emphasis_is_shown_without_its_signs(text: str, shown: str) -> None:
    assert plain_markdown(text) == shown


def test_a_records_sentence_names_its_item_without_signs_of_emphasis() -> None:
    items = (Item("k", "Env file is **critical**"),)
    checklist = replace(CHECKLIST, phases=(Phase("p", "P", sections=(Section("s", "S", items=items),)),))
    ana = Person(pinned=replace(PINNED, checklists=(checklist,)))
    ana.act(opening())
    (record,) = ana.act(TickItem("k"))
    assert sentence(record, ana.run).endswith(" Env file is critical")
