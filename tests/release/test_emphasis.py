"""An item's text on the screen: its words, without Markdown's signs of emphasis."""

from __future__ import annotations

import pytest

from cockpit.release.emphasis import plain_markdown


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
