"""Where `cockpit init` proposes to keep the shared state: a remote is only spoken of where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cockpit.cli.state_remote import propose_state_remote


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(root), *words], check=True)


def test_asking_a_remote_is_told_only_where_there_is_one_and_by_its_name(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "init", "--quiet", "--template=", "clone")
    said: list[str] = []

    assert "no git remote" in propose_state_remote(clone, said.append)[2]
    assert said == []

    git(tmp_path, "init", "--quiet", "--bare", "--template=", "shared.git")
    git(clone, "remote", "add", "upstream", str(tmp_path / "shared.git"))

    assert propose_state_remote(clone, said.append)[0] == "upstream"
    assert said == ["Asking the git remote upstream whether it takes the shared state..."]
