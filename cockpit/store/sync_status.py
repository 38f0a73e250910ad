"""How the last exchange with a remote went, kept for whoever shows it: read by those, too, who exchange nothing."""

from __future__ import annotations

import os

import msgspec
from msgspec import Struct

from cockpit.store import files
from cockpit.store.location import StoreLocation


class SyncStatus(Struct, frozen=True, omit_defaults=True):
    """How the last exchange went: kept beside the journals, for whoever shows it.

    `state` is `none` (no remote), `unpublished`, `synced`, or a `Trouble`; `at` is the last success and `tried_at` the
    last attempt, in epoch seconds, 0 where there was none; `ahead` and `behind` count commits as far as known.
    """

    state: str = "none"
    remote: str = ""
    address: str = ""
    at: float = 0.0
    tried_at: float = 0.0
    reason: str = ""
    fix: str = ""
    ahead: int = 0
    behind: int = 0
    trouble_since: float = 0.0


def read_status(location: StoreLocation) -> SyncStatus:
    """Return how the last exchange on this clone went; `none` where there was none yet."""
    try:
        return msgspec.json.decode((location.run / "sync.json").read_bytes(), type=SyncStatus)
    except (OSError, ValueError, RecursionError):  # no JSON, not UTF-8, or nested without end
        return SyncStatus()


def write_status(location: StoreLocation, status: SyncStatus) -> None:
    """Keep how the last exchange went; readers see the old or the new one, whole. It need not survive a power cut."""
    if not location.run.is_dir():
        files.make_directories(location.run, below=location.common, share=location.share)
    draft = location.run / f".sync.{os.getpid()}"
    draft.write_bytes(msgspec.json.encode(status))
    draft.replace(location.run / "sync.json")
