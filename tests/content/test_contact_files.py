"""`contacts` and `on_call` in cockpit.yaml: what is wrong is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.content.configuration import parse_configuration_text
from cockpit.errors import ConfigurationError
from cockpit.pinning import read_work_tree

HEAD = "service: shop\nenvironment: {name: production, production: true}\n"


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration_text(HEAD + text, "cockpit.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_contacts_and_shifts_are_read() -> None:
    configuration = parse_configuration_text(
        HEAD + "contacts:\n  - {id: ana, purpose: Technical, name: Ana, reach: ['+49 30 1', '#ops'], after: 5m}\n"
        "on_call:\n  - {contact: ana, days: [sat, sun], at: '20:00', lasts: 12h}\n",
        "cockpit.yaml",
    )
    assert configuration.contacts[0].reach == ("+49 30 1", "#ops")
    assert configuration.on_call[0].days == ("sat", "sun")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("contacts:\n  - {id: Ana L, purpose: x}\n", ":4:10: "),
        ("contacts:\n  - {id: a, purpose: ' '}\n", "an empty text"),
        ("contacts:\n  - {id: a, purpose: x}\n  - {id: a, purpose: y}\n", ":5:10: the id 'a' stands twice"),
        ("contacts:\n  - {id: a, purpose: x, reach: ['https://bot:hunter2-long@chat.example/']}\n", "like a secret"),
        ("contacts:\n  - {id: a, purpose: x, address: 'xoxb-1234567890-abcdef'}\n", "like a secret"),
        ("contacts:\n  - {id: a, purpose: x, after: soon}\n", "not a duration"),
        ("on_call:\n  - {contact: a}\n", "starts, at"),
        ("on_call:\n  - {contact: a, at: '25:00'}\n", "no time of day"),
        ("on_call:\n  - {contact: a, starts: '2026-03-10T08:00', ends: '2026-03-10T20:00Z'}\n", "its offset"),
        ("on_call:\n  - {contact: a, starts: '2026-03-10T08:00Z', ends: '2026-03-10T07:00Z'}\n", "ends before"),
        ("on_call:\n  - {contact: a, at: '08:00', days: [monday]}\n", "did you mean 'mon'?"),
    ],
)
def test_what_cannot_be_meant_is_told_where_it_stands(text: str, told: str) -> None:
    found = mistakes(text)
    assert len(found) == 1
    assert told in found[0]
    assert found[0].startswith("cockpit.yaml:")
    assert "hunter2" not in found[0]


def test_a_shift_of_nobody_is_told_once_all_contacts_are_known(tmp_path: Path) -> None:
    path = tmp_path / "cockpit.yaml"
    path.write_text(HEAD + "on_call:\n  - {contact: technical, at: '08:00'}\n  - {contact: anna, at: '08:00'}\n")
    with pytest.raises(ConfigurationError) as caught:
        read_work_tree(tmp_path)
    (problem,) = caught.value.problems
    assert "there is no contact 'anna'" in str(problem)
    assert ":5:" in str(problem)
