"""Which tag runs, where HEAD is at it, upon it, or elsewhere."""

from __future__ import annotations

from cockpit.git.running import running_tag
from cockpit.git.tags import list_tags
from tests.git.conftest import Repository


def running(repository: Repository, head: str, flown: str) -> str:
    tag = running_tag(repository.git, list_tags(repository.git), head, flown)
    return tag.name if tag is not None else ""


def test_a_commit_upon_the_release_leaves_it_what_runs(repository: Repository) -> None:
    first = repository.commit("one")
    repository.git.output("tag", "v1.0.0")
    second = repository.commit("two")
    repository.git.output("tag", "v1.1.0")
    upon = repository.commit("cockpit.yaml")
    assert running(repository, second, "v1.0.0") == "v1.1.0", "HEAD's own tag, whatever is flown"
    assert running(repository, upon, "v1.1.0") == "v1.1.0"
    assert running(repository, upon, "") == running(repository, upon, "v9") == ""
    repository.git.output("checkout", "--quiet", first)
    aside = repository.commit("a fix on an older line")
    assert running(repository, aside, "v1.1.0") == "", "HEAD has not what is flown"
