"""The signs of the screen, in Unicode and, for a terminal or locale without it, in ASCII."""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Glyphs:
    """One set of signs; each is one column wide."""

    cursor: str
    done: str
    attested: str
    sensed: str
    regressed: str
    unknown: str
    stale: str
    open: str
    claimed: str
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
    bullet: str
    running: str
    bars: str
    full: str
    empty: str


UNICODE = Glyphs(
    cursor="▸", done="✓", attested="◉", sensed="=", regressed="!", unknown="?", stale="~", open="·", claimed="◐",
    deferred=">", na="–", overridden="^", blocked="■", contested="≠", suspended="‖", killer="◆", wheel="⊛",
    up="✓", down="✗", degraded="▲", paused="‖", rule="─", double_rule="═", ellipsis="…", bullet="•", running="▶",
    bars="▁▂▃▄▅▆▇█",
    full="━", empty="─",
)  # fmt: skip
ASCII = Glyphs(
    cursor=">", done="v", attested="@", sensed="=", regressed="!", unknown="?", stale="~", open=".", claimed="o",
    deferred="/", na="-", overridden="^", blocked="#", contested="%", suspended="|", killer="*", wheel="@",
    up="v", down="X", degraded="!", paused="|", rule="-", double_rule="=", ellipsis="~", bullet="*", running=">",
    bars="_.-~=+*#",
    full="#", empty="-",
)  # fmt: skip


def choose_glyphs() -> Glyphs:
    """Return the set that this terminal can show: ASCII by `COCKPIT_ASCII`, or where the locale is not UTF-8."""
    if os.environ.get("COCKPIT_ASCII"):
        return ASCII
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    # Python's UTF-8 mode speaks for the process, so the terminal's own locale is asked first.
    named = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or ""
    if named and "utf" not in named.lower():
        return ASCII
    return UNICODE if encoding == "utf8" else ASCII
