"""Markdown checklists: what is imported is just what the grammar's own parser sees, and the same after a way back."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from cockpit.content.markdown.exporting import checklist_markdown
from cockpit.content.markdown.files import checklist_text, part_texts
from cockpit.content.markdown.importing import import_text
from cockpit.content.markdown.source import read_markdown
from cockpit.errors import ConfigurationError
from tests.content.markdown.reading import as_the_plugin_reads, lines_of, read
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import markdown_seeds
from tests.fuzz.target import Target, command, require, require_safe

_INDENTS = ("", "", "", " ", "  ", "  ", "   ", "    ", "      ", "\t", "> ", ">> ", "> > ", "  > ")
_STARTS = (
    "- ", "* ", "+ ", "1. ", "2) ", "10. ", "-  ", "-   ", "-     ", "- - ", "1. - ", "", "", "# ", "## ", "### ",
    "#### ", "> ",
)  # fmt: skip
_BOXES = ("[ ] ", "[x] ", "[X] ", "", "", "[] ", "\\[ ] ", "☐ ", "[ ]", "[x]", "[-] ")
_TEXTS = (
    "a", "b *c*", "**bold**", "**Label:**", "then:", "`code`", "[l](http://x.y/z)", "[r][ref]", "[ref]: http://e.f 'T'",
    "```", "```bash", "~~~", "---", "===", "<!--", "-->", "<!-- c -->", "<div>", "</div>", "| a | b |", "|---|---|",
    "| ☐ | x |", "* * *", "___", "    code", "foo  ", "foo\\", "[^1]: note", "Weekly", "Phase (1 week before launch)",
    "(if applicable)", "数据库 备份", "🚀", "مرحبا", "1. x", "+ y", "<pre>", "<script>", "<?php", "<!X", "<![CDATA[",
    "KEY=1", "$ ls", "| a \\| b | `c` |", "#", "foo #", "&amp; &lt;", "Rollback", "Emergency", "Sign-Off", "Contacts",
    "Uptime: > 99%", "a: <b@c.d>", "\x1b[31m", "\u202e", "\u2028", "\x0c", "&#27;", "&#x202e;", "", "", "", "",
)  # fmt: skip


class Markdown(Target[bytes]):
    """Files of public repositories, mutated, and lines put together at random."""

    name = "markdown"

    def make(self, dice: Random) -> bytes:
        if dice.random() < 0.5:
            return written(dice).encode()
        seeds = markdown_seeds()
        return mutated(dice, dice.choice(seeds), seeds)

    def check(self, made: bytes) -> None:
        path = self.place / "x.md"
        path.write_bytes(made)
        status, out, err = command("import", str(path))
        require(status in {0, 2}, f"exit status {status}: {err}")
        try:
            text = read_markdown(path)
            first = import_text(text, "x.md", "x")
        except ConfigurationError:
            require(status == 2, "the command takes what cannot be read")
            require(out == "" and err.startswith(f"{path}:"), f"without its place: {err!r}")
            return
        require(status == 0, f"the command refuses what can be read: {err}")
        if text.startswith("---"):  # front matter, which the other parser does not know
            return
        expected = as_the_plugin_reads(text)
        same(lines_of(first.checklist), [line for line, _ in expected], "the items")
        same(list(first.lines), [number for _, number in expected], "their lines")
        back = checklist_markdown(first.checklist)
        require_safe(back, "the Markdown that is written", document=True)
        again = read(back)
        same(lines_of(again.checklist), lines_of(first.checklist), "the items after a way out and back")
        for _ in _quiet(lambda: part_texts(first.parts)):
            pass
        checklist_text(first.checklist, "x.md")
        lenient, out, _ = command("import", str(path), "--lenient", "--json")
        require(lenient == 0, f"with --lenient it refuses what it takes without: {out}")


def written(dice: Random) -> str:
    """Return lines that hold what Markdown is made of."""
    lines = []
    for _ in range(dice.randint(1, 18)):
        indent = dice.choice(_INDENTS) * dice.choice((1, 1, 1, 2))
        lines.append(indent + dice.choice(_STARTS) + dice.choice(_BOXES) + dice.choice(_TEXTS))
        if dice.random() < 0.25:
            lines.append("")
    return "\n".join(lines) + "\n"


def same(found: object, expected: object, what: str) -> None:
    """Raise FaultError where they differ."""
    require(found == expected, f"{what} differ: {found!r} is not {expected!r}")


def _quiet(work: Callable[[], object]) -> list[object]:
    try:
        return [work()]
    except ConfigurationError:
        return []  # parts that repeat an id, say: told with their place
