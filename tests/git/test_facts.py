"""Where the work tree stands and what lies between two commits."""

from __future__ import annotations

import pytest

from cockpit.errors import GitError, NotFoundError, RefusedError
from cockpit.git.command import Git
from cockpit.git.facts import WorkTree, describe_work_tree, head_commit, undone
from tests.git.conftest import Repository


def test_a_repository_without_a_commit_has_no_head(repository: Repository) -> None:
    with pytest.raises(NotFoundError, match="no commit"):
        head_commit(repository.git)


def test_a_work_tree_on_a_branch(repository: Repository) -> None:
    repository.commit("one", {"a": "1", "sub/b": "1"})
    repository.git.output("tag", "old")
    head = repository.commit("two")
    repository.git.output("tag", "v1")
    repository.git.output("tag", "-a", "-m", "annotated", "v1-annotated")
    (repository.directory / "a").write_text("2")
    (repository.directory / "untracked").write_text("x")
    (repository.directory / "sub" / "c").write_text("staged")
    repository.git.output("add", "sub/c")

    described = describe_work_tree(Git(repository.directory / "sub"))

    assert described == WorkTree(branch="main", head=head, tags=("v1", "v1-annotated"), dirty=2)


def test_a_detached_work_tree_has_no_branch_whatever_a_branch_is_called(repository: Repository) -> None:
    head = repository.commit("one")
    repository.git.output("checkout", "--quiet", "--detach")
    assert describe_work_tree(repository.git) == WorkTree(branch=None, head=head, tags=(), dirty=0)

    repository.git.output("checkout", "--quiet", "-b", "(detached)")
    assert describe_work_tree(repository.git).branch == "(detached)"


def test_a_bare_repository_has_no_work_tree(repository: Repository) -> None:
    repository.commit("one")
    bare = repository.directory / "bare.git"
    repository.git.output("clone", "--quiet", "--bare", ".", str(bare))

    assert head_commit(Git(bare)) == head_commit(repository.git)
    with pytest.raises(GitError, match="work tree"):
        describe_work_tree(Git(bare))


def test_a_configured_monitor_or_diff_program_does_not_run(repository: Repository) -> None:
    before = repository.commit("one", {"a": "1\n"})
    after = repository.commit("two", {"a": "2\n", ".gitattributes": "* diff=evil\n"})
    ran = repository.directory / ".git" / "ran"
    for name in ("core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv"):
        repository.git.output("config", name, f"echo {name} >>{ran}; false")

    assert describe_work_tree(repository.git).dirty == 0
    assert undone(repository.git, after, before).files == 2
    assert not ran.exists()


def test_undone_counts_what_is_taken_away(repository: Repository) -> None:
    old = repository.commit("old", {"app.py": "a\nb\n", "logo": b"\0\1"})
    repository.commit("add migration\n\nbody", {"db/migrations/2026/0042.sql": "create;\n", "logo": b"\0\2"})
    new = repository.commit("tidy\ttabs", {"app.py": "a\nc\nd\n", ":(exclude)notes": "x\n", "other.sql": "y\n"})

    seen = undone(repository.git, new, old, migrations=("db/migrations/**/*.sql",))

    assert seen.commits == ("tidy\ttabs", "add migration")
    assert (seen.removed, seen.added, seen.direction) == (2, 0, "back")
    # From new to old: two lines of app.py, one of each other text file go, one line of app.py returns.
    assert (seen.files, seen.insertions, seen.deletions) == (5, 1, 5)
    assert seen.migrations == ("db/migrations/2026/0042.sql",)


def test_directions(repository: Repository) -> None:
    base = repository.commit("base")
    left = repository.commit("left")
    repository.git.output("checkout", "--quiet", "--detach", base)
    right = repository.commit("right")

    def direction(start: str, end: str) -> str:
        return undone(repository.git, start, end).direction

    assert direction(left, base) == "back"
    assert direction(base, left) == "forward"
    assert direction(left, right) == "sideways"
    assert direction(left, left) == "same"


def test_subjects_are_capped_and_the_count_is_not(repository: Repository) -> None:
    old = repository.commit("old")
    for number in range(5):
        new = repository.commit(f"number {number}")

    seen = undone(repository.git, new, old, cap=2)

    assert seen.commits == ("number 4", "number 3")
    assert seen.removed == 5


@pytest.mark.parametrize(
    ("glob", "crossed"),
    [
        ("db", ("db/1.sql", "db/deep/2.sql")),
        ("db/*.sql", ("db/1.sql",)),
        (":(exclude)db", ()),
        ("--output=x", ()),
        (":!db", ()),
    ],
)
def test_globs_are_no_magic(repository: Repository, glob: str, crossed: tuple[str, ...]) -> None:
    old = repository.commit("old")
    new = repository.commit("new", {"db/1.sql": "1", "db/deep/2.sql": "2", "app": "3"})

    inside = Git(repository.directory / "db")

    assert undone(inside, new, old, migrations=(glob,)).migrations == crossed


def test_only_object_ids_are_compared(repository: Repository) -> None:
    head = repository.commit("one")
    for hostile in ("HEAD", "--output=/tmp/x", head[:12], head.upper().replace("0", "g")):
        with pytest.raises(RefusedError, match="object id"):
            undone(repository.git, head, hostile)
