"""Odd Markdown: what is an item, where it stands, what goes along with it."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from cockpit.content.markdown.boxes import is_box_like
from cockpit.content.markdown.exporting import checklist_markdown
from cockpit.content.markdown.files import checklist_text, part_texts
from cockpit.errors import ConfigurationError
from tests.content.markdown.reading import Line, as_the_plugin_reads, lines_of, read
from tests.examples import in_both


def shape(text: str) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return phases, sections and items by their titles and texts."""
    return [
        (phase.title, [(section.title, [item.text for item, _ in section.walk()]) for section in phase.sections])
        for phase in read(text).checklist.phases
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("* [ ] a\n+ [x] b\n1. [X] c\n2) [ ] d\n", [("a", False, 1), ("b", True, 1), ("c", True, 1), ("d", False, 1)]),
        ("- [ ] a\n  - [x] b\n      1. [ ] c\n", [("a", False, 1), ("b", True, 2), ("c", False, 3)]),
        ("-\t[ ] a\n\t-\t[x] b\n", [("a", False, 1), ("b", True, 2)]),
        ("\ufeff# T\r\n- [ ] a\r\n  more\r\n- [ ] b\r\n", [("a more", False, 1), ("b", False, 1)]),
        ("- [ ] a\r- [ ] b\r", [("a", False, 1), ("b", False, 1)]),
        ("> - [ ] a\n> > - [x] b\n", [("a", False, 1), ("b", True, 1)]),
        ("- group\n  - [ ] a\n    - plain\n      - [ ] b\n", [("a", False, 1), ("b", False, 2)]),
        ("- [ ] a\n  lazy\nlazier\n- [ ]\tb\n", [("a lazy lazier", False, 1), ("b", False, 1)]),
        ("- [ ] 数据库备份 🚀\n- [ ] نسخة احتياطية\n", [("数据库备份 🚀", False, 1), ("نسخة احتياطية", False, 1)]),
        ("- [ ] a \\[x\\] [r][ref] ![i](j) [^1]\n\n[ref]: http://e\n", [("a \\[x\\] [r][ref] ![i](j) [^1]", False, 1)]),
        ("- [ ] a\n<!--\n- [ ] hidden\n-->\n```\n- [ ] code\n```\n    - [ ] code\n", [("a", False, 1)]),
        ("- [ ] a\n- [ ]\n- []b\n- [x]c\n- \\[ ] d\n[ ] e\n", [("a", False, 1)]),
        ("- [ ] a\n- words\n\n  [ ] b\n", [("a", False, 1)]),
        ("- [ ] # no heading\n- [ ] > no quotation\n", [("# no heading", False, 1), ("> no quotation", False, 1)]),
    ],
)  # fmt: skip
def test_what_is_an_item(text: str, expected: list[tuple[str, bool, int]]) -> None:
    found = lines_of(read(text).checklist)
    assert found == [Line(*each) for each in expected]
    assert found == [line for line, _ in as_the_plugin_reads(text.removeprefix("\ufeff"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- [ ] a\n", [("x", [("x", ["a"])])]),
        ("Title\n===\n\nPhase\n---\n- [ ] a\n", [("Phase", [("Phase", ["a"])])]),
        ("# T\n- [ ] a\n## P\n- [ ] b\n", [("T", [("T", ["a"])]), ("P", [("P", ["b"])])]),
        ("# A\n- [ ] a\n# B\n- [ ] b\n", [("A", [("A", ["a"])]), ("B", [("B", ["b"])])]),
        ("# A\n## S\n- [ ] a\n# Notes\nwords\n", [("S", [("S", ["a"])])]),
        (
            "# T\n## P\n- [ ] a\n### S\n- [ ] b\n#### D\n- [ ] c\n",
            [("P", [("P", ["a"]), ("S", ["b"]), ("S › D", ["c"])])],
        ),
        ("# T\n## P\n- [ ] a\n## P\n- [ ] a\n", [("P", [("P", ["a"])]), ("P", [("P", ["a"])])]),
        ("# T\n## P\n**One**\n- [ ] a\n\n**Two:**\n\n- [ ] b\n", [("P", [("One", ["a"]), ("Two", ["b"])])]),
        ("# T\n## P\n- Web\n  - [ ] a\n- [ ] b\n", [("P", [("Web", ["a"]), ("P", ["b"])])]),
        ("# T\n## P (2 days before launch)\n- [ ] a\n", [("P", [("P", ["a"])])]),
        ("---\ntitle: Front\n---\n# A\n- [ ] a\n# B\n- [ ] b\n", [("A", [("A", ["a"])]), ("B", [("B", ["b"])])]),
    ],
)  # fmt: skip
def test_headings_become_phases_and_sections(text: str, expected: object) -> None:
    assert shape(text) == expected


def test_headings_without_words_still_part_the_items() -> None:
    assert shape("# T\n##\n- [ ] a\n## #\n- [ ] b\n") == [
        ("Untitled", [("Untitled", ["a"])]),
        ("Untitled", [("Untitled", ["b"])]),
    ]


def test_titles_and_what_is_known_by_its_words() -> None:
    checklist = read("# T\n## P (2 days before launch)\n- [ ] a (if applicable)\n## Weekly\n- [ ] b\n").checklist
    first, weekly = checklist.phases
    assert (checklist.title, checklist.id, first.when, first.maintenance) == ("T", "t", "2 days before launch", False)
    assert first.sections[0].items[0].applies == "if-applicable"
    assert (weekly.maintenance, weekly.sections[0].cadence) == (True, "weekly")
    assert read("---\nname: 'My Release'\n---\n- [ ] a\n").checklist.title == "My Release"


def test_ids_are_slugs_that_stay() -> None:
    text = "# Großer Start\n## 数据库\n- [ ] Run [the *tests*](http://e/long/address) `now`\n- [ ] 备份\n- [ ] 备份\n"
    checklist = read(text).checklist
    ids = [item.id for _, _, item, _ in checklist.walk()]
    assert checklist.id == "groer-start"
    assert ids[0].endswith("/run-the-tests-now")
    assert ids[2] == f"{ids[1]}-2"
    assert [item.id for _, _, item, _ in read(checklist_markdown(checklist)).checklist.walk()] == ids
    long = read("- [ ] " + "very " * 100 + "long\n").checklist.phases[0].sections[0].items[0].id
    assert len(long.rpartition("/")[2]) <= 60


def test_an_id_says_nothing_twice_and_no_command() -> None:
    text = "# T\n## Weekly\n- [ ] Look\n- [ ] Look\n## Day\n- [ ] Stop it: `./stop.sh --now`\n### Day\n- [ ] Stop it\n"
    ids = [item.id for _, _, item, _ in read(text).checklist.walk()]
    assert ids == ["weekly/look", "weekly/look-2", "day/stop-it", "day/day-2/stop-it"]


DECIDED = """\
# Launch
## Before
- [ ] Merge all
- [ ] **CRITICAL:** rehearse the rollback
- Tell support
    - at night
- Critical bugs are known
### Blockers
- [ ] Critical bugs are fixed
  - a note that stands below its item
- [ ] Certificates hold
### Criticality
1. Read it
## Weekly
- [ ] Look at the disk
## Daily checks, for two weeks
- [ ] Look at the log
## Monthly
- Renew
## Rollback
1. stop
2. start
"""


def test_what_was_decided_by_itself_is_told_with_its_line_and_why() -> None:
    found = read(DECIDED)
    assert [(one.line, one.what, one.text, one.why.partition(":")[0]) for one in found.decisions] == [
        (4, "killer", "**CRITICAL:** rehearse the rollback", "marked `killer"),
        (5, "note", "Tell support", "no box"),
        (7, "note", "Critical bugs are known", "no box"),
        (8, "killer", "Blockers", "2 items are marked `killer"),
        (13, "note", "Read it", "no box"),
        (14, "recurring", "Weekly", "comes again weekly, and holds no go or no-go"),
        (16, "not-recurring", "Daily checks, for two weeks", "not taken for something that recurs; if it does"),
        (18, "words", "Monthly", "no box below it"),
    ]
    assert found.decisions[1].why.endswith("a note of '**CRITICAL:** rehearse the rollback'")
    assert [item.text for _, _, item, _ in found.checklist.walk() if item.killer] == [
        "**CRITICAL:** rehearse the rollback", "Critical bugs are fixed", "Certificates hold",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "item", "killer"),
    [
        ("CRITICAL", "a", True), ("🔥 Must-have checks", "a", True), ("**Blockers**", "a", True),
        ("Show stoppers", "a", True), ("Critical path", "a", False), ("P", "BLOCKER Take it down", True),
        ("P", "take it down (blocker)", True), ("P", "[critical] back it up", True),
        ("P", "[critical](http://e) bugs are known", False), ("P", "Mandatory: back it up", True),
        ("P", "Fix critical: bugs", False), ("P", "The critical path is known", False),
    ],
)  # fmt: skip
def test_what_says_that_nothing_goes_on_without_it_is_a_killer(heading: str, item: str, *, killer: bool) -> None:
    found = read(f"# T\n## Q\n### {heading}\n- [ ] {item}\n")
    assert [one.killer for _, _, one, _ in found.checklist.walk()] == [killer]
    assert bool(found.decisions) == (killer or heading == "Critical path"), "what was taken, and what was not, is told"


def test_commands_notes_and_links() -> None:
    text = (
        "# T\nhello\n## P\nbefore\n- [ ] a [doc](https://e/a) [r]\n  ```bash\n  make\n\n  ```\n  words\n\n  - plain\n\n"
        "  ```json\n  {}\n  ```\n- [ ] b\n```sh\nrun b\n```\n\n> quote\n\nafter\n\n## Rest\n1. x\n\n[r]: https://e/r\n"
    )
    checklist = read(text).checklist
    (phase,) = checklist.phases
    a, b = phase.sections[0].items
    assert (checklist.note, phase.note) == ("hello", "before\n\nafter")
    assert (a.run, a.note) == ("make", "words\n\n- plain\n\n```json\n{}\n```")
    assert [(link.title, link.url) for link in a.links] == [("doc", "https://e/a"), ("r", "https://e/r")]
    assert (b.run, b.note) == ("run b", "> quote")
    assert checklist.appendix == "## Rest\n\n1. x\n\n[r]: <https://e/r>"


def test_a_tick_is_kept_and_is_nobodys() -> None:
    checklist = read("- [x] a\n- [ ] b\n").checklist
    text = checklist_text(checklist, "x.md")
    assert "checked: true" in text
    assert text.count("checked: true") == 1
    assert checklist_markdown(checklist).endswith("- [x] a\n- [ ] b\n")


def test_every_box_that_is_no_item_is_named() -> None:
    boxes = [
        "[ ] bare", "[x] bare", "| ☐ | cell |", "- ☐ glyph", "- \\[ ] escaped", "- [] empty", "- [ ]close",
        "- [~] tilde", "`- [ ] code`", "<input type='checkbox'>", "1) ( ) round", "&#9744; entity", "- ［ ］ wide",
    ]  # fmt: skip
    others = ["- [x](http://e)", "array[x] = 1", "- [X]: y", "text (x) text", "- [^1] note", "> [!NOTE]", "a [b] c"]
    text = "- [ ] item\n\n" + "\n\n".join([*boxes, *others]) + "\n\n```\n- [ ] template\n```\n"
    found = read(text)
    assert [each.text for each in found.unplaced] == [*boxes, "- [ ] template"]
    assert [text.split("\n")[each.line - 1] for each in found.unplaced] == [each.text for each in found.unplaced]


def test_lenient_takes_them() -> None:
    text = (
        "# T\n[x] first\n## A\n- [ ] real\n- ☐ glyph\n\n| Task | Done |\n|---|---|\n| Deploy | ☑ |\n| | ☐ |\n"
        "## B\n```\n- [X] template\n```\n## C\n- [ ] last\n"
    )
    found = read(text, lenient=True)
    assert lines_of(found.checklist) == [
        Line("first", True, 1),
        Line("real", False, 1),
        Line("glyph", False, 1),
        Line("Deploy", True, 1),
        Line("template", True, 1),
        Line("last", False, 1),
    ]
    assert [phase.title for phase in found.checklist.phases] == ["T", "A", "B", "C"]
    assert [each.line for each in found.unplaced] == [10]
    assert (found.checklist.note, found.checklist.appendix) == ("[x] first", "")
    assert list(found.lines) == [2, 4, 5, 9, 13, 16]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty"),
        (" \n\t\n", 1, "the file is empty"),
        ("# T\nwords\n", 1, "no task item is in this file: write them as '- [ ] text'"),
        ("# T\n\n☐ a\n☐ b\n", 3, "2 lines from here on look like boxes, and --lenient takes them"),
        ("".join("  " * depth + "- [ ] a\n" for depth in range(60)), 47, "nested more than 46 levels deep"),
        ("".join("  " * depth + "- [ ] a\n" for depth in range(500)), 47, "nested more than 46 levels deep"),
        ("\x00\x01\x02" * 100, 1, "this is binary data"),
        (">" * 20000 + " - [ ] a\n", 1, "looks like a box"),
        ("- " * 5000 + "[ ] a\n", 1, "looks like a box"),
    ],
    ids=["empty", "blank", "words", "boxes", "deep", "deeper", "binary", "quotations", "dashes"],
)
def test_what_cannot_be_imported_says_so(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("x.md", line)
    assert words in problem.message


def test_what_yaml_cannot_hold_is_replaced() -> None:
    found = read("- [ ] a\x1b[31m\x00b \u2028 c\x0cd \u202e \ufeff e\n")
    assert lines_of(found.checklist)[0].text == "a\ufffd[31m\ufffdb c d \u202e \ufeff e"
    checklist_text(found.checklist, "x.md")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a \u2014 *ticked in the imported file*", "a"),
        ("a \u2014 **na by Ann 2026-11-28T22:40:47.700Z: \\*x\\***", "a"),
        ("a \u2014 **blocked by Ben**", "a \u2014 **blocked by Ben**"),
        ("a \u2014 **by noon**", "a \u2014 **by noon**"),
    ],
)
def test_only_what_an_export_says_of_a_state_is_left_out(text: str, told: str) -> None:
    assert [item.text for item in lines_of(read(f"- [ ] {text}\n").checklist)] == [told]


def test_the_deepest_item_can_be_written_and_read() -> None:
    found = read("".join("  " * depth + f"- [ ] level {depth}\n" for depth in range(46)))
    assert lines_of(found.checklist)[-1].depth == 46
    checklist_text(found.checklist, "x.md")


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] a <!-- x\n" * 4000,
        "- [ ] " + "[" * 50000 + "\n",
        "- [ ] " + "*a_ " * 20000 + "\n",
        "- [ ] a\n" * 8000,
        "- [ ] a" + " \u2014 **a by b" * 20000 + "**\n",
    ],
    ids=["comments", "brackets", "emphasis", "many", "states"],
)
def test_hostile_texts_end(text: str) -> None:
    assert read(text).lines[0] == 1


INDENTS = ["", "", " ", "  ", "   ", "    ", "      ", "\t", "> ", ">> ", "  > "]
MARKERS = ["- ", "* ", "+ ", "1. ", "2) ", "10. ", "-   ", "-     ", "- - ", "1. - ", "", "# ", "## ", "### ", "> "]
BOXES = ["[ ] ", "[ ] ", "[x] ", "[X] ", "", "[] ", "\\[ ] ", "☐ ", "[ ]"]
WORDS = [
    "a", "b *c*", "**bold**", "then:", "`code`", "[l](http://x.y/z)", "[r][ref]", "[ref]: http://e.f 'T'", "```",
    "```bash", "~~~", "---", "===", "<!--", "-->", "<!-- c -->", "<div>", "| a | b |", "|---|---|", "| ☐ | x |",
    "* * *", "foo  ", "foo\\", "[^1]: note", "Weekly", "P (1 week before launch)", "数据库", "🚀", "مرحبا", "<pre>",
    "<script>", "<?php", "KEY=1", "| a \\| b | `c` |", "foo #", "&amp; &lt;", "Rollback", "Sign-Off", "Contacts",
    "Uptime: > 99%", "a: <b@c.d>", "", "",
]  # fmt: skip
line = st.tuples(*map(st.sampled_from, (INDENTS, MARKERS, BOXES, WORDS))).map("".join)
documents = st.lists(line | st.just(""), max_size=15).map("\n".join)


def is_read_by_the_rule(text: str) -> None:
    expected = as_the_plugin_reads(text)
    try:
        found = read(text)
    except ConfigurationError:
        assert not expected
        return
    assert list(zip(lines_of(found.checklist), found.lines, strict=True)) == expected
    boxes = {number for number, each in enumerate(text.split("\n"), 1) if is_box_like(each)}
    assert boxes - set(found.lines) == {each.line for each in found.unplaced}
    part_texts(found.parts)
    checklist_text(found.checklist, "x.md")
    assert lines_of(read(checklist_markdown(found.checklist)).checklist) == [each for each, _ in expected]


(
    test_any_markdown_is_read_by_the_rule_and_nothing_like_a_box_is_lost,
    test_very_much_markdown_is_read_by_the_rule_and_nothing_like_a_box_is_lost,
) = in_both(is_read_by_the_rule, documents)
