"""Durations as people write them: `500ms`, `5s`, `15m`, `24h`, `7d`, `2w`."""

from __future__ import annotations

import math
import re

CLOCKS_APART = 300.0  # seconds by which the clocks of two hosts may differ
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+")


def parse_duration(text: str) -> float:
    """Return the seconds that `text` names, such as 5400.0 for `1h30m`; ValueError says what is accepted."""
    squeezed = text.strip().replace(" ", "")
    if not _WHOLE.fullmatch(squeezed):
        raise ValueError(f"{text!r} is not a duration: write a number with ms, s, m, h, d or w, such as 500ms or 15m")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(squeezed))
    if math.isinf(seconds):
        raise ValueError(f"{text[:20]!r} and so on is no duration: it is longer than can be counted")
    return seconds


def short_duration(seconds: float) -> str:
    """Return a span in at most four characters or so: `40ms`, `4s`, `12m`, `3h`, `9d`."""
    if seconds < 0:
        return "0s"
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("m", 60.0)):
        if seconds >= (2 * size if unit == "d" else size):
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"


def long_duration(seconds: float) -> str:
    """Return a span with its two greatest units: `3 h 12 m`, `2 d 4 h`, `40 s`."""
    rest = max(int(seconds), 0)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count} {unit}")
        if len(parts) == 2:
            break
    return " ".join(parts) or "0 s"


def byte_size(count: int) -> str:
    """Return a number of bytes with one unit: `812 B`, `4.0 kB`, `1.2 GB`."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def ahead(seconds: float, *, allowed: float = CLOCKS_APART) -> str:
    """Return in words how far ahead of this host's clock something is dated; empty where that is within `allowed`."""
    return f"{age(seconds)} ahead of this host's clock" if seconds > allowed else ""


def age(seconds: float) -> str:
    """Return how long ago something was, in whole seconds or more: `0s`, `4s`, `12m`."""
    return short_duration(float(int(max(seconds, 0.0)))) if seconds >= 1 else "0s"
