"""What stands on a terminal after a stream of bytes: enough of one for programs that address every line they draw."""

from __future__ import annotations

import codecs
import re

from rich.cells import cell_len

_TOKENS = re.compile(
    r"\x1b\[(?P<private>[?<=>]?)(?P<numbers>[\d;:]*)[ -/]*(?P<final>[@-~])"  # CSI
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # DCS and the like
    r"|\x1b[()*+#%][^\x1b]|\x1b[^\[\]PX^_()*+#%]"
    r"|(?P<text>[^\x00-\x1f\x7f\x1b]+)"
    r"|[\x00-\x1a\x1c-\x1f\x7f]"
)
Cell = tuple[str, str]  # a character (empty behind a wide one), and how it is drawn: the parameters of SGR


_ENDED = {22: {1, 2}, 23: {3}, 24: {4, 21}, 25: {5, 6}, 27: {7}, 28: {8}, 29: {9}, 54: {51, 52}, 55: {53}}


class Look:
    """How a terminal draws just now, by all it has been told since it was told to draw plainly."""

    def __init__(self) -> None:
        self._attributes: set[int] = set()
        self._ink = self._ground = ""

    def take(self, numbers: str) -> None:
        """Take in the parameters of one SGR."""
        codes = [int(code or 0) for code in numbers.split(";")]
        while codes:
            code = codes.pop(0)
            colour = str(code)
            if code in {38, 48}:
                size = {5: 2, 2: 4}[codes[0]]
                colour, codes = ";".join(map(str, [code, *codes[:size]])), codes[size:]
            if code == 0:
                self._attributes.clear()
                self._ink = self._ground = ""
            elif code in {39, 49}:
                self._ink, self._ground = ("", self._ground) if code == 39 else (self._ink, "")
            elif 30 <= code <= 38 or 90 <= code <= 97:
                self._ink = colour
            elif 40 <= code <= 48 or 100 <= code <= 107:
                self._ground = colour
            elif code in _ENDED:
                self._attributes -= _ENDED[code]
            else:
                self._attributes.add(code)

    def told(self) -> str:
        """Return it as parameters."""
        return ";".join([*map(str, sorted(self._attributes)), *filter(None, (self._ink, self._ground))])

    def told_of_blanks(self) -> str:
        """Return what of it is seen where no ink is."""
        return self.told() if self._attributes - {1, 2, 3} else self._ground


class Painted:
    """A screen of `width` by `height` cells, fed with what a program writes; scrolling is not played."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rows: list[list[Cell]] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""  # the beginning of a sequence whose end has not come yet
        self._look = Look()
        self._style = ""
        self._x = self._y = 0
        self._clear()

    def feed(self, data: bytes) -> None:
        """Take in some bytes, cut anywhere."""
        text = self._rest + self._decoder.decode(data)
        at = 0
        while at < len(text):
            token = _TOKENS.match(text, at)
            if token is None:
                break  # an escape that goes on in the next bytes
            at = token.end()
            if token["text"] is not None:
                self._put(token["text"])
            elif token["final"] is not None:
                self._control(token["private"], token["numbers"], token["final"])
            else:
                self._other(token[0])
        self._rest = text[at:]

    def lines(self) -> list[str]:
        """Return the text of each row."""
        return ["".join(cell for cell, _ in row) for row in self.rows]

    def holds(self, text: str) -> bool:
        """Whether a text stands on one of the rows."""
        return any(text in line for line in self.lines())

    def places(self, sign: str) -> frozenset[tuple[int, int]]:
        """Return where a character stands: rows and columns from 0."""
        return frozenset((y, x) for y, row in enumerate(self.rows) for x, cell in enumerate(row) if cell[0] == sign)

    def drawn(self) -> tuple[tuple[Cell, ...], ...]:
        """Return everything, to be compared."""
        return tuple(tuple(row) for row in self.rows)

    def _clear(self) -> None:
        self.rows = [[(" ", "")] * self.width for _ in range(self.height)]

    def _put(self, text: str) -> None:
        for character in text:
            if self._x >= self.width or self._y >= self.height:
                return
            wide = 1 if character.isascii() else cell_len(character)
            row = self.rows[self._y]
            if wide:
                row[self._x] = (character, self._look.told_of_blanks() if character == " " else self._style)
                for behind in range(self._x + 1, min(self._x + wide, self.width)):
                    row[behind] = ("", self._style)
                self._x += wide

    def _control(self, private: str, numbers: str, final: str) -> None:
        first, *more = numbers.split(";") if numbers else [""]
        count = int(first) if first.isdigit() else 0
        if final == "m":
            self._look.take(numbers)
            self._style = self._look.told()
        elif final in {"H", "f"}:
            second = int(more[0]) if more and more[0] else 1
            self._y, self._x = max(count, 1) - 1, max(second, 1) - 1
        elif final == "J" and count in {2, 3}:
            self._clear()
        elif final == "K" and not private and self._y < self.height:
            start = self._x if count == 0 else 0
            end = self._x + 1 if count == 1 else self.width
            self.rows[self._y][start:end] = [(" ", self._style)] * max(end - start, 0)
        elif final == "h" and private == "?" and "1049" in numbers:
            self._clear()
        elif final in {"A", "B", "C", "D"} and not private:
            by = max(count, 1)
            self._y += {"A": -by, "B": by}.get(final, 0)
            self._x += {"C": by, "D": -by}.get(final, 0)

    def _other(self, token: str) -> None:
        if token == "\r":
            self._x = 0
        elif token == "\n":
            self._y += 1
        elif token == "\b":
            self._x = max(self._x - 1, 0)
