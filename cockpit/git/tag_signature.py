"""Whether a tag's signature verifies here, by git's own verification, which runs gpg or ssh-keygen."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from cockpit.errors import CockpitError
from cockpit.git.command import Git
from cockpit.git.facts import NO_PROGRAMS
from cockpit.git.objects import object_id
from cockpit.git.tag_names import decode_name, encode_name
from cockpit.release.tags import Tag

_BY = re.compile(r'Good "[^"]*" signature for (?P<ssh>.+?) with |Good signature from "(?P<gpg>[^"]*)"')
_BAD = re.compile(r"BAD signature|incorrect signature|invalid signature", re.IGNORECASE)
_UNKNOWN = (
    (re.compile(r"No principal matched|No public key|Can't check signature"), "its key is nobody's who is known here"),
    (re.compile(r"allowedSignersFile"), "git knows no allowed signers here (gpg.ssh.allowedSignersFile)"),
    (re.compile(r"cannot run|No such file"), "the program that verifies it is not installed here"),
)
_PATIENCE = 15.0  # seconds: a key server may be asked


class TagSignature(Struct, frozen=True):
    """What verification said: `by` is whose signature it is where it is somebody's, `why` what is wrong otherwise."""

    state: Literal["verified", "bad", "unknown"]
    by: str = ""
    why: str = ""

    @property
    def told(self) -> str:
        """In a sentence for a person."""
        if self.state == "verified":
            return f"verified: {self.by}"
        return f"BAD: {self.why}" if self.state == "bad" else f"NOT VERIFIED: {self.why}"


def signed_as(git: Git, tag_object: str) -> bytes:
    """Return the name that a tag's object says, which a signature covers; empty where it is none."""
    header = git.run("cat-file", "tag", tag_object).out.partition(b"\n\n")[0]
    return next((line[4:] for line in header.split(b"\n") if line.startswith(b"tag ")), b"")


def tag_signature(git: Git, tag: Tag) -> TagSignature:
    """Verify the signature of a tag's object, by its id, for a name may mean another; and that it is of that name.

    It runs the program that the repository's configuration names: only for one that is trusted here.
    """
    try:
        done = git.run(*NO_PROGRAMS, "verify-tag", object_id(tag.object_id), timeout=_PATIENCE)
    except CockpitError as error:
        return TagSignature("unknown", why=error.what)
    said = (done.err + b"\n" + done.out).decode("utf-8", "replace")
    if done.timed_out:
        return TagSignature("unknown", why=f"no answer within {_PATIENCE:g} s")
    found = _BY.search(said)
    if done.ok and found is not None:
        name = signed_as(git, tag.object_id)
        if name != encode_name(tag):  # git does not look: whoever may write refs can pass an old release for a new one
            return TagSignature("bad", why=f"it was signed as {decode_name(name).display}")
        return TagSignature("verified", by=found["ssh"] or found["gpg"])
    if _BAD.search(said):
        return TagSignature("bad", why="the tag is not what was signed")
    why = next((told for pattern, told in _UNKNOWN if pattern.search(said)), done.complaint or "it does not verify")
    return TagSignature("unknown", why=why)
