"""Where `cockpit init` proposes to keep the shared state: a remote is only spoken of where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cockpit.cli.state_remote import propose_state_remote


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(root), *words], check=True)


def test_asking_a_remote_is_told_only_where_there_is_one_and_by_its_name(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--template=")
    said: list[str] = []

    assert "no git remote" in propose_state_remote(tmp_path, said.append)[2]
    assert said == []

    git(tmp_path, "init", "--quiet", "--bare", "--template=", "shared.git")
    git(tmp_path, "remote", "add", "upstream", str(tmp_path / "shared.git"))

    assert propose_state_remote(tmp_path, said.append)[0] == "upstream"
    assert said == ["Asking the git remote upstream whether it takes the shared state..."]
