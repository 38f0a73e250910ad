"""How what the watcher knows goes out: commits, exchanges, the report, the offline page."""

from __future__ import annotations

import time
from collections.abc import Callable

from cockpit.allocation import give_back_what_lies_between
from cockpit.company import Company
from cockpit.offline import OfflineKeeper
from cockpit.reporting import Reporter
from cockpit.syncing import Exchanger
from cockpit.workspace import Workspace

_GIVE_BACK_EVERY = 60.0  # seconds


class Outward:
    """What leaves this process: the state's commits, its exchange with the remote, the report, the offline page."""

    def __init__(self, workspace: Workspace, say: Callable[[str], None]) -> None:
        self._workspace = workspace
        self._changed = True
        self._only_tell = False
        self._gave_back_at = time.monotonic()
        self._company = Company(workspace)
        self._exchanger = Exchanger(workspace, company=self._company.there)
        self._reporter = Reporter(workspace, say)
        self._offline = OfflineKeeper(workspace, say)
        workspace.session.subscribe(lambda _run, _records: self._note_change())

    def _note_change(self) -> None:
        self._changed = True
        self._exchanger.note_change()

    def unpublished(self) -> bool:
        return self._changed

    def publish(self) -> None:
        self._changed = False
        self._workspace.store.commit("cockpit: state")
        self._offline.refresh()
        # Each commit and what is made of it takes room and leaves it, in a heap that other things stay in.
        if time.monotonic() - self._gave_back_at >= _GIVE_BACK_EVERY:
            self._gave_back_at = time.monotonic()
            give_back_what_lies_between()

    def exchange_due(self) -> bool:
        self._workspace.session.poll()  # what a screen wrote should not wait for the next beat
        exchange_due = self._exchanger.due()
        self._only_tell = not exchange_due
        return exchange_due or self._company.due()

    def exchange(self) -> None:
        only_tell, self._only_tell = self._only_tell, False
        try:
            if not only_tell:
                self._exchanger.exchange()
        finally:
            self._reporter.refresh()
        self._company.tell()

    def leave(self) -> None:
        self._only_tell = False
        try:
            self._exchanger.exchange()
        finally:
            self._reporter.refresh()
            self._offline.refresh(last=True)
        self._company.leave()

    def stop_exchanging(self) -> None:
        self._exchanger.cancel.set()
