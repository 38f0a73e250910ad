"""People by name: who is meant by part of a name, and what to call them where there is little room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.errors import UsageError
from cockpit.release.live import Presence
from cockpit.release.record import same_name
from cockpit.release.run import Run

_LONGEST = 10  # characters of a name where there is little room


def known_people(run: Run, present: Iterable[Presence] = ()) -> list[str]:
    """Return the names of all who are here or have written in this run, those who are here first."""
    here = [one.name for one in present if one.kind == "screen"]
    return list(dict.fromkeys([*here, *(record.by.name for record in reversed(run.records))]))


def each_once(names: Iterable[str]) -> list[str]:
    """Return each person once, by the first of the ways in which the name is written."""
    found: list[str] = []
    for name in dict.fromkeys(names):
        if not any(same_name(name, other) for other in found):
            found.append(name)
    return found


def find_person(wanted: str, known: Sequence[str]) -> str:
    """Return the one whom a name means, whole or its first word, whatever its case; unknown ones are taken as typed.

    Raises UsageError where several are called so.
    """
    typed = wanted.strip()
    if typed in known:
        return typed
    folded = typed.casefold()
    whole = [name for name in known if name.casefold() == folded]
    found = whole or [name for name in known if name.casefold().split()[:1] == [folded]]
    if len(found) > 1:
        raise UsageError(f"{typed!r} may be {' or '.join(found)}", fix="Write the whole name")
    return found[0] if found else typed


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return what to call each person in a few letters: the first name, with an initial where two share one."""
    given = list(dict.fromkeys(names))
    firsts = [_first(name) for name in given]
    called = {}
    for name, first in zip(given, firsts, strict=True):
        words = name.split()
        shared = firsts.count(first) > 1 and len(words) > 1
        called[name] = f"{first}{words[-1][0]}" if shared else first
    return called


def _first(name: str) -> str:
    words = name.split() or ["?"]
    if len(words[0]) <= _LONGEST:
        return words[0]
    # A name cut in its middle reads like another one: initials, or a part of it that stands for itself.
    parts = [part for part in words[0].replace("@", "-").replace(".", "-").replace("_", "-").split("-") if part]
    if len(words) > 1:
        return "".join(word[0] for word in words[:3])
    return parts[0] if len(parts) > 1 and len(parts[0]) <= _LONGEST else words[0][: _LONGEST - 1] + "…"
