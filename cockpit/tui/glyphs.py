"""The signs of the screen, in Unicode and, for a terminal or locale without it, in ASCII: decided here alone.

No other text of the screens' code holds anything but ASCII: where it wants a sign, it takes it from the set in use.
"""

from __future__ import annotations

import locale
import os
from functools import lru_cache

from msgspec import Struct

from cockpit.text import visible


class Glyphs(Struct, frozen=True):
    """One set of signs; each is one column wide, but for the arrow, the names of keys, and `more`."""

    cursor: str
    done: str
    attested: str
    sensed: str
    regressed: str
    unknown: str
    stale: str
    open: str
    claimed: str
    asked: str  # a second person's answer is awaited
    deferred: str
    na: str
    overridden: str
    blocked: str
    contested: str
    suspended: str
    killer: str
    wheel: str
    up: str
    down: str
    degraded: str
    paused: str
    rule: str
    double_rule: str
    ellipsis: str
    due: str
    late: str
    dot: str  # between words of equal rank
    dash: str  # where a value would stand
    arrow: str
    more: str  # a button that asks on, a wait
    running: str
    present: str  # the tag that runs now
    proposed: str
    bad: str
    good: str
    no_commit: str
    bars: str
    full: str
    empty: str
    keys: tuple[str, str, str, str]  # the arrow keys: up, down, left, right
    points: tuple[str, str]  # how plotext is to draw a chart's upper and lower line
    legend: tuple[str, str]  # and what that looks like


UNICODE = Glyphs(
    cursor="▸", done="✓", attested="◉", sensed="=", regressed="!", unknown="?", stale="~", open="·", claimed="◐",
    asked="◑", due="○", late="!",
    deferred=">", na="–", overridden="^", blocked="■", contested="≠", suspended="‖", killer="◆", wheel="⊛",
    up="✓", down="✗", degraded="▲", paused="‖", rule="─", double_rule="═", ellipsis="…", dot="·", dash="–",
    arrow="→", more="…", running="▶", present="●", proposed="◎", bad="✗", good="✓", no_commit="∅",
    bars="▁▂▃▄▅▆▇█", full="━", empty="─", keys=("↑", "↓", "←", "→"), points=("hd", "dot"), legend=("▞", "•"),
)  # fmt: skip
ASCII = Glyphs(
    cursor=">", done="v", attested="@", sensed="=", regressed="!", unknown="?", stale="~", open=".", claimed="o",
    asked="2", due="+", late="!",
    deferred="/", na="-", overridden="^", blocked="#", contested="%", suspended="|", killer="*", wheel="@",
    up="v", down="X", degraded="!", paused="|", rule="-", double_rule="=", ellipsis="~", dot="-", dash="-",
    arrow="->", more="...", running=">", present="*", proposed="@", bad="x", good="+", no_commit="-",
    bars="_.-~=+*#", full="#", empty="-", keys=("Up", "Down", "Left", "Right"), points=("*", "."), legend=("*", "."),
)  # fmt: skip
# What plotext frames a chart with.
FRAME_IN_ASCII = str.maketrans("─│┌┐└┘├┤┬┴┼", "-|+++++++++")
# Signs of ours in what was written down already: escapes, cuts, masked secrets.
_WRITTEN = str.maketrans({"␛": "\\e", "␀": "\\0", "…": "~", "•": "*"})


def choose_glyphs() -> Glyphs:
    """Return the set that this terminal can show: ASCII by `COCKPIT_ASCII`, or where the locale is not UTF-8."""
    return ASCII if os.environ.get("COCKPIT_ASCII") or not locale_is_utf8() else UNICODE


def locale_is_utf8() -> bool:
    """Whether the terminal takes UTF-8, by its locale."""
    # Python's UTF-8 mode speaks for the process, so the terminal's own locale is asked first.
    return _is_utf8(os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "")


@lru_cache(maxsize=8)
def _is_utf8(named: str) -> bool:
    if named and "utf" not in named.lower():
        return False
    return locale.getpreferredencoding(False).lower().replace("-", "") == "utf8"


def shown(text: str, *, limit: int | None = None) -> str:
    """Return external text made safe by `visible`, as this terminal can show it.

    Letters stay as they are, unless the locale has none but ASCII: there they are escaped, too, for whatever writes to
    the terminal would escape them, and what stands beside them would not be where it was meant to be.
    """
    if limit is None and text.isascii() and text.isprintable():
        return text
    if choose_glyphs() is UNICODE:
        return visible(text, limit=limit)
    safe = visible(text, limit=limit, ascii_only=True).translate(_WRITTEN)
    return safe if locale_is_utf8() else safe.encode("ascii", "backslashreplace").decode()


def shown_lines(text: str) -> list[str]:
    """Return the lines of external text, each made safe as by `shown`."""
    return [shown(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
