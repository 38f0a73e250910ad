"""Whose keys may sign: a list read from a commit, never from the work tree or from the state's own ref."""

from __future__ import annotations

from msgspec import Struct

from cockpit.errors import RefusedError
from cockpit.git.command import Git
from cockpit.git.objects import object_id
from cockpit.release.configuration import Signing

_LARGEST = 1024 * 1024  # bytes


class AllowedSigners(Struct, frozen=True):
    """The lists, and the commit that they are of; `trouble` is why there is none to go by.

    `revoked` are a file's very bytes: of public keys in lines, or a key revocation list, which is no text.
    """

    text: str = ""
    revoked: bytes = b""
    commit: str = ""
    trouble: str = ""


def allowed_signers(git: Git, signing: Signing) -> AllowedSigners | None:
    """Return who may sign, or None where nothing is configured; whatever is wrong with the list is its `trouble`."""
    if not signing.allowed_signers:
        return None
    try:
        commit = _commit(git, signing)
        text = _read(git, commit, signing.allowed_signers).decode("utf-8", "replace")
        revoked = _read(git, commit, signing.revoked_keys) if signing.revoked_keys else b""
    except RefusedError as error:
        return AllowedSigners(trouble=error.what)
    wildcard = _wildcard(text)
    if wildcard:
        return AllowedSigners(commit=commit, trouble=f"{signing.allowed_signers}:{wildcard} names no one principal")
    return AllowedSigners(text, revoked, commit)


def _commit(git: Git, signing: Signing) -> str:
    # What the remote has is what its protection has let through; a local branch is only what somebody here made of it.
    names = [signing.commit] if signing.commit else [
        f"refs/remotes/origin/{signing.branch}", f"refs/heads/{signing.branch}"
    ]  # fmt: skip
    for name in names:
        done = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if done.ok:
            return object_id(done.text.strip())
    wanted = signing.commit[:12] or signing.branch
    raise RefusedError(f"the allowed signers' {'commit' if signing.commit else 'branch'} {wanted} is not here")


def _read(git: Git, commit: str, path: str) -> bytes:
    done = git.run("cat-file", "blob", f"{commit}:{path}")
    if not done.ok or len(done.out) > _LARGEST:
        raise RefusedError(f"there is no {path} in {commit[:12]}")
    return done.out


def _wildcard(text: str) -> int:
    """Return the number of the first line whose principals hold a wildcard, or 0."""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        quoted = stripped.startswith('"')
        principals = stripped[1:].partition('"')[0] if quoted else stripped.split(None, 1)[0]
        if set(principals) & set("*?!"):
            return number
    return 0
