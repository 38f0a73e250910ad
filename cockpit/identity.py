"""Whether it is clear who sits at a cockpit, or one must ask: accounts are shared, and people sit down twice."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cockpit.durations import short_duration
from cockpit.errors import UsageError
from cockpit.release.configuration import Configuration
from cockpit.release.live import Presence
from cockpit.release.record import same_name

_LONGEST = 60  # characters of a name


class Doubt(Struct, frozen=True):
    """Why it is not clear who acts, in words, and what to propose as an answer (which may be empty)."""

    why: str
    proposed: str = ""


def is_shared(name: str, configuration: Configuration) -> bool:
    """Whether that is the name of an account that several people use, and of no person."""
    return name.strip().casefold() in {account.casefold() for account in configuration.shared_accounts}


def doubt_about(
    name: str,
    *,
    told: bool,
    configured: bool,
    configuration: Configuration,
    present: Iterable[Presence] = (),
    now: float = 0.0,
) -> Doubt | None:
    """Return why one must ask who acts as `name`; None where it is clear.

    Who was `told` (by `--by`) is believed. `configured` is whether git knows a user.name; `present` are those who are
    here, of whom one with the same name may be somebody else at the same account, or the same person once more.
    """
    if told:
        return None
    if is_shared(name, configuration):
        return Doubt(f"{name} is an account that several people use")
    if not configured:
        return Doubt("git knows no user.name here", name)
    twin = next((one for one in present if one.kind == "screen" and same_name(one.name, name) and one.here(now)), None)
    if twin is not None:
        since = short_duration(now - twin.since)
        return Doubt(f"{name} has a cockpit open already, on {twin.host} for {since}", name)
    return None


def accepted_name(typed: str, configuration: Configuration) -> str:
    """Return the name that a person gave for themselves; UsageError where it can be nobody's."""
    name = " ".join(typed.split())
    if not name or not name.isprintable():
        raise UsageError("that is no name", fix="Write yours")
    if len(name) > _LONGEST:
        raise UsageError(f"a name has at most {_LONGEST} characters here", fix="Write a shorter one")
    if is_shared(name, configuration):
        raise UsageError(f"{name} is an account, not a person", fix="Write your own name")
    return name
