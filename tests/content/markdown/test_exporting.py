"""Any tree of items, written as Markdown, reads back as the same tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.content.ids import assign_ids
from cockpit.content.markdown.exporting import blank, checklist_markdown
from cockpit.content.markdown.writing import one_line_title
from cockpit.release.checklist import Checklist, Item, Phase, Section
from tests.content.markdown.reading import read

pytestmark = pytest.mark.full

MARKUP = "-+*#>`~[]()!\\|<&_=1.:x "
words = (
    st.text(st.sampled_from(MARKUP), min_size=1, max_size=25)
    | st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=25)
    | st.sampled_from(
        ["[x] y", "```", "---", "<!--", "<pre>", "- [ ] z", "| a |", "a | b", "[r]: /u", "foo\\", "    four"]
    )
)
texts = words.map(lambda text: " ".join(text.split())).filter(bool)
titles = words.map(one_line_title).filter(bool)
notes = st.sampled_from(
    [
        "",
        "words",
        "**bold**",
        "- a\n- b",
        "1. a\n2. b",
        "> quote",
        "```json\n{}\n```",
        "<!-- c -->",
        "| a |\n| --- |\n| b |",
    ]
)


def items(depth: int) -> st.SearchStrategy[tuple[Item, ...]]:
    inner = items(depth - 1) if depth else st.just(())
    return st.lists(
        st.builds(
            lambda text, checked, ordered, note, run, children: Item(
                id="", text=text, checked=checked, ordered=ordered, note=note, run=run, items=children
            ),
            texts,
            st.booleans(),
            st.booleans(),
            notes,
            st.sampled_from(["", "", "make", "```\n\n  b # ~~~ c"]),
            inner,
        ),
        max_size=3,
    ).map(tuple)


sections = st.builds(
    lambda title, note, first, others: Section(id="", title=title, note=note, items=(Item(id="", text=first), *others)),
    titles,
    notes,
    texts,
    items(2),
)
phases = st.builds(
    lambda title, note, inner: Phase(id="", title=title, note=note, sections=tuple(inner)),
    titles,
    notes,
    st.lists(sections, min_size=1, max_size=3),
)
checklists = st.builds(
    lambda title, note, inner: assign_ids(Checklist(id="x", title=title, note=note, phases=tuple(inner))),
    titles,
    notes,
    st.lists(phases, min_size=1, max_size=3),
)


def tree(checklist: Checklist) -> object:
    def item(each: Item) -> object:
        return each.text, each.checked, each.ordered, each.note, each.run, tuple(map(item, each.items))

    return (
        checklist.title,
        checklist.note,
        [
            (
                phase.title,
                phase.note,
                [(section.title, section.note, tuple(map(item, section.items))) for section in phase.sections],
            )
            for phase in checklist.phases
        ],
    )


@settings(max_examples=300, deadline=None)
@given(checklists)
def test_any_tree_reads_back_the_same(checklist: Checklist) -> None:
    assert tree(read(checklist_markdown(checklist)).checklist) == tree(checklist)


@settings(max_examples=50, deadline=None)
@given(checklists)
def test_a_blank_sheet_has_the_same_items_and_no_tick(checklist: Checklist) -> None:
    sheet = read(checklist_markdown(checklist, blank)).checklist
    assert [item.text for _, _, item, _ in sheet.walk()] == [item.text for _, _, item, _ in checklist.walk()]
    assert not any(item.checked for _, _, item, _ in sheet.walk())


def test_lists_in_a_row_stay_apart_and_fences_outgrow_what_they_hold() -> None:
    text = "- [ ] a\n  ````bash\n  ```\n  ````\n\n  - one\n\n  * two\n"
    (item,) = read(text).checklist.phases[0].sections[0].items
    assert (item.run, item.note) == ("```", "- one\n\n* two")
    assert checklist_markdown(read(text).checklist).endswith(text)


def test_it_looks_like_this() -> None:
    text = (
        "# T\n\nwords\n\n## P (1 day before launch)\n\n- [ ] a\n  - [x] b\n\n- [ ] c\n  ```bash\n  make\n  ```\n\n"
        "  a note\n\n  1. [ ] first\n  2. [ ] second\n\n- [ ] d\n\n### S\n\n- [ ] e\n\n## Rest\n\n- plain\n"
    )
    assert checklist_markdown(read(text).checklist) == text
