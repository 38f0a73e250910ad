"""The keys of a checklist."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.checklist import Checklist, Item, Link, Phase, Section

_NOTE = "what is read beside it"
_WINDOW = "of what is daily: from when to when, relative to launch: T+0d..T+14d"
WORDS: dict[type[Struct], dict[str, str]] = {
    Checklist: {
        "id": "its name, in a-z, 0-9 and -",
        "title": "its title",
        "version": "its version",
        "last_updated": "when it was last changed, for people to read",
        "next_review": "when it is looked over again, for people to read",
        "note": _NOTE,
        "phases": "the stretches of the release, in this order",
        "appendix": "the rest of the document that it was imported from, as Markdown",
        "front_matter": "the front matter of that document, as YAML",
    },
    Phase: {
        "id": "its name, in a-z, 0-9 and -",
        "title": "its title",
        "when": "when it is, in words",
        "note": _NOTE,
        "pause_point": "whether it ends in a go or no-go",
        "poll": "the roles that are asked there; empty takes the roles of its items",
        "poll_timeout": "how long after the first answer the others may come; 15m without",
        "maintenance": "its items recur: each period has one of its own",
        "sections": "its headings",
    },
    Section: {
        "id": "its name, in a-z, 0-9 and -",
        "title": "its title",
        "note": _NOTE,
        "cadence": "how often its items recur, where an item does not say",
        "window": _WINDOW,
        "items": "its items",
    },
    Item: {
        "id": "written once and never changed: what was said of the item is kept by it",
        "text": "what is to be done or seen",
        "checked": "ticked in the file it was imported from, which says nothing of this release",
        "ordered": "numbered there: to be done in this order",
        "note": _NOTE,
        "role": "who does it",
        "killer": "without it the pause point says no-go",
        "two_person": "two persons answer for it, the second without seeing the first one's value",
        "applies": "`if-applicable` where it may not concern this service",
        "run": "a command that a person copies or runs; never executed by itself",
        "evidence": "`required`: who ticks it says what they saw",
        "check": "how it is sensed",
        "binds": "what is said of it goes stale when this moves",
        "paths": "with `binds: paths`: the paths that matter",
        "expires": "how long a person's word holds, such as 30d",
        "due": "when it is due, relative to launch: T-7d, T+14d",
        "cadence": "how often it recurs",
        "window": _WINDOW,
        "schedule": "`after-completion` counts the next period from when it was done last",
        "links": "where to read more",
        "items": "items below it",
    },
    Link: {"title": "what it is called", "url": "its address"},
}
