"""Which tag runs, where HEAD is at it, upon it, or elsewhere."""

from __future__ import annotations

import pytest

from cockpit.git.running import checked_out
from cockpit.git.tags import list_tags
from tests.git.conftest import Repository


def running(repository: Repository, head: str, flown: str) -> str:
    tag = checked_out(repository.git, list_tags(repository.git), head, flown)
    return tag.name if tag is not None else ""


def test_a_commit_upon_the_release_leaves_it_what_runs(repository: Repository) -> None:
    first = repository.commit("one")
    repository.git.output("tag", "v1.0.0")
    second = repository.commit("two")
    repository.git.output("tag", "v1.1.0")
    upon = repository.commit("cockpit.yaml")
    assert running(repository, second, "v1.0.0") == "v1.1.0", "HEAD's own tag, whatever is flown"
    assert running(repository, upon, "v1.1.0") == "v1.1.0"
    assert running(repository, upon, "v9") == ""
    assert running(repository, upon, "") == "v1.1.0", "the nearest, where nothing is flown by a tag"
    repository.git.output("checkout", "--quiet", first)
    aside = repository.commit("a fix on an older line")
    assert running(repository, aside, "v1.1.0") == "", "HEAD has not what is flown"


@pytest.mark.parametrize("name", [b"$(id)", b"-x", "r\u202el".encode(), b"bad\xff", b"HEAD", b"0" * 40])
def test_the_nearest_may_have_any_name(repository: Repository, name: bytes) -> None:
    repository.point(name, repository.commit("one"))
    upon = repository.commit("two")
    tags = list_tags(repository.git)
    assert checked_out(repository.git, tags, upon, "") == tags[0]


def test_the_nearest_may_have_another_name_than_its_object_says(repository: Repository) -> None:
    repository.commit("one")
    repository.git.output("tag", "--message=one", "v1.0.0")
    repository.commit("two")
    repository.git.output("tag", "--message=two", "v2")
    repository.git.output("tag", "v2.0.0", "v2")
    repository.git.output("tag", "--delete", "v2")
    assert running(repository, repository.commit("upon"), "") == "v2.0.0", "renamed, as people rename tags"


def test_the_nearest_is_one_of_those_that_are_asked_for(repository: Repository) -> None:
    repository.commit("one")
    repository.git.output("tag", "shop/v1")
    repository.commit("two")
    repository.git.output("tag", "shop/v2")
    repository.git.output("checkout", "--quiet", "-b", "side", "shop/v1")
    repository.commit("a line of its own")
    repository.git.output("checkout", "--quiet", "main")
    repository.git.output("merge", "--quiet", "--no-edit", "side")
    repository.commit("three")
    repository.git.output("tag", "api/v9")
    head = repository.commit("upon")
    tags = list_tags(repository.git, "shop/*")
    found = checked_out(repository.git, tags, head, "")
    assert found is not None
    assert found.name == "shop/v2"


def test_before_the_first_tag_nothing_is_known(repository: Repository) -> None:
    first = repository.commit("one")
    assert running(repository, first, "") == ""
    repository.commit("two")
    repository.git.output("tag", "v1.0.0")
    assert running(repository, first, "") == ""
