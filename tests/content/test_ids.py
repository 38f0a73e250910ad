"""Ids: made once from the text, unique, and left alone where they are already there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.content.ids import assign_ids, slug, unique
from cockpit.content.names import item_id_complaint
from cockpit.release.checklist import Checklist, Item, Phase, Section


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Verify payment processing", "verify-payment-processing"),
        ("Generate strong `SECRET_KEY` (32+ characters)", "generate-strong-secret-key-32-characters"),
        ("Use Let's Encrypt (free)", "use-let-s-encrypt-free"),
        ("Überprüfe die Größe", "uberprufe-die-groe"),
        ("ﬁnal ①", "final-1"),
        ("数据库备份", "i-4431acae"),
        ("", "i-e3b0c442"),
        ("!?", "i-8faf838e"),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text())
def test_a_slug_is_always_an_id(text: str) -> None:
    assert not item_id_complaint(f"phase/{slug(text)}")


def test_unique_counts_on_past_what_is_taken() -> None:
    taken = {"a", "a-3"}
    assert [unique("a", taken) for _ in range(3)] == ["a-2", "a-4", "a-5"]
    assert unique("b", taken) == "b"


def test_ids_are_the_path_of_slugs_and_those_given_stay() -> None:
    items = (
        Item(id="", text="Back up", items=(Item(id="", text="Database"), Item(id="", text="Database"))),
        Item(id="", text="Back up", items=(Item(id="", text="Files"),)),
        Item(id="old/name", text="Renamed since"),
        Item(id="day/steps/back-up-2", text="Came first"),
    )
    sections = (Section(id="", title="Steps", items=items), Section(id="", title="Steps"))
    done = assign_ids(Checklist(id="", title="My Launch", phases=(Phase(id="", title="Day", sections=sections),)))
    assert done.id == "my-launch"
    assert [section.id for section in done.phases[0].sections] == ["steps", "steps-2"]
    assert [item.id for _, _, item, _ in done.walk()] == [
        "day/steps/back-up",
        "day/steps/back-up/database",
        "day/steps/back-up/database-2",
        "day/steps/back-up-3",
        "day/steps/back-up-3/files",
        "old/name",
        "day/steps/back-up-2",
    ]
    assert assign_ids(done) == done
