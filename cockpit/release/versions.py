"""Version numbers in tag names: `v2.4.1`, `api/v1.0.0-rc.1`, `release-2026.10`, `2.4.0rc2+build.7`."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from cockpit.patterns import pattern

_PART = r"[0-9A-Za-z-]+"
_VERSION = pattern(
    r"(?P<prefix>(?:[a-z][a-z0-9.]*[-_/@])*?(?:v|ver|version|r|rel|release)?)"
    r"(?P<numbers>[0-9]{1,18}(?:\.[0-9]{1,18}){0,7})"
    rf"(?:-(?P<pre>{_PART}(?:\.{_PART})*)|[._]?(?P<glued>(?:alpha|beta|dev|pre|rc|a|b|c)[.-]?[0-9]*))?"
    rf"(?:\+{_PART}(?:\.{_PART})*)?",
    re.IGNORECASE | re.ASCII,
)
# Whoever says so means it, whatever dates say: a candidate may be tagged later than the commit that it became.
_CANDIDATE = pattern(
    r"(?:a|alpha|b|beta|c|canary|cr|dev|ea|m|milestone|next|nightly|pre|preview|rc|snapshot|test)(?![a-z])",
    re.IGNORECASE,
)

Identifier = tuple[int, int, str, int]  # (0, number, "", 0) or (1, 0, word, its trailing number or -1)


class Version(Struct, frozen=True, gc=False):
    """A version number; `prefix` tells several products in one repository apart and has no trailing `v`."""

    prefix: str
    numbers: tuple[int, ...]
    pre: tuple[Identifier, ...] = ()

    @property
    def precedence(self) -> tuple[tuple[int, ...], bool, tuple[Identifier, ...]]:
        """Sorts ascending as semver.org item 11 says, `rc10` after `rc9`; build metadata does not count."""
        return self.numbers, not self.pre, self.pre

    @property
    def candidate(self) -> bool:
        """Whether it says that it comes before its release; `-hotfix1` or `-2` may as well follow it."""
        return bool(self.pre) and _CANDIDATE.match(self.pre[0][2]) is not None


@lru_cache(maxsize=1 << 15)  # a list of tags is ordered, and then looked through for what came before
def parse_version(name: str) -> Version | None:
    """Return the version that a tag name states, or None; a lone number counts only after a `v`."""
    match = _VERSION.fullmatch(name)
    if match is None:
        return None
    prefix, numbers = match["prefix"], match["numbers"]
    named = prefix[-1:] in ("v", "V")
    if "." not in numbers and not named:
        return None
    counted = [int(number) for number in numbers.split(".")]
    while len(counted) > 1 and counted[-1] == 0:
        counted.pop()
    pre = match["pre"] or match["glued"] or ""
    return Version(
        prefix=prefix[:-1] if named else prefix,
        numbers=tuple(counted),
        pre=tuple(_identifier(part) for part in pre.split(".")) if pre else (),
    )


def _identifier(part: str) -> Identifier:
    word = part.rstrip("0123456789")
    digits = part[len(word) :]
    if len(digits) > 18:
        return 1, 0, part, -1
    if not word:
        return 0, int(digits), "", 0
    return 1, 0, word, int(digits) if digits else -1
