"""Hand ticks that are bound to paths: looked at from time to time, and said to hold no more where the paths changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct

from cockpit.release.events import ItemMoved
from cockpit.release.intents import Intent, RecordFact
from cockpit.watch.rounds import rounds
from cockpit.watch.troubles import Troubles

EVERY = 30.0  # seconds


class Bond(Struct, frozen=True):
    """What a record's word is bound to: these paths, as they were by that digest."""

    record: str
    paths: tuple[str, ...]
    digest: str


class BondSurroundings(Protocol):
    """What the composition root gives: the bonds by item, how the paths are now, and a place to say so."""

    def bonds(self) -> Mapping[str, Bond]: ...
    def digest(self, paths: tuple[str, ...]) -> str: ...  # empty where it cannot be told; asks git
    def act(self, intent: Intent) -> object: ...


class BondWatch:
    """Runs until cancelled."""

    def __init__(self, around: BondSurroundings, *, say: Callable[[str], None], every: float = EVERY) -> None:
        self._around = around
        self._troubles = Troubles(say)
        self._every = every

    async def watch(self) -> None:
        """Look at everything, again and again."""
        await rounds(self.look, self._every, self._troubles, "what ticks are bound to could not be looked at")

    def look(self) -> None:
        """Look once; a bond that was broken is told once, for the record that is stale by it is none any more."""
        bonds = self._around.bonds()
        now = {paths: self._around.digest(paths) for paths in {bond.paths for bond in bonds.values()}}
        for item, bond in bonds.items():
            if now[bond.paths] and now[bond.paths] != bond.digest:
                moved = ItemMoved(bond.record, f"{', '.join(bond.paths)} changed since")
                with self._troubles.attempt(item, f"what was seen of {item} was not recorded"):
                    self._around.act(RecordFact(f"item:{item}", moved))
