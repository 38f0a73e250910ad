"""Drafts: what somebody typed into a dialog and did not give, kept for when the same is asked again.

Only in memory: a value may be a secret until it is masked on its way to the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

_Key = tuple[str, str, str, str]


class Drafts:
    """By person, run, the commit that it flies, and what was asked: a value seen of one version is none of another."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self._kept: dict[_Key, tuple[str, ...]] = {}

    def about(self, what: str) -> Draft:
        """Return the draft of what is asked now."""
        run = self._app.present[0]
        return Draft(self._kept, (self._app.me, run.id, run.commit, what))


class Draft:
    """What was typed into one dialog's fields."""

    def __init__(self, kept: dict[_Key, tuple[str, ...]], key: _Key) -> None:
        self._kept = kept
        self._key = key

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts, in the order of the fields; nothing where nothing was typed."""
        return self._kept.get(self._key, ())

    def keep(self, texts: Sequence[str]) -> bool:
        """Keep what is typed; return whether there was anything."""
        has_text = any(text.strip() for text in texts)
        if has_text:
            self._kept[self._key] = tuple(texts)
        else:
            self._kept.pop(self._key, None)
        return has_text
