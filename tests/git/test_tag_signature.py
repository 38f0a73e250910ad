"""A tag's signature as git verifies it here: whose it is, or why that is not known."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cockpit.git.tag_signature import tag_signature
from cockpit.git.tags import list_tags
from tests.git.conftest import Repository
from tests.parts import require


def told(repository: Repository) -> str:
    (tag,) = list_tags(repository.git, "v1")
    assert tag.signed
    return tag_signature(repository.git, tag).told


def test_a_signature_is_somebodys_nobodys_or_bad(repository: Repository, tmp_path: Path) -> None:
    key, signers = tmp_path / "key", tmp_path / "signers"
    subprocess.run([require("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    git = repository.git
    git.output("config", "gpg.format", "ssh")
    git.output("config", "user.signingKey", str(key))
    repository.commit("one")
    git.output("tag", "--sign", "--message=signed", "v1")
    assert told(repository) == "NOT VERIFIED: git knows no allowed signers here (gpg.ssh.allowedSignersFile)"
    git.output("config", "gpg.ssh.allowedSignersFile", str(signers))
    signers.write_text("")
    assert told(repository) == "NOT VERIFIED: its key is nobody's who is known here"
    signers.write_text(f"ana@example.org {key.with_suffix('.pub').read_text()}")
    assert told(repository) == "verified: ana@example.org"

    git.output("update-ref", "refs/tags/v9", "refs/tags/v1")
    (passed_for,) = list_tags(git, "v9")
    assert tag_signature(git, passed_for).told == "BAD: it was signed as v1"

    forged = git.output("cat-file", "tag", "v1").replace(b"signed\n", b"forged\n", 1)
    git.output("update-ref", "refs/tags/v1", git.text("hash-object", "-t", "tag", "-w", "--stdin", stdin=forged))
    assert told(repository) == "BAD: the tag is not what was signed"
