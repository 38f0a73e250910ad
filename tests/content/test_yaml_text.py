"""What is written as YAML is what the strict loader reads."""

from __future__ import annotations

from hypothesis import strategies as st

from cockpit.content.strict_yaml import load_text
from cockpit.content.yaml_text import yaml_text
from cockpit.release.checklist import Checklist, Item, Phase, Section
from cockpit.release.library import Target
from tests.examples import in_both

# All that a loaded text may hold: no controls but tabs and line feeds.
printable = st.characters(
    exclude_categories=["Cs"], exclude_characters=[chr(n) for n in (*range(32), *range(127, 160))]
)
tricky = st.sampled_from(
    [
        "no",
        "True",
        "null",
        "~",
        "1.5",
        "12:30",
        "a: b",
        "a #b",
        "- a",
        "a\n",
        "\na",
        " a",
        "a\n b\n",
        "a\n\n",
        "y:",
        "a:",
    ]
)
texts = st.text(printable | st.sampled_from("\n\n\t :#-'\"|>&*!%@`[]{},?\\=~")) | tricky


def is_read_back(four: list[str], checked: bool) -> None:
    item = Item(id=four[0], text=four[1], checked=checked, note=four[2], paths=(four[3], four[0]))
    nested = Section("s", "S", items=(Item("a", "A", items=(item, item)),))
    checklist = Checklist("x", four[3], phases=(Phase("p", "P", sections=(nested,)), Phase("q", "Q")))
    assert load_text(yaml_text(checklist), "x.yaml", Checklist) == checklist


test_any_text_is_read_back, test_very_many_texts_are_read_back = in_both(
    is_read_back, st.lists(texts, min_size=4, max_size=4), st.booleans()
)


def test_line_ends_alone_are_read_back() -> None:
    is_read_back(["\n", "\n", "\n", "\n"], True)


def test_it_reads_like_a_file_a_person_wrote() -> None:
    item = Item("p/s/a", "Run `make` (twice)", checked=True, note="one\n\n  two", run='say "hi"')
    assert yaml_text(Phase("p", "My phase", sections=(Section("s", "S", items=(item,)),))) == (
        "id: p\ntitle: My phase\nsections:\n  - id: s\n    title: S\n    items:\n      - id: p/s/a\n"
        '        text: "Run `make` (twice)"\n        checked: true\n'
        "        note: |-\n          one\n\n            two\n        run: 'say \"hi\"'\n"
    )
    target = Target(id="t", title="No", metric="m", comparison="<", value=0.5, unit="s")
    assert yaml_text(target) == 'id: t\ntitle: "No"\nmetric: m\ncomparison: "<"\nvalue: 0.5\nunit: s\n'
