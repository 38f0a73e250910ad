"""ssh-keygen's signatures, as `ssh-keygen -Y` makes and verifies them; the time of verification is always now."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cockpit import process
from cockpit.errors import RefusedError
from cockpit.process import Finished

NAMESPACE: Final = "cockpit-signoff-v1"
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_AT_MOST = 30.0  # seconds for a verification
_TOUCH = 60.0  # seconds to sign: a key may want to be touched
_PREFIX = re.compile(r"^.*?:\d+: ")


def fingerprint_of(key: Path) -> str:
    """Return the fingerprint of a key file, private or public; RefusedError (`no-key`) where it is none."""
    done = _keygen("-l", "-f", str(key))
    found = _FINGERPRINT.search(done.text)
    if not done.ok or found is None:
        raise RefusedError(f"{key} is no SSH key: {done.complaint}", fix="Name one: --key FILE", code="no-key")
    return found[0]


def sign(payload: bytes, key: Path) -> str:
    """Return the signature of `payload`; of a public key, the agent's is asked. RefusedError (`not-signed`)."""
    done = _keygen("-Y", "sign", "-f", str(key), "-n", NAMESPACE, stdin=payload, timeout=_TOUCH)
    if not done.ok or not done.text.startswith("-----BEGIN SSH SIGNATURE-----"):
        why = next((line for line in _said(done) if not line.startswith("Signing")), done.complaint)
        raise RefusedError(
            f"nothing was signed: {why}",
            fix="A key with a passphrase signs by the agent: ssh-add FILE, then again",
            code="not-signed",
        )
    return done.text


def signed_by(payload: bytes, signature: str) -> tuple[str, str]:
    """Return the fingerprint of the key that made a signature, whoever's it is, or why it is none of these bytes."""
    with _files(signature) as (_, place):
        done = _keygen("-Y", "check-novalidate", "-n", NAMESPACE, "-s", place, stdin=payload)
    found = _FINGERPRINT.search(done.text)
    if done.ok and found is not None:
        return found[0], ""
    said = " ".join(_said(done))
    if "incorrect signature" in said:
        return "", "it is not of these bytes: one of them was changed"
    if "namespace" in said:
        return "", "it was made for another purpose (namespace)"
    return "", "it cannot be read"


def owners_of(signature: str, signers: str) -> tuple[tuple[str, ...], str]:
    """Return whose key made a signature, by a list of allowed signers as of now, or why it is nobody's."""
    with _files(signature, signers) as (listed, place):
        done = _keygen("-Y", "find-principals", "-f", listed, "-s", place)
    owners = tuple(line for line in done.text.splitlines() if line.strip())
    if done.ok and owners:
        return owners, ""
    why = next((_PREFIX.sub("", line) for line in _said(done) if "expired" in line or "not yet valid" in line), "")
    return (), why or "its key is none of the allowed signers'"


def verify(payload: bytes, signature: str, signers: str, owner: str, *, revoked: bytes = b"") -> tuple[str, str]:
    """Return the key's fingerprint where a signature is that owner's valid one now, or why it is not."""
    with _files(signature, signers, revoked) as (listed, place, gone):
        options = ["-r", gone] if revoked.strip() else []
        done = _keygen(
            "-Y", "verify", "-f", listed, "-I", owner, "-n", NAMESPACE, "-s", place, *options, stdin=payload
        )  # fmt: skip
    found = _FINGERPRINT.search(done.text)
    if done.ok and found is not None:
        return found[0], ""
    said = [_PREFIX.sub("", line) for line in _said(done)]
    return "", next((line for line in said if "revoked" in line or "expired" in line), said[0] if said else "it fails")


def _keygen(*arguments: str, stdin: bytes | None = None, timeout: float = _AT_MOST) -> Finished:
    # It must never ask: nobody sits at a terminal of its own.
    env = {**os.environ, "LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"}
    return process.run(["ssh-keygen", *arguments], env=env, stdin=stdin, timeout=timeout, limit=1024 * 1024)


def _said(done: Finished) -> list[str]:
    text = (done.err + b"\n" + done.out).decode("utf-8", "replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


@contextmanager
def _files(signature: str, *lists: str | bytes) -> Iterator[Sequence[str]]:
    """Write what ssh-keygen reads from files only; yield the lists' paths, with the signature's after the first."""
    with tempfile.TemporaryDirectory(prefix="cockpit-sign-") as scratch:
        paths = []
        for number, content in enumerate((lists[0] if lists else "", signature, *lists[1:])):
            path = Path(scratch) / str(number)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
            paths.append(str(path))
        yield paths
