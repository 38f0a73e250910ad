"""Which key a person signs with: the one named, git's own for signing, or the agent's only one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from cockpit import process
from cockpit.errors import NotFoundError, RefusedError
from cockpit.git.command import Git
from cockpit.signing.allowed import AllowedSigners
from cockpit.signing.ssh import fingerprint_of, sign


class Signer:
    """Signs with one key: a private key's file, or the text of a public one whose private half the agent holds."""

    def __init__(self, *, path: Path | None = None, public: str = "") -> None:
        self._path = path
        self._public = public
        self.fingerprint = self._with_file(fingerprint_of)

    def sign(self, payload: bytes) -> str:
        """Return the signature of these bytes; RefusedError where none was made."""
        return self._with_file(lambda path: sign(payload, path))

    def _with_file(self, act: Callable[[Path], str]) -> str:
        if self._path is not None:
            return act(self._path)
        with tempfile.TemporaryDirectory(prefix="cockpit-key-") as scratch:
            path = Path(scratch) / "key.pub"
            path.write_text(self._public + "\n")
            return act(path)


def choose_signer(git: Git, named: str, allowed: AllowedSigners | None) -> Signer | None:
    """Return who signs, or None where there is no key and none is needed.

    Raises NotFoundError for a named file that is not there, RefusedError (`no-key`) where a key is needed and none is
    found, or the agent has several.
    """
    if named:
        path = Path(os.path.expanduser(named))  # noqa: PTH111 - as it stands where no such user is known
        if not path.is_file():
            raise NotFoundError(f"there is no key {named}", fix="Name a private key, or a public one of the agent's")
        return Signer(path=path)
    configured = _of_git(git)
    if configured is not None:
        return configured
    keys = _of_agent()
    if allowed is not None:
        keys = [key for key in keys if key.split()[1] in allowed.text]
    if len(keys) == 1:
        return Signer(public=keys[0])
    if allowed is None and not keys:
        return None
    what = f"the agent has {len(keys)} keys" if keys else "no key of the allowed signers is at hand"
    raise RefusedError(what, fix="Name one: --key FILE", code="no-key")


def _of_git(git: Git) -> Signer | None:
    """Return the key that git signs with, where it does so by SSH; what a repository's own file says is not taken."""
    if git.run("config", "--global", "--get", "gpg.format").text.strip() != "ssh":
        return None
    key = git.run("config", "--global", "--get", "user.signingKey").text.strip()
    if key.startswith(("key::", "ssh-", "ecdsa-", "sk-")):
        return Signer(public=key.removeprefix("key::"))
    path = Path(os.path.expanduser(key))  # noqa: PTH111 - as above
    return Signer(path=path) if key and path.is_file() else None


def _of_agent() -> list[str]:
    if not os.environ.get("SSH_AUTH_SOCK"):
        return []
    done = process.run(["ssh-add", "-L"], timeout=10.0)
    return [line for line in done.text.splitlines() if len(line.split()) >= 2] if done.ok else []
