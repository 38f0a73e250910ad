"""Sizes as people write them: `512MB`, `10GiB`, `100kB`."""

from __future__ import annotations

import re

_UNITS = {
    "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)\s*([kmgt]?i?b)?", re.IGNORECASE)


def parse_size(text: str) -> float:
    """Return the bytes that `text` names; ValueError says what is accepted."""
    match = _SIZE.fullmatch(text.strip())
    unit = (match[2] or "b").lower() if match else ""
    if match is None or unit not in _UNITS:
        raise ValueError(f"{text!r} is not a size: write a number with B, kB, MB, GB, TB, KiB, MiB, GiB or TiB")
    return float(match[1]) * _UNITS[unit]


def shown_size(size: float) -> str:
    """Return a number of bytes in a few characters: `812 B`, `1.2 GB`."""
    for unit in ("TB", "GB", "MB", "kB"):
        if size >= _UNITS[unit.lower()]:
            return f"{size / _UNITS[unit.lower()]:.1f} {unit}"
    return f"{size:.0f} B"
