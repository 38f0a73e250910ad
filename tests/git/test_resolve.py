"""Only an exact, existing tag of a commit resolves."""

from __future__ import annotations

import pytest

from cockpit.errors import NotFoundError, RefusedError
from cockpit.git.resolve import resolve_tag
from tests.git.conftest import Repository
from tests.git.test_tags import HOSTILE


def test_every_legal_name_resolves_to_its_own_commit(repository: Repository) -> None:
    expected = {}
    for number, name in enumerate(HOSTILE):
        expected[name] = repository.commit(f"number {number}")
        repository.point(name, expected[name])

    assert {name: resolve_tag(repository.git, name) for name in HOSTILE} == expected


def test_annotated_and_nested_tags_resolve_to_the_commit(repository: Repository) -> None:
    commit = repository.commit("one")
    inner = repository.tag_object(commit, "commit", b"inner\n")
    repository.point(b"v1", repository.tag_object(inner, "tag", b"outer\n"))

    assert resolve_tag(repository.git, "v1") == commit


def test_a_tag_wins_over_a_branch_of_the_same_name(repository: Repository) -> None:
    tagged = repository.commit("one")
    repository.git.output("tag", "main")
    repository.commit("two")

    assert resolve_tag(repository.git, "main") == tagged


def test_a_branch_called_like_the_tags_ref_is_no_tag(repository: Repository) -> None:
    repository.commit("one")
    repository.git.output("update-ref", "refs/heads/refs/tags/v1", "HEAD")

    with pytest.raises(NotFoundError):
        resolve_tag(repository.git, "v1")


@pytest.mark.parametrize(
    "name", ["v1~1", "v1^", "v1^{tree}", "v1:", "../heads/main", "v1@{0}", "main", "", "v1\0", "\ud800"]
)
def test_what_is_no_tag_is_not_found(repository: Repository, name: str) -> None:
    repository.commit("one")
    repository.commit("two")
    repository.git.output("tag", "v1")

    with pytest.raises(NotFoundError):
        resolve_tag(repository.git, name)


def test_a_misspelled_name_gets_close_matches(repository: Repository) -> None:
    commit = repository.commit("one")
    for name in (b"v2.4.0", b"v2.4.1", b"unrelated"):
        repository.point(name, commit)

    with pytest.raises(NotFoundError, match=r"There is no tag v2\.4\.3") as raised:
        resolve_tag(repository.git, "v2.4.3")

    assert "v2.4.0" in raised.value.fix
    assert "unrelated" not in raised.value.fix


def test_a_name_that_is_like_none_gets_the_newest_tag_also_of_those_of_one_second(repository: Repository) -> None:
    commit = repository.commit("one")
    for name in (b"v1.9.0", b"v1.10.0", b"v1.2.0"):
        repository.point(name, commit)
    with pytest.raises(NotFoundError) as raised:
        resolve_tag(repository.git, "canary")
    assert raised.value.fix.startswith("The newest tag here is v1.10.0.")
    assert "git fetch --tags" in raised.value.fix


def test_without_tags_it_says_how_to_make_one(repository: Repository) -> None:
    repository.commit("one")
    with pytest.raises(NotFoundError, match="git tag v1"):
        resolve_tag(repository.git, "v1")


def test_a_tag_of_a_tree_is_refused_by_kind(repository: Repository) -> None:
    repository.commit("one", {"file": "text"})
    tree = repository.git.text("rev-parse", "HEAD^{tree}")
    repository.point(b"-tree", repository.tag_object(tree, "tree", b"x\n"))

    with pytest.raises(RefusedError, match="a tag of a tree, not of a commit") as raised:
        resolve_tag(repository.git, "-tree")

    assert raised.value.code == "not-a-commit"
