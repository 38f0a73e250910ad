"""Two clones of one service, which release into the same world, and the bare repository between them."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from cockpit.git.command import Git
from tests.execution.flight import WAIT, Flight, Step
from tests.store.support import git

LEASE = "refs/cockpit/lease/shop/staging"
LATER = 700.0  # seconds after which an unseen lease is stale


class Two:
    """Ana's and Ben's clones, which release into the same world, and the bare repository between them."""

    def __init__(self, ana: Flight, *, url: str = "", runbooks: Mapping[str, str] | None = None) -> None:
        self.ana = ana
        self.remote = ana.home / "remote.git"
        git(ana.home, "init", "-q", "--bare", "--initial-branch=main", str(self.remote))
        for name, text in (runbooks or {}).items():
            path = ana.repo / "checklists" / "runbooks" / f"{name}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        ana.begin([hanging(ana), *ana.usual_steps()])
        ana.git.output("remote", "add", "origin", url or str(self.remote))
        git(ana.repo, "push", "-q", str(self.remote), "main", "--tags")
        ana.json("sync")
        self.ben = copy.copy(ana)
        self.ben.repo = ana.home / "ben's shop"
        git(ana.home, "clone", "-q", str(self.remote), str(self.ben.repo))
        self.ben.git = Git(self.ben.repo)
        self.ben.git.output("config", "user.name", "Ben")
        self.ben.git.output("config", "user.email", "ben@example.org")
        self.ben.json("sync")

    def leases(self) -> list[str]:
        return git(self.remote, "for-each-ref", "--format=%(refname)", "refs/cockpit/lease").splitlines()

    def away(self) -> None:
        self.remote.rename(self.ana.home / "away.git")

    def back(self) -> None:
        (self.ana.home / "away.git").rename(self.remote)


def hanging(flight: Flight) -> Step:
    """Return a step that waits at the gate, however it ends."""
    return flight.step("hang", f'echo $$ > "$V/hang.pid"; {WAIT}')
