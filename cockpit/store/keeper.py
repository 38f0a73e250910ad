"""Keeps a lease while something executes: renews it in a thread of its own, and knows when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec

from cockpit.errors import CockpitError
from cockpit.store.lease import Lease, LeaseHeldError, LeaseHolder, RemoteLease
from cockpit.store.remote import RemoteError, Trouble

HEARTBEAT = 30.0  # seconds between signs of life
_PATIENCE = 10.0  # seconds that a worker which slept waits for word of its lease


class LeaseKeeper:
    """Keeps `lease`; where that is None, a person went on without it, and it is tried for until the remote is back.

    No push is ever waited for, but by one who slept: what was not renewed in time may be another's by now, so
    that is looked at before anything more is done, for some seconds. `on_held` is told of each lease that is ours,
    `on_reconciled` once how it stood when the remote was back: whose it was, or None where it was nobody's. Both are
    called in the keeper's thread.
    """

    def __init__(
        self,
        remote: RemoteLease,
        holder: LeaseHolder,
        lease: Lease | None,
        *,
        on_held: Callable[[Lease], object] = lambda _: None,
        on_reconciled: Callable[[LeaseHolder | None], None] = lambda _: None,
        every: float = HEARTBEAT,
        patience: float = _PATIENCE,
    ) -> None:
        self._remote = remote
        self._holder = holder
        self._lease = lease
        self._on_held = on_held
        self._on_reconciled = on_reconciled
        self._every = every
        self._patience = patience
        self._lost = ""
        self._told: str | None = None
        self._tried_at = remote.now()
        self._tried = threading.Event()
        self._wake = threading.Event()
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def start(self) -> None:
        """Begin to renew, at once."""
        self._thread.start()

    def refusal(self) -> str:
        """Return why nothing more may be done; empty while the lease is ours, as far as is known."""
        # Asleep is who has not even tried; with a remote that does not answer, tries go on failing in time.
        if not self._lost and abs(self._remote.now() - self._tried_at) > 3 * self._every:
            self._tried.clear()
            self._wake.set()
            self._tried.wait(self._patience)
        return self._lost

    def pause(self) -> None:
        """Stop renewing, and end a push that is under way."""
        self._cancel.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def finish(self, *, over: bool, state: str = "") -> bool:
        """Give the lease back where it is `over`, else keep it with a last word; return whether it is not ours now.

        A remote that cannot be reached changes nothing: the lease goes stale, or is taken over by this clone's next.
        """
        self.pause()
        if self._lost:
            return True
        try:
            if self._lease is None:
                if over:
                    self._ask_once()
                return False
            if over:
                self._remote.release(self._lease)
                return True
            suffix = f", {state}" if state else ""
            said = f"{self._holder.reason.removesuffix(suffix)}{suffix}"
            self._hold(self._remote.renew(self._lease, msgspec.structs.replace(self._holder, reason=said)))
        except (CockpitError, OSError):
            return False
        return False

    def _keep(self) -> None:
        while not self._cancel.is_set() and not self._lost:
            self._wake.clear()
            try:
                self._try()
            except (CockpitError, OSError):
                pass  # offline is a normal state: tried again at the next beat
            finally:
                self._tried_at = self._remote.now()
                self._tried.set()
            self._wake.wait(self._every)

    def _try(self) -> None:
        if self._lease is None:
            self._acquire()
            return
        try:
            self._hold(self._remote.renew(self._lease, self._holder, cancel=self._cancel))
        except RemoteError as error:
            if error.trouble is not Trouble.REJECTED:
                raise
            self._look_again()

    def _acquire(self) -> None:
        try:
            lease = self._remote.acquire(self._holder, ours={self._holder.nonce}, cancel=self._cancel)
        except LeaseHeldError as error:
            if error.lease.holder is not None and error.lease.nonce != self._told:
                self._told = error.lease.nonce
                self._on_reconciled(error.lease.holder)
            return
        self._hold(lease)
        if self._told is None:
            self._told = lease.nonce
            self._on_reconciled(None)

    def _ask_once(self) -> None:
        """Find out how the lease stands, where that was never known all the while."""
        if self._told is None:
            present = self._remote.read()
            if present is None or present.holder is not None:
                self._told = present.nonce if present is not None else ""
                self._on_reconciled(present.holder if present is not None else None)

    def _look_again(self) -> None:
        """Find out whether our own push arrived and only its answer was lost, or the lease is another's."""
        present = self._remote.read(cancel=self._cancel)
        if present is not None and present.nonce == self._holder.nonce:
            self._hold(present)
        elif present is None or present.holder is None:
            self._lost = "its lease was broken"
        else:
            self._lost = f"its lease was broken, and is held by {present.holder.sentence}"

    def _hold(self, lease: Lease) -> None:
        self._lease = lease
        self._on_held(lease)
