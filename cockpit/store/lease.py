"""The lease: a ref at the remote, named after service and environment, that one clone at a time holds.

It is taken by a push that only creates, renewed and given back by compare-and-swap, and never taken from another but
by an explicit break. Every holder draws a nonce: git says yes to both of two who push the very same object.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection

import msgspec
from msgspec import Struct

from cockpit.durations import short_duration
from cockpit.errors import RefusedError
from cockpit.release.live import LEASE_STALE_AFTER
from cockpit.store import files
from cockpit.store.location import StoreLocation
from cockpit.store.objects import ObjectDatabase
from cockpit.store.remote import RemoteError, StateRemote, Trouble
from cockpit.text import visible
from cockpit.times import epoch, rfc3339

STALE_AFTER = LEASE_STALE_AFTER  # after which a lease may be broken
TIMEOUT = 15.0  # seconds for one question to the remote: a person waits for it
_ATTEMPTS = 4


class LeaseHolder(Struct, frozen=True, omit_defaults=True):
    """What a lease says: who holds it, for what, since when (`at`), and when they were last there (`heartbeat`).

    Times are RFC 3339 UTC, by the holder's clock. `nonce` tells two holders apart who are alike in all else. `free` is
    left by one who could not delete the ref.
    """

    owner: str
    host: str
    pid: int
    at: str
    target: str
    reason: str
    nonce: str
    heartbeat: str = ""
    execution: str = ""
    free: bool = False

    @property
    def sentence(self) -> str:
        """Who holds it since when for what, safe to show."""
        return visible(f"{self.owner} on {self.host} since {self.at}: {self.reason}", limit=300)


_NOBODY = LeaseHolder("", "", 0, "", "", "", "")


class Lease(Struct, frozen=True):
    """A lease as it was seen: the ref's commit, and what that says, or None where it cannot be read.

    `unchanged_for` is how long this clone had known that very commit when it looked, in seconds.
    """

    oid: str
    holder: LeaseHolder | None
    unchanged_for: float = 0.0

    @property
    def nonce(self) -> str:
        """The holder's nonce; empty where the lease cannot be read."""
        return self.holder.nonce if self.holder is not None else ""

    def unseen_for(self, now: float) -> float:
        """Return the seconds since its holder was last there; endless where it cannot be read.

        It is by their clock and ours, and where theirs is ahead, as far as this clone has watched.
        """
        if self.holder is None:
            return float("inf")
        return max(now - epoch(self.holder.heartbeat or self.holder.at), self.unchanged_for)

    def stale(self, now: float) -> bool:
        """Whether its holder has not been seen for so long that it may be broken."""
        return self.unseen_for(now) >= STALE_AFTER


class LeaseHeldError(RefusedError):
    """Somebody else holds the lease (code `leased`), or it cannot be read (`no-lease`); `lease` says who."""

    code = "leased"

    def __init__(self, lease: Lease, now: float) -> None:
        holder = lease.holder
        if holder is None:
            super().__init__(
                f"the lease at the remote cannot be read ({lease.oid[:8]})",
                fix='Where nothing executes anywhere: cockpit execution unlock --lease --reason "..."',
                code="no-lease",
            )
        elif lease.stale(now):
            age = short_duration(lease.unseen_for(now))
            super().__init__(
                f"the lease is held by {holder.sentence}; not seen for {age}, it is STALE",
                fix="Make sure that nothing executes there; then cockpit execution unlock --lease --reason TEXT",
            )
        else:
            super().__init__(
                f"the lease is held by {holder.sentence}", fix="Wait until it is released, or speak with them"
            )
        self.lease = lease


class RemoteLease:
    """The lease of one service and environment at one remote; every method that asks the remote raises RemoteError.

    `now` is in epoch seconds.
    """

    def __init__(
        self,
        location: StoreLocation,
        remote: StateRemote,
        service: str,
        environment: str,
        *,
        now: Callable[[], float],
        timeout: float = TIMEOUT,
    ) -> None:
        self.remote = remote
        self.ref = f"{remote.names.lease}/{service}/{environment}"
        self.now = now
        self._tracking = f"{remote.tracking_lease}/{service}/{environment}"
        self._location = location
        self._timeout = timeout
        self._objects = ObjectDatabase(location)

    def tracked(self) -> Lease | None:
        """Return the lease as it was last heard of, without asking; None where nobody holds it."""
        found = self._objects.run("rev-parse", "--verify", "--quiet", "--end-of-options", self._tracking)
        return self._taken(self._at(found.text.strip())) if found.ok else None

    def read(self, *, cancel: threading.Event | None = None) -> Lease | None:
        """Ask the remote; return the lease, or None where nobody holds it."""
        return self._taken(self._read(cancel))

    def acquire(
        self, holder: LeaseHolder, *, ours: Collection[str] = (), cancel: threading.Event | None = None
    ) -> Lease:
        """Take the lease; LeaseHeldError says who has it. One whose nonce is among `ours` is taken over."""
        present: Lease | None = None
        for _ in range(_ATTEMPTS):
            try:
                return self._put(holder, over=present, cancel=cancel)
            except RemoteError as error:
                if error.trouble is not Trouble.REJECTED:
                    raise
            present = self._read(cancel)
            if self._taken(present) is not None and present is not None and present.nonce not in ours:
                raise LeaseHeldError(present, self.now())
        raise RemoteError("the lease changed hands at every try", trouble=Trouble.REJECTED, fix="Try again")

    def renew(self, lease: Lease, holder: LeaseHolder | None = None, *, cancel: threading.Event | None = None) -> Lease:
        """Say that the holder is still there; RemoteError `rejected` where it is not ours any more."""
        said = holder or lease.holder
        if said is None:
            raise ValueError("a lease that cannot be read is nobody's to renew")
        return self._put(said, over=lease, cancel=cancel)

    def release(self, lease: Lease) -> bool:
        """Give the lease back, or break it, by compare-and-delete; return whether it was there to be removed.

        Only this very holder's lease goes, at whichever heartbeat it is by now.
        """
        for _ in range(_ATTEMPTS):
            try:
                self._remove(lease)
            except RemoteError as error:
                if error.trouble is not Trouble.REJECTED:
                    raise
            else:
                return True
            present = self.read()
            if present is None or not lease.nonce or present.nonce != lease.nonce:
                return False
            lease = present
        return False

    def release_if(self, nonces: Collection[str]) -> bool:
        """Give back the lease of one of these nonces, where it is there: an answer that was lost left us in doubt."""
        present = self.read()
        return present is not None and present.nonce in nonces and self.release(present)

    def remove_exactly(self, lease: Lease) -> bool:
        """Remove the lease as it was seen and no later heartbeat of it; return whether that was still there."""
        try:
            self._remove(lease)
        except RemoteError as error:
            if error.trouble is not Trouble.REJECTED:
                raise
            return False
        return True

    def _remove(self, lease: Lease) -> None:
        try:
            self._push(f":{self.ref}", lease.oid)
        except RemoteError as error:
            if error.trouble is not Trouble.REFUSED:
                raise
            # A remote that deletes nothing (receive.denyDeletes) can still be told that it is free.
            self._put(msgspec.structs.replace(lease.holder or _NOBODY, free=True), over=lease)
            return
        self._track(None)

    @staticmethod
    def _taken(lease: Lease | None) -> Lease | None:
        return None if lease is None or (lease.holder is not None and lease.holder.free) else lease

    def _read(self, cancel: threading.Event | None) -> Lease | None:
        oid = self.remote.take_in(self.ref, cancel=cancel, timeout=self._timeout)
        self._track(oid)
        return self._at(oid) if oid is not None else None

    def _at(self, oid: str) -> Lease:
        done = self._objects.run("cat-file", "commit", oid)
        text = done.out.partition(b"\n\n")[2]
        try:
            return Lease(oid, msgspec.json.decode(text, type=LeaseHolder), self._unchanged_for(oid))
        except (ValueError, RecursionError):  # no JSON, not UTF-8, or nested without end
            return Lease(oid, None)

    def _unchanged_for(self, oid: str) -> float:
        ref = self._location.common / self._tracking
        with contextlib.suppress(OSError):
            if ref.read_text().strip() == oid:
                return max(time.time() - ref.stat().st_mtime, 0.0)
        return 0.0

    def _put(self, holder: LeaseHolder, *, over: Lease | None, cancel: threading.Event | None = None) -> Lease:
        said = msgspec.structs.replace(holder, heartbeat=rfc3339(self.now()))
        place = self._location
        files.make_directories(place.temporary, below=place.common, share=place.share)
        tree = self._objects.write_tree({})
        # A child of the one before: a remote that takes nothing but fast-forwards takes it too.
        parents = [over.oid] if over is not None else []
        oid = self._objects.write_commit(tree, parents, msgspec.json.encode(said).decode())
        self._push(f"{oid}:{self.ref}", over.oid if over is not None else "", cancel=cancel)
        self._track(oid)
        return Lease(oid, said)

    def _push(self, spec: str, expected: str, *, cancel: threading.Event | None = None) -> None:
        options = (f"--force-with-lease={self.ref}:{expected}",)
        self.remote.push(spec, options=options, cancel=cancel, timeout=self._timeout)

    def _track(self, oid: str | None) -> None:
        """Remember what was heard; a fetch that is under way may be quicker, and says the same."""
        change = ("-d", self._tracking) if oid is None else (self._tracking, oid)
        known = self._objects.run("rev-parse", "--verify", "--quiet", "--end-of-options", self._tracking)
        if known.text.strip() != (oid or ""):
            self._objects.run("update-ref", "--no-deref", *change)
