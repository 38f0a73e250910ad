"""Finds out by a real push what a remote lets us publish."""

from __future__ import annotations

import contextlib
import secrets
from typing import Literal

from msgspec import Struct

from cockpit.store import files
from cockpit.store.location import StoreLocation
from cockpit.store.objects import ObjectDatabase
from cockpit.store.remote import RemoteError, StateRemote, Trouble


class RemoteProbe(Struct, frozen=True):
    """What a remote takes: refs of our own, only branches, or nothing, and why not more."""

    takes: Literal["refs", "branches", "nothing"]
    why: str = ""


def probe_remote(location: StoreLocation, remote: StateRemote) -> RemoteProbe:
    """Push an empty commit under a name of ours, else as a branch, and take it away again."""
    objects = ObjectDatabase(location)
    files.make_directories(location.temporary, below=location.common, share=location.share)
    nonce = secrets.token_hex(8)
    commit = objects.write_commit(objects.write_tree({}), [], f"cockpit: may we publish here? {nonce}")
    why = ""
    for takes, ref in (("refs", f"refs/cockpit/probe/{nonce}"), ("branches", f"refs/heads/cockpit-probe-{nonce}")):
        try:
            remote.push(f"{commit}:{ref}")
        except RemoteError as error:
            why = why or f"{error.what}. {error.fix}"
            if error.trouble is not Trouble.REFUSED:
                break
            continue
        with contextlib.suppress(RemoteError):
            remote.push(f":{ref}")
        return RemoteProbe("refs" if takes == "refs" else "branches", why)
    return RemoteProbe("nothing", why)
