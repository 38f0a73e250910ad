"""Between the session and the signatures: which stored sign-offs there are, and what each one's signature is worth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cockpit.git.command import Git
from cockpit.release.configuration import Signing
from cockpit.release.record import Actor
from cockpit.release.run import Verdict
from cockpit.store.envelope import Stored

if TYPE_CHECKING:
    from cockpit.signing.allowed import AllowedSigners
    from cockpit.signing.judge import Claim

_KINDS = frozenset({"signoff.given", "signoff.revoked"})
_HOLDS = 60.0  # seconds: by then a key may have expired, or the list have got another


class Seals:
    """Keeps the exact bytes of sign-offs and their revocations, and verdicts for a minute; for one thread at a time."""

    def __init__(self, git: Git, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._git = git
        self._monotonic = monotonic
        self._stored: dict[str, list[Stored]] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._key: tuple[Signing, str, int] | None = None
        self._until = 0.0

    def keep(self, events: Iterable[Stored]) -> None:
        """Take in those that are sign-offs or take one back; another copy of one may bring another signature."""
        for stored in [each for each in events if each.envelope.kind in _KINDS]:
            copies = self._stored.setdefault(stored.id, [])
            if all(copy.signature != stored.signature for copy in copies):
                copies.append(stored)
                self._until = 0.0

    def clear(self) -> None:
        """Forget them all: another run is in focus."""
        self._stored.clear()
        self._until = 0.0

    def due(self) -> bool:
        """Whether there are verdicts that have been given too long ago."""
        return bool(self._stored) and self._monotonic() >= self._until

    def verdicts(self, signing: Signing, stream: str, roles: Mapping[str, str]) -> Mapping[str, Verdict]:
        """Return the verdicts by record; `roles` names each one's role, empty for any signer's, `stream` their run."""
        key = (signing, stream, len(roles))
        if key == self._key and self._monotonic() < self._until:
            return self._verdicts
        if roles:
            from cockpit.signing.allowed import allowed_signers
            from cockpit.signing.judge import judge

            allowed = allowed_signers(self._git, signing)
            self._verdicts = {
                record: judge(self._claim(copies, roles[record], stream), signing, allowed)
                for record, copies in self._stored.items()
                if record in roles
            }
        self._key, self._until = key, self._monotonic() + _HOLDS
        return self._verdicts if roles else {}

    def allowed(self, signing: Signing) -> AllowedSigners | None:
        """Return who may sign, read anew."""
        from cockpit.signing.allowed import allowed_signers

        return allowed_signers(self._git, signing)

    @staticmethod
    def _claim(copies: list[Stored], role: str, stream: str) -> Claim:
        from cockpit.signing.judge import Claim

        envelope = copies[0].envelope
        by = Actor(envelope.by.name, envelope.by.email, envelope.by.key)
        signatures = tuple(copy.signature for copy in copies if copy.signature)
        return Claim(by, role, copies[0].payload, signatures, envelope.stream != stream)
