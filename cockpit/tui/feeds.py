"""The background threads of a screen: they read the store and the samples, and post what changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from cockpit.errors import CockpitError
from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.session import Session
from cockpit.tui.messages import FeedFailed, LiveChanged, RunTurned

if TYPE_CHECKING:
    from cockpit.live_source import LiveSource

STORE_INTERVAL = 0.15  # seconds: a colleague's tick is on the screen within twice that
LIVE_INTERVAL = 0.5
TURN_INTERVAL = 1.0


class Feeds:
    """Two threads, one for the store and one for the samples, so that a slow one does not hold up the other."""

    def __init__(
        self,
        session: Session,
        live: Callable[[], LiveSource],
        post: Callable[[Message], object],
        turn: Callable[[], Run | None],
        is_calm: Callable[[], bool],
    ) -> None:
        self._session = session
        self._turn = turn  # to a run that was opened elsewhere
        self._is_calm = is_calm  # whether nobody is at the keys: then the samples are looked at half as often
        self._make_live = live
        self._post = post
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow_store, name="feed-store", daemon=True),
            threading.Thread(target=self._follow_samples, name="feed-live", daemon=True),
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Read the samples and the facts behind them again at once."""
        self._wake.set()

    def stop(self) -> None:
        """End both threads and wait for them."""
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(2.0)

    def _follow_store(self) -> None:
        failed = False
        turn_due = 0.0
        while not self._stop.wait(STORE_INTERVAL):
            try:
                self._session.poll()  # what is new reaches the app by the session's subscription
                if time.monotonic() >= turn_due:
                    turn_due = time.monotonic() + TURN_INTERVAL
                    self._look_for_another()
                failed = False
            except (CockpitError, OSError) as error:
                if not failed:
                    self._post(FeedFailed(f"the store cannot be read: {error}"))
                failed = True

    def _look_for_another(self) -> None:
        before = self._session.run
        turned = self._turn()
        if turned is not None:
            self._post(RunTurned(before, turned))

    def _follow_samples(self) -> None:
        source = self._make_live()
        last: Live | None = None
        told = ""
        try:
            while not self._stop.is_set():
                force = self._wake.is_set()
                self._wake.clear()
                try:
                    live = source.read(force=force)
                    told = ""
                except (CockpitError, OSError) as error:
                    if str(error) != told:
                        told = str(error)
                        self._post(FeedFailed(told))
                    live = last or Live()
                if live != last:
                    last = live
                    self._post(LiveChanged(live))
                self._wake.wait(LIVE_INTERVAL * (2 if self._is_calm() else 1))
        finally:
            source.close()
