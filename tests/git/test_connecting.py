"""What git is told of how this host connects, and what is kept from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.git.command import Git, git_environment
from cockpit.git.facts import head_commit
from cockpit.git.resolve import resolve_tag
from cockpit.git.worktree import checkout_detached, refuse_overwriting
from tests.git.conftest import Repository


def carrier(directory: Path) -> Path:
    """Return a program that stands for ssh, and runs on this host what it is asked to run on another."""
    program = directory / "carrier"
    program.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    program.chmod(0o755)
    return program


def test_how_a_host_connects_is_kept_and_nothing_of_where_a_repository_is(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {
        "GIT_SSH": "/opt/ssh", "GIT_SSH_VARIANT": "ssh", "GIT_SSL_CAINFO": "/etc/ca.pem", "GIT_SSL_NO_VERIFY": "1",
        "GIT_PROXY_SSL_CAINFO": "/etc/ca.pem", "GIT_LFS_SKIP_SMUDGE": "1",
    }  # fmt: skip
    for name, value in {**kept, "GIT_DIR": "/x", "GIT_CONFIG_COUNT": "0", "GIT_TRACE": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    given = {name: value for name, value in git_environment().items() if name.startswith("GIT_")}
    assert given == {
        **kept, "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1",
    }  # fmt: skip
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -i key")
    assert git_environment()["GIT_SSH_COMMAND"] == "ssh -i key -oBatchMode=yes"


def test_a_partial_clone_fetches_what_a_checkout_lacks_by_the_configured_ssh(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    repository.commit("one", {"VERSION": "1\n"})
    repository.git.output("tag", "v1")
    repository.commit("two", {"VERSION": "2\n"})
    for name in ("allowFilter", "allowAnySHA1InWant"):
        repository.git.output("config", f"uploadpack.{name}", "true")
    partial = tmp_path / "partial"
    git = Git(partial, fetches=True)
    clone = ("clone", "--quiet", "--filter=blob:none", f"file://{repository.directory}", str(partial))
    Git(tmp_path, fetches=True).output(*clone)
    git.output("remote", "set-url", "origin", f"ssh://nowhere.invalid{repository.directory}")
    git.output("config", "core.sshCommand", str(carrier(tmp_path)))
    target = resolve_tag(git, "v1")
    refuse_overwriting(git, target)
    checkout_detached(git, target)
    assert head_commit(git) == target
    assert (partial / "VERSION").read_text() == "1\n"
