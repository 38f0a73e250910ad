"""Bytes of logs: read, classified, counted and drawn; every byte is accounted for, and none of them is obeyed."""

from __future__ import annotations

import json
from datetime import UTC
from random import Random
from typing import NamedTuple, cast

from rich.cells import cell_len
from rich.style import Style
from textual.widget import Widget

from cockpit.errors import CockpitError
from cockpit.logs.classify import Classifier
from cockpit.logs.fingerprints import Fingerprints
from cockpit.logs.follow import Follower
from cockpit.logs.line import LogLine
from cockpit.logs.match import SlowPatternError, TextFilter
from cockpit.logs.stats import Wanted, stats
from cockpit.redact import redacted
from cockpit.tui.widgets.log_drawing import LogDrawing
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import log_seeds
from tests.fuzz.target import Target, command, require, require_safe

_NOW = 1_782_907_200.0
_LONGEST = 24_000  # bytes
_FILTERS = (
    "error", "(a+)+$", "[", "(?i)x|y", "!get", "\\d{3,}", "(x|x)*y", "a{99999}", "(?P<n>a)(?P=n)", "\x1b", "[[:x:]]",
    "(", "(?<=a+)b", "^.*.*.*=$", "\\", "*", "(?:" * 500, "\\N{DIGIT ONE}", "[a-\\d]", "(?#", "\udcff", ".{1,9999}x",
)  # fmt: skip


class Log(NamedTuple):
    """A log's bytes, where they are cut on their way, and what is looked for in it."""

    data: bytes
    cuts: tuple[int, ...]
    typed: str


class _Plain:
    """Stands for the widget that a line is drawn in: it has no colours."""

    def get_component_rich_style(self, *_names: str) -> Style:
        return Style(bgcolor="#000000")


class LogLines(Target[Log]):
    """Logs of many programs, mutated, in pieces."""

    name = "logs"
    seconds = 10.0

    def make(self, dice: Random) -> Log:
        seeds = log_seeds()
        seed = dice.choice(seeds)
        start = dice.randrange(len(seed))
        begin = seed.rfind(b"\n", 0, start) + 1
        data = mutated(dice, seed[begin : begin + dice.choice((300, 3000, _LONGEST))], seeds)
        if dice.random() < 0.02:
            data += b"x" * 1_000_000 + b"\n"
        cuts = tuple(sorted(dice.randint(0, len(data)) for _ in range(dice.randint(0, 4))))
        typed = dice.choice(_FILTERS)
        if dice.random() < 0.5:
            typed = mutated(dice, typed.encode("utf-8", "surrogatepass"))[:200].decode("utf-8", "replace")
        return Log(data, cuts, typed)

    def check(self, made: Log) -> None:
        path = self.place / "app.log"
        path.write_bytes(made.data)
        lines = self._followed(made)
        self._counted()
        self._drawn(lines)
        self._filtered(lines, made.typed)
        status, out, _ = command("logs", str(path), "-n", "50")
        require(status == 0, f"exit status {status}")
        status, out, _ = command(
            "logs", str(path), "--stats", "--patterns", "--fingerprints", "--requests", "--json"
        )  # fmt: skip
        require(status == 0, f"exit status {status}")
        found = json.loads(out)
        require(sum(found["levels"].values()) == found["lines"], "the levels do not add up to the lines")

    def _followed(self, made: Log) -> list[LogLine]:
        """Let the file grow piece by piece; every whole line of it comes, once."""
        path = self.place / "growing.log"
        path.unlink(missing_ok=True)
        classifier = Classifier("app", zone=UTC, clock=lambda: _NOW)
        found, size = list[LogLine](), 0
        with Follower(path, tail=len(made.data) + 1) as follower:
            start = 0
            for end in (*made.cuts, len(made.data)):
                with path.open("ab") as file:
                    file.write(made.data[start:end])
                start = end
                while True:
                    batch = follower.poll()
                    for raw in batch.lines:
                        size += raw.size
                        found.append(classifier.classify(raw.text))
                    if not batch.more:
                        break
        whole = made.data.rfind(b"\n") + 1
        wide = made.data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        hole = len(made.data) - len(made.data.lstrip(b"\0"))  # as a truncation leaves it: no line has it
        require(wide or size == max(whole - hole, 0), f"{size} bytes of {whole} came, which begin with {hole} zeros")
        require(wide or len(found) == made.data[:whole].count(b"\n"), "not as many lines as line feeds")
        return found

    def _counted(self) -> None:
        """Counting in bulk and line by line come to the same."""
        path = self.place / "app.log"
        quick = stats(path, clock=lambda: _NOW)
        slow = stats(path, wanted=Wanted(patterns=True, fingerprints=True, requests=True), clock=lambda: _NOW)
        for key in ("lines", "levels", "formats", "first_at", "last_at", "bytes"):
            require(quick[key] == slow[key], f"{key}: {quick[key]} in bulk, {slow[key]} line by line")

    def _drawn(self, lines: list[LogLine]) -> None:
        drawing = LogDrawing(cast(Widget, _Plain()), UTC, ascii_only=False, mask=lambda text: redacted(text, {}))
        fingerprints = Fingerprints()
        for number, line in enumerate(lines[:300]):
            fingerprints.add(line)
            strip, _ = drawing.draw(number, line)
            require_safe(strip.text, "a row that is drawn")
            for width in (12, 40):
                for part in range(min(drawing.rows_of(line, width), 3)):
                    strip, _ = drawing.draw(number, line, width=width, part=part)
                    require_safe(strip.text, "a row that is drawn")
                    room = max(width, 17)
                    require(cell_len(strip.text) <= room + 1, f"a row of {cell_len(strip.text)} cells in {width}")
        fingerprints.ranked()

    @staticmethod
    def _filtered(lines: list[LogLine], typed: str) -> None:
        chosen = TextFilter.lenient(typed)
        try:
            for line in lines[:200]:
                chosen.wants(line)
        except SlowPatternError:
            return
        try:
            TextFilter.strict(typed)
        except CockpitError as error:
            require(error.fix, "an error without a fix")
