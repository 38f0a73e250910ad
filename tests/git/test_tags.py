"""Listing tags of every kind and with every legal name."""

from __future__ import annotations

import pytest

from cockpit.git.ahead_behind import with_counts
from cockpit.git.tag_names import decode_name, encode_name, legal_name, typable_names
from cockpit.git.tags import first_tags, list_tags
from cockpit.release.tags import Tag, confirmation_word, order_tags
from tests.git.conftest import Repository

HOSTILE = [
    b"$(id)",
    b"`id`",
    b"a;b",
    b"a|b",
    b'it\'s"quoted"',
    b"-leading",
    b"HEAD",
    b"0123456789abcdef0123456789abcdef01234567",
    "right\u202eleft".encode(),
    "c1\x9b31m".encode(),
    b"invalid\xff\xfeutf8",
    b"replacement\xef\xbf\xbd",
    b"n" * 200,
    b"api/v1.0.0",
    "v1.0.0\u0430".encode(),  # a Cyrillic letter
    b"%00",
]


def by_name(repository: Repository) -> dict[str, Tag]:
    return {tag.name: tag for tag in list_tags(repository.git)}


def test_a_repository_without_tags_has_none(repository: Repository) -> None:
    assert list_tags(repository.git) == []


def test_annotated_and_lightweight_tags_have_commit_date_and_subject(repository: Repository) -> None:
    commit = repository.commit("the commit's subject\nin two lines\n\nbody")
    repository.git.output("tag", "light")
    annotated = repository.tag_object(commit, "commit", "Lösung\nzwei\n\nbody\n".encode(), when=1_600_000_000)
    repository.point(b"heavy", annotated)

    tags = by_name(repository)

    heavy, light = tags["heavy"], tags["light"]
    assert (heavy.kind, heavy.commit, heavy.object_id, heavy.tagged_at) == (
        "annotated", commit, annotated, 1_600_000_000,
    )  # fmt: skip
    assert (heavy.subject, heavy.signed, heavy.unusable) == ("Lösung zwei", False, "")
    committed = int(repository.git.text("log", "-1", "--format=%ct"))
    assert (light.kind, light.commit, light.object_id, light.tagged_at) == ("lightweight", commit, commit, committed)
    assert light.subject == "the commit's subject in two lines"


@pytest.mark.parametrize("armour", [b"PGP SIGNATURE", b"SSH SIGNATURE"])
def test_a_signature_is_seen_in_the_tag_and_not_in_the_commit(repository: Repository, armour: bytes) -> None:
    signature = b"subject\n-----BEGIN %b-----\nAAAA\n-----END %b-----\n" % (armour, armour)
    commit = repository.commit(signature.decode())
    repository.git.output("tag", "light")
    repository.point(b"signed", repository.tag_object(commit, "commit", signature))

    tags = by_name(repository)

    assert tags["signed"].signed
    assert tags["signed"].subject == "subject"
    assert not tags["light"].signed


def test_nested_tags_are_peeled_to_the_end(repository: Repository) -> None:
    commit = repository.commit("one")
    inner = repository.tag_object(commit, "commit", b"inner\n")
    middle = repository.tag_object(inner, "tag", b"middle\n")
    repository.point(b"outer", repository.tag_object(middle, "tag", b"outer\n"))

    outer = by_name(repository)["outer"]

    assert (outer.commit, outer.subject, outer.kind) == (commit, "outer", "annotated")


def test_tags_of_trees_and_blobs_are_listed_with_the_reason(repository: Repository) -> None:
    repository.commit("one", {"file": "text"})
    tree = repository.git.text("rev-parse", "HEAD^{tree}")
    blob = repository.git.text("rev-parse", "HEAD:file")
    repository.point(b"tree", tree)
    repository.point(b"blob", repository.tag_object(blob, "blob", b"a blob\n"))
    repository.point(b"nested", repository.tag_object(repository.tag_object(tree, "tree", b"x\n"), "tag", b"y\n"))

    found = {name: (tag.commit, tag.unusable) for name, tag in by_name(repository).items()}

    assert found == {
        "tree": (None, "it is a tag of a tree, not of a commit"),
        "blob": (None, "it is a tag of a blob, not of a commit"),
        "nested": (None, "it is a tag of a tree, not of a commit"),
    }


def test_a_message_with_nul_or_odd_bytes_does_not_shift_the_fields(repository: Repository) -> None:
    commit = repository.commit("one")
    repository.point(b"a", repository.tag_object(commit, "commit", b"be\0fore\xff\n"))
    repository.point(b"b", repository.tag_object(commit, "commit", b""))
    repository.point(b"c", repository.tag_object(commit, "commit", b"\xff\x1b[31m\r\n\n"))

    tags = by_name(repository)

    assert [tags[name].commit for name in "abc"] == [commit] * 3
    assert tags["b"].subject == ""
    assert tags["c"].subject.startswith("\ufffd\x1b[31m")


def test_every_legal_name_is_listed_and_keeps_its_bytes(repository: Repository) -> None:
    commit = repository.commit("one")
    for name in HOSTILE:
        repository.point(name, commit)

    tags = list_tags(repository.git)

    assert sorted(encode_name(tag) for tag in tags) == sorted(HOSTILE)
    assert {tag.commit for tag in tags} == {commit}
    assert all(tag.display.isprintable() for tag in tags)
    assert len({tag.display for tag in tags}) == len(HOSTILE)


def test_names_that_cannot_be_typed_are_confirmed_by_their_commit(repository: Repository) -> None:
    commit = repository.commit("one")
    for name in HOSTILE:
        repository.point(name, commit)

    words = {encode_name(tag): confirmation_word(tag) for tag in list_tags(repository.git)}

    typed = {b"$(id)", b"`id`", b"a;b", b"a|b", b'it\'s"quoted"', b"api/v1.0.0", b"%00"}
    assert words == {name: name.decode() if name in typed else commit[:8] for name in HOSTILE}


def test_a_pattern_narrows_the_list_and_never_leaves_the_tags(repository: Repository) -> None:
    commit = repository.commit("one")
    for name in (b"v1", b"v2", b"api/v1", b"other"):
        repository.point(name, commit)

    def names(pattern: str) -> list[str]:
        return [tag.name for tag in list_tags(repository.git, pattern)]

    assert names("*") == ["api/v1", "other", "v1", "v2"]
    assert names("v*") == ["v1", "v2"]
    assert names("api/*") == ["api/v1"]
    assert names("../heads/*") == []
    assert names("--help") == []


def test_names_that_look_alike_are_not_typable() -> None:
    names = ["v2.4.0", "v2.4.O", "v1.l", "V1.1", "v3", "deadbeef", "20261001", "my_HEAD", "refs/x", "@", "v 4"]
    typable = dict(zip(names, typable_names(names), strict=True))
    assert [name for name, can in typable.items() if can] == ["v3", "20261001"]


def test_invalid_bytes_are_kept_percent_encoded_beside_an_unambiguous_display() -> None:
    assert decode_name(b"a\xff/b").raw == "a%FF/b"
    assert decode_name(b"a\xff").display == "a\\udcff"
    assert decode_name("a\ufffd".encode()).raw == ""


@pytest.mark.parametrize("name", [b"v1~1", b"v1^{tree}", b"v1:file", b"a..b", b"v1@{1}", b"a b", b"a\nb", b"a\\b", b""])
def test_revision_syntax_is_no_name(name: bytes) -> None:
    assert not legal_name(name)


def test_the_first_of_very_many_are_the_first_of_all(repository: Repository) -> None:
    commit = repository.commit("one for all")
    names = [f"v{number // 40}.{number % 40}.0" for number in range(1100)]
    names += ["v27.0.0-rc.1", "api/v90.0.0", "release/2026", "zz", "v99.0.0-\u00e4"]
    commands = "".join(f"create refs/tags/{name} {commit}\n" for name in names)
    repository.git.output("update-ref", "--stdin", stdin=commands.encode())
    ordered = order_tags(list_tags(repository.git))

    found = first_tags(repository.git, count=50)

    assert found is not None
    tags, count = found
    assert [(tag.name, tag.commit, tag.subject) for tag in tags] == [
        (tag.name, tag.commit, tag.subject) for tag in ordered[:50]
    ]
    assert not any(tag.typable for tag in tags)  # of that nothing is known
    assert count == len(names)
    assert first_tags(repository.git, "api/*") is None


def test_few_tags_and_names_without_a_version_have_no_first_ones(repository: Repository) -> None:
    commit = repository.commit("one for all")
    commands = "".join(f"create refs/tags/night-{number} {commit}\n" for number in range(1100))
    repository.git.output("tag", "v1.0.0")
    assert first_tags(repository.git) is None
    repository.git.output("update-ref", "--stdin", stdin=commands.encode())
    assert first_tags(repository.git) is None


def damage(repository: Repository, oid: str) -> None:
    """Let the disk give back something else for an object."""
    path = repository.git.directory / ".git" / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(b"\0" * path.stat().st_size)


def test_a_damaged_tag_keeps_nobody_from_the_others(repository: Repository) -> None:
    first, second = repository.commit("one"), repository.commit("two")
    repository.point(b"v1", first)
    repository.git.output("tag", "--annotate", "--message=odd", "v2", second)
    repository.git.output("tag", "--annotate", "--message=fine", "v3", first)
    damage(repository, repository.git.text("rev-parse", "refs/tags/v2"))
    found = by_name(repository)
    assert sorted(found) == ["v1", "v2", "v3"]
    assert (found["v1"].commit, found["v3"].commit, found["v3"].subject) == (first, first, "fine")
    assert (found["v2"].commit, found["v2"].subject) == (None, "")
    assert found["v2"].unusable.startswith("git cannot read it: ")
    repository.point(b"v4", second)
    damage(repository, second)
    assert "git cannot read it" in by_name(repository)["v4"].unusable


def test_a_history_with_a_damaged_commit_is_shown_without_counts(repository: Repository) -> None:
    first, second = repository.commit("one"), repository.commit("two")
    head = repository.commit("three")
    repository.point(b"v1", second)
    damage(repository, first)
    tags = with_counts(repository.git, head, list_tags(repository.git))
    assert [(tag.name, tag.commit, tag.ahead, tag.behind) for tag in tags] == [("v1", second, None, None)]


def test_no_tag_is_missing_where_all_of_them_say_more_than_is_held_at_once(repository: Repository) -> None:
    commit = repository.commit("one")
    tag = repository.tag_object(commit, "commit", b"long " * 1600 + b"\n")
    names = sorted(f"refs/tags/v1.{number}" for number in range(9000))
    packed = "# pack-refs with: sorted\n" + "".join(f"{tag} {name}\n" for name in names)
    (repository.directory / ".git" / "packed-refs").write_text(packed)
    found = list_tags(repository.git)
    assert len(found) == 9000
    assert {each.commit for each in found} == {commit}
