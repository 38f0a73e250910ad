"""Logs whose own head names their columns: W3C extended (IIS, CloudFront) and Zeek."""

from __future__ import annotations

from cockpit.logs.lazy import lazily
from cockpit.logs.levels import status_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.stamps import stamp_at
from cockpit.logs.timestamps import ISO_TIME, field_epoch, iso_epoch

_CELL = lazily(r'"(?:[^"]|"")*"|\S+')
_DIRECTIVE = lazily(
    r"#(?:Software|Version|Date|Start-Date|End-Date|Remark|GMT-Offset|Fields|separator|set_separator"
    r"|empty_field|unset_field|path|open|close|fields|types)\b"
)
_STATUS = ("sc-status", "s-status", "status_code", "sc(status)")
_LIMIT = 200  # columns


class Columns:
    """The columns that a log's directives have named so far."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._name = "w3c"
        self._tabs = False
        self._date = ""

    @property
    def known(self) -> bool:
        """Whether lines can be read."""
        return bool(self._names)

    def directive(self, text: str) -> Parsed | None:
        """Take in a directive, such as `#Fields: date time sc-status`; None where the line is none."""
        if not _DIRECTIVE.match(text):
            return None
        head, _, rest = text.partition("\t") if text.startswith("#fields\t") else text.partition(":")
        if head in ("#Fields", "#fields"):
            cells = rest.split()[:_LIMIT]
            self._names = {cell.lower(): index for index, cell in reversed(list(enumerate(cells)))}
            self._name, self._tabs = ("zeek", True) if head == "#fields" else ("w3c", False)
        elif head == "#Date":
            self._date = rest.strip()[:10]
        return Parsed(Level.NONE, None, text, "zeek" if self._tabs else "w3c")

    def read(self, text: str, setting: Setting) -> Parsed | None:
        """Return what the columns say of a line; None where it has not as many."""
        cells = text.split("\t") if self._tabs or "\t" in text else _CELL.findall(text)
        if len(cells) < min(len(self._names), 2) or abs(len(cells) - max(self._names.values()) - 1) > 2:
            return None
        return Parsed(self._level(cells), self._at(cells, setting), text, self._name)

    def _cell(self, cells: list[str], *names: str) -> str:
        for name in names:
            index = self._names.get(name)
            if index is not None and index < len(cells):
                return cells[index].strip('"')
        return ""

    def _level(self, cells: list[str]) -> Level:
        status = self._cell(cells, *_STATUS)
        if len(status) == 3 and status.isdecimal() and status.isascii():
            return status_level(int(status))
        return Level.NONE

    def _at(self, cells: list[str], setting: Setting) -> float | None:
        epoch = self._cell(cells, "ts")
        if epoch:
            return field_epoch(epoch, setting.zone)
        text = f"{self._cell(cells, 'date', 'date-local') or self._date} {self._cell(cells, 'time', 'time-local')}"
        match = ISO_TIME.match(text)
        if match:
            return iso_epoch(match, setting.zone)
        stamp = stamp_at(text, 0, setting)
        return stamp.at if stamp else None
