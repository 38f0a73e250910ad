"""The union of trees: algebra on generated trees, and the rules one by one."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.store.layout import is_carried
from cockpit.store.merge import merge_file, merge_trees

Tree = dict[str, bytes]

WRITER = f"{0xA:032x}"
JOURNAL = f"journal/s/p/r/{WRITER}.1.jsonl"


def line(s: int, content: str = "", signature: str | None = None) -> bytes:
    payload = f'{{"v":1,"w":"{WRITER}","s":{s},"d":"{content}"}}'
    return json.dumps({"b": payload, "g": signature}, separators=(",", ":")).encode()


def journal(*lines: bytes) -> bytes:
    return b"".join(each + b"\n" for each in lines)


events = st.builds(line, st.integers(1, 4), st.sampled_from(["", "x"]), st.sampled_from([None, None, "sig", "forged"]))
junk = st.sampled_from([b"", b"junk", b"\0\0", b'{"b":', b'{"b":"{}","g":null}', b'{"g":null,"b":"x","n":1}', b"\xff"])
lines = st.lists(st.one_of(events, junk), max_size=5)
journals = st.builds(lambda whole, tail: journal(*whole) + tail, lines, st.sampled_from([b"", b"", b"torn", b'{"b"']))
honest = st.builds(lambda n: journal(*[line(s) for s in range(1, n + 1)]), st.integers(0, 5))
blob = b'{"salt":"00","type":"text"}\nyes'
BLOB = f"evidence/{hashlib.sha256(blob).hexdigest()}"
trees = st.fixed_dictionaries(
    {},
    optional={
        JOURNAL: st.one_of(journals, honest),
        f"journal/s/p/r/{WRITER}.2.jsonl": honest,
        "FORMAT": st.sampled_from([b"1\n", b"2\n", b"1.3\n", b"", b"x"]),
        BLOB: st.sampled_from([blob, blob[:-1], blob + b"!", b""]),
        "later": st.binary(max_size=2),
        "later/kind": st.binary(max_size=2),
        "later/kind/deeper": st.binary(max_size=2),
    },
)


def union(ours: Tree, theirs: Tree) -> Tree:
    return merge_trees(ours, theirs).tree


def tidy(tree: Tree) -> Tree:
    """A tree git can hold: no path is a file and a directory."""
    return union(tree, {})


@given(trees, trees)
def test_the_union_is_commutative(a: Tree, b: Tree) -> None:
    assert union(a, b) == union(b, a)
    assert merge_trees(a, b).diverged == merge_trees(b, a).diverged


@given(trees, trees, trees)
def test_the_union_is_associative(a: Tree, b: Tree, c: Tree) -> None:
    assert union(union(a, b), c) == union(a, union(b, c))


@given(trees, trees)
def test_the_union_is_idempotent_and_absorbs(a: Tree, b: Tree) -> None:
    assert union(tidy(a), tidy(a)) == tidy(a)
    assert union(a, union(a, b)) == union(a, b)


@given(journals, journals)
def test_no_event_is_lost_and_a_signed_copy_stays(a: bytes, b: bytes) -> None:
    def copies(data: bytes) -> set[bytes]:
        return {each for each in data.split(b"\n")[:-1] if each.startswith(b'{"b":"{')}

    merged = copies(merge_file(JOURNAL, a, b))
    for copy in copies(a) | copies(b):
        unsigned = copy.rpartition(b',"g":')[0] + b',"g":null}'
        assert copy in merged or (copy == unsigned and any(each.startswith(unsigned[:-5]) for each in merged))


@given(st.integers(0, 6), st.integers(0, 6))
def test_of_two_journals_the_longer_is_kept_as_it_stands(a: int, b: int) -> None:
    whole = [line(s, "é", "sig" if s % 2 else None) for s in range(1, 7)]
    merged = merge_trees({JOURNAL: journal(*whole[:a])}, {JOURNAL: journal(*whole[:b])})
    assert merged.tree == {JOURNAL: journal(*whole[: max(a, b)])}
    assert merged.diverged == ()


def test_order_is_by_number_not_by_text() -> None:
    assert merge_file(JOURNAL, journal(line(10)), journal(line(9))) == journal(line(9), line(10))


def test_two_events_of_one_number_stay_and_are_flagged() -> None:
    ours, theirs = journal(line(1), line(2, "a")), journal(line(1), line(2, "b"))
    merged = merge_trees({JOURNAL: ours}, {JOURNAL: theirs})
    assert set(merged.tree[JOURNAL].splitlines()) == {line(1), line(2, "a"), line(2, "b")}
    assert merged.diverged == (JOURNAL,)


def test_a_signature_that_was_stripped_comes_back() -> None:
    assert merge_file(JOURNAL, journal(line(1)), journal(line(1, "", "sig"))) == journal(line(1, "", "sig"))


def test_a_forged_signature_does_not_push_out_another() -> None:
    both = merge_file(JOURNAL, journal(line(1, "", "sig")), journal(line(1, "", "forged")))
    assert set(both.splitlines()) == {line(1, "", "sig"), line(1, "", "forged")}


def test_a_torn_end_never_enters_a_union() -> None:
    assert merge_file(JOURNAL, journal(line(1)) + line(2)[:9], journal(line(1), line(2))) == journal(line(1), line(2))


@pytest.mark.parametrize(
    ("path", "kept", "dropped"),
    [("FORMAT", b"2\n", b"1\n"), ("FORMAT", b"1\n", b"zzz"), (BLOB, blob, blob + b"longer"), (BLOB, blob, b"")],
)
def test_the_higher_format_and_the_genuine_blob_win(path: str, kept: bytes, dropped: bytes) -> None:
    assert merge_file(path, kept, dropped) == merge_file(path, dropped, kept) == kept


def test_a_file_in_the_way_of_a_directory_gives_way() -> None:
    assert union({"later": b"a", "x": b"1"}, {"later/kind/v2": b"b"}) == {"later/kind/v2": b"b", "x": b"1"}


def test_paths_of_later_versions_are_carried_and_hostile_ones_are_not() -> None:
    good = [JOURNAL, BLOB, "FORMAT", "later/kind.v2", "LATER"]
    bad = [
        "journal", "evidence", "FORMAT/x", "journal/x", JOURNAL + "/x", "evidence/short", "../x", "a/../b", ".git/x",
        "a//b", "/a", "a\nb", "a/", "", "journal/S/p/r/x.jsonl", "journal/s/p/r/../" + f"{WRITER}.1.jsonl",
    ]  # fmt: skip
    assert [path for path in good + bad if is_carried(path)] == good
