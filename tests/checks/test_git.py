"""Git checks on a real repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cockpit.checks.checker import Checker
from cockpit.release.checks import Check, GitCheck
from cockpit.release.ports import Situation
from tests.checks.conftest import Eye
from tests.parts import require
from tests.store.support import git


async def test_a_work_tree_is_clean_or_says_what_has_changed(eye: Eye) -> None:
    check = Check(git=GitCheck(clean=True))
    assert await eye.says(check) == "ok: clean"
    (eye.code / "app.py").write_text("changed\n")
    assert await eye.says(check) == "failed: app.py changed"


async def test_head_is_at_the_tag_that_the_run_flies(eye: Eye) -> None:
    check = Check(git=GitCheck(at_tag=True))
    assert await eye.says(check) == "ok: HEAD at v2"
    git(eye.code, "checkout", "-q", "v1")
    assert (await eye.says(check)).startswith("failed: HEAD is at ")
    assert await eye.says(Check(git=GitCheck(at_tag=True, tag="v1"))) == "ok: HEAD at v1"


async def test_a_tag_is_there_or_not(eye: Eye) -> None:
    assert await eye.says(Check(git=GitCheck(tag="v1"))) == "ok: v1 is there"
    assert await eye.says(Check(git=GitCheck(tag="v9"))) == "failed: there is no tag v9"


async def test_without_a_target_nothing_can_be_said(code: Path) -> None:
    async with Checker(root=code, code=lambda: code) as checker:
        found = await checker.observe(Check(git=GitCheck(at_tag=True)), Situation())
    assert (found.state, found.detail) == ("unknown", "the run flies no tag yet")


async def test_a_branch_is_merged_or_not(eye: Eye) -> None:
    check = Check(git=GitCheck(merged=("hotfix",)))
    assert await eye.says(check) == "failed: there is no branch hotfix"
    git(eye.code, "checkout", "-qb", "hotfix")
    (eye.code / "fix.py").write_text("fixed\n")
    git(eye.code, "add", "-A")
    git(eye.code, "commit", "-qm", "fix")
    git(eye.code, "checkout", "-q", "main")
    assert await eye.says(check) == "failed: hotfix has 1 commits that HEAD has not"
    git(eye.code, "merge", "-q", "hotfix")
    assert await eye.says(check) == "ok: hotfix merged"


@pytest.fixture
def signer(tmp_path: Path) -> tuple[Path, Path]:
    """Return a key to sign with, and the file of those whose signatures count."""
    key, allowed = tmp_path / "key", tmp_path / "allowed"
    subprocess.run([require("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    allowed.write_text(f"ana@example.org {Path(f'{key}.pub').read_text()}")
    return key, allowed


async def test_a_signature_verifies_or_not(eye: Eye, signer: tuple[Path, Path]) -> None:
    key, allowed = signer
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(key))):
        git(eye.code, "config", name, value)
    git(eye.code, "tag", "-s", "-m", "signed", "v3")
    check = Check(git=GitCheck(signed=True, tag="v3"))
    assert await eye.says(check) == "failed: v3 carries no signature that verifies here"
    git(eye.code, "config", "gpg.ssh.allowedSignersFile", str(allowed))
    assert await eye.says(check) == "ok: v3 is there"
    assert (await eye.says(Check(git=GitCheck(signed=True)))).startswith("failed: v2 carries no signature")
    git(eye.code, "update-ref", "refs/tags/v4", "refs/tags/v3")
    passed_for = Check(git=GitCheck(signed=True, tag="v4"))
    assert (await eye.says(passed_for)).startswith("failed: v4 was signed as v3")


async def test_where_there_is_no_repository_nothing_can_be_said(tmp_path: Path) -> None:
    async with Checker(root=tmp_path, code=lambda: tmp_path) as checker:
        assert (await checker.observe(Check(git=GitCheck(clean=True)), Situation())).state == "unknown"
