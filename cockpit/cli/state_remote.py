"""Where `cockpit init` proposes to keep the shared state: found out by a real push."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cockpit.errors import CockpitError

_FORGES = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "sr.ht")
_OWN = """\
A state remote of its own is a bare repository that all of you can push to, such as one over ssh:
ssh HOST git init --bare state.git"""


def propose_state_remote(root: Path, tell: Callable[[str], None] = lambda _: None) -> tuple[str, str, str]:
    """Return (remote, branch, remark) for `cockpit.yaml`; where nothing can be published the remark says what to do.

    `tell` is told before a remote is asked, which can take a while; without a remote there is nothing to tell.
    """
    from cockpit.store.location import StoreLocation
    from cockpit.store.remote import StateRemote
    from cockpit.store.remote_probe import probe_remote

    location = StoreLocation.of(root)
    try:
        remote = StateRemote.of(location, timeout=20.0)
    except CockpitError as error:
        return "", "", f"{error}\n{_OWN}"
    if remote is None:
        return "", "", f"There is no git remote to share the state by.\n{_OWN}"
    own = remote.own_program()
    if own:
        why = f"{remote.name} was not asked whether it takes the shared state: this clone brings along {own}."
        return "", "", f"{why}\nWhere that is meant, name the remote: state_remote in cockpit.yaml.\n{_OWN}"
    tell(f"Asking the git remote {remote.name or remote.shown} whether it takes the shared state...")
    found = probe_remote(location, remote)
    public = any(forge in remote.shown for forge in _FORGES)
    warning = f"\nWhere {remote.shown} is public, the release's log will be public too: {_OWN}" if public else ""
    if found.takes == "refs":
        return remote.name, "", f"The state is shared by this git remote, as refs/cockpit/*.{warning}"
    if found.takes == "branches":
        remark = f"This remote takes no refs of ours ({found.why}): a branch it is.{warning}"
        return remote.name, "cockpit-state", remark
    return "", "", f"{remote.name} takes no state from here: {found.why}\n{_OWN}"
