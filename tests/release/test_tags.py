"""Order, filter, confirmation and proposal of tags."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import RefusedError
from cockpit.release.record import Actor
from cockpit.release.run import TagMark
from cockpit.release.tags import (
    Tag,
    confirmation_word,
    filter_tags,
    last_good,
    newest_versions,
    order_tags,
    tag_at,
    with_marks,
)
from cockpit.release.versions import parse_version

DAY = 86_400


def named(prefixes: list[str], suffixes: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda prefix, numbers, suffix: prefix + ".".join(map(str, numbers)) + suffix,
        st.sampled_from(prefixes), st.lists(st.integers(0, 12), min_size=1, max_size=3), st.sampled_from(suffixes),
    )  # fmt: skip


VERSIONED = named(["v", "V", ""], [""]) | named(
    ["", "v", "r", "api/v", "v7-", "night-"], ["-rc.1", "b2", "+7", ".", "_3"]
)


def tag(name: str, *, at: int | None = None, commit: str | None = "", subject: str = "", typable: bool = True) -> Tag:
    """A tag of a commit of its own, unless told otherwise."""
    if commit == "":
        commit = f"{abs(hash(name)):040x}"[-40:]
    return Tag(
        name=name, object_id="0" * 40, commit=commit, kind="annotated", signed=False, tagged_at=at, subject=subject,
        display=name, typable=typable, unusable="" if commit else "it is a tag of a tree, not of a commit",
    )  # fmt: skip


def tags(*names: str) -> list[Tag]:
    return [tag(name) for name in names]


def mark(name: str, said: str, reason: str = "") -> dict[str, TagMark]:
    return {name: TagMark(tag=name, mark=said, reason=reason, by=Actor("ana"), wall="2026-10-01T14:02:11Z")}


def names(found: tuple[Tag, ...]) -> list[str]:
    return [each.name for each in found]


def test_versions_come_newest_first_then_the_rest_by_date() -> None:
    expected = ["v2.4.1", "v2.4.1-rc.2", "v2.4.1-rc.1", "v2.4.0", "v1.10", "v1.9", "later", "earlier", "never"]
    mixed = [*tags(*expected[:6]), tag("later", at=2 * DAY), tag("earlier", at=DAY), tag("never")]
    random.Random(1).shuffle(mixed)

    assert names(order_tags(mixed)) == expected
    assert order_tags([]) == ()


@given(found=st.lists(VERSIONED, unique=True, max_size=40), count=st.integers(1, 8))
def test_the_newest_are_those_that_all_in_order_begin_with(found: list[str], count: int) -> None:
    versions = {name: version for name in found if (version := parse_version(name)) is not None}
    expected = sorted((version.precedence for version in versions.values()), reverse=True)[:count]
    assert [versions[name].precedence for name in newest_versions(found, count)] == expected


def test_equal_versions_are_ordered_by_date() -> None:
    assert names(order_tags([tag("1.0", at=1), tag("v1.0.0", at=3), tag("v1", at=2)])) == ["v1.0.0", "v1", "1.0"]


def test_the_filter_looks_at_name_and_subject_without_case() -> None:
    all_tags = [tag("v2.4.0", subject="Payments STRASSE"), tag("v2.3.0", subject="search"), tag("Hotfix")]

    assert names(filter_tags(all_tags, "")) == names(filter_tags(all_tags, "!")) == ["v2.4.0", "v2.3.0", "Hotfix"]
    assert names(filter_tags(all_tags, "2.")) == ["v2.4.0", "v2.3.0"]
    assert names(filter_tags(all_tags, "PAY")) == ["v2.4.0"]
    assert names(filter_tags(all_tags, "straße")) == ["v2.4.0"]
    assert names(filter_tags(all_tags, "!v2")) == ["Hotfix"]
    assert names(filter_tags(all_tags, "2.4.0 pay")) == ["v2.4.0"]
    assert filter_tags(all_tags, "[a-z]*") == ()
    assert filter_tags([], "x") == ()


def test_a_filter_never_runs_over_into_the_next_tag() -> None:
    assert filter_tags([tag("a", subject="line\nbreak"), tag("b")], "break") == (tag("a", subject="line\nbreak"),)
    assert filter_tags(tags("a", "b"), "a\nb") == ()


def test_the_confirmation_is_the_name_or_the_commit() -> None:
    assert confirmation_word(tag("v1.0")) == "v1.0"
    assert confirmation_word(tag("v1.0", commit="deadbeef" * 5, typable=False)) == "deadbeef"
    with pytest.raises(RefusedError, match="it is a tag of a tree"):
        confirmation_word(tag("tree", commit=None))


def test_marks_are_laid_over_the_tags() -> None:
    marked = with_marks(tags("v1.0", "v1.1"), mark("v1.1", "bad"))
    assert [(each.name, each.mark) for each in marked] == [("v1.0", None), ("v1.1", "bad")]


def test_the_running_tag_is_the_highest_of_its_commit() -> None:
    same = [tag(name, commit="a" * 40) for name in ("nightly", "v2.0.0-rc.1", "v2.0.0")]
    found = tag_at([tag("v3.0.0"), *same], "a" * 40)
    assert found is not None
    assert found.name == "v2.0.0"
    assert tag_at(same, "b" * 40) is None


def test_the_last_good_is_the_highest_version_below() -> None:
    all_tags = tags("v2.5.0", "v2.4.1", "v2.4.1-rc.1", "v2.4.0", "v2.3.9", "docs", "api/v2.4.0", "v1.0")

    found = last_good(all_tags, all_tags[1], mark("v2.4.0", "good"))

    assert found is not None
    assert found[0].name == "v2.4.0"
    assert found[1] == "v2.4.0: the release before v2.4.1, last flown good 2026-10-01 (ana)"


def test_bad_tags_are_passed_over_and_named() -> None:
    all_tags = tags("v2.4.1", "v2.4.0", "v2.3.9")

    found = last_good(all_tags, all_tags[0], mark("v2.4.0", "bad", "lost payments"))

    assert found is not None
    assert found[0].name == "v2.3.9"
    assert found[1] == (
        "v2.3.9: the release before v2.4.1 that is not marked bad (v2.4.0 is: lost payments), never marked good"
    )


def test_what_is_no_commit_or_the_same_commit_is_passed_over() -> None:
    current = tag("v2.4.1", commit="a" * 40)
    all_tags = [current, tag("v2.4.0", commit="a" * 40), tag("v2.3.9", commit=None), tag("v2.3.8")]

    found = last_good(all_tags, current, {})

    assert found is not None
    assert found[0].name == "v2.3.8"


def test_a_pre_release_is_proposed_only_where_nothing_else_is_left() -> None:
    all_tags = tags("v1.0.0", "v1.0.0-rc.2", "v1.0.0-rc.1")

    found = last_good(all_tags, all_tags[0], {})

    assert found is not None
    assert found[0].name == "v1.0.0-rc.2"
    assert found[1].startswith("v1.0.0-rc.2: a pre-release, no release is left before v1.0.0")
    assert last_good(all_tags, all_tags[2], {}) is None
    assert last_good(all_tags, all_tags[0], mark("v1.0.0-rc.2", "bad") | mark("v1.0.0-rc.1", "bad")) is None


@pytest.mark.parametrize(
    ("oldest_first", "proposed"),
    [
        (("v1.2.2", "v1.2.3", "v1.2.3-hotfix1"), "v1.2.3"),
        (("v1.2.3", "v1.2.3-hotfix1", "v1.2.3-hotfix2"), "v1.2.3-hotfix1"),
        (("v20261004", "v20261005", "v20261005-2"), "v20261005"),
        (("v1.2.3", "v1.2.3-hotfix1", "v1.2.4"), "v1.2.3-hotfix1"),
        (("v1.2.2", "v1.2.3+build.7", "v1.2.3+build.8"), "v1.2.3+build.7"),
        (("v1.2.2", "v1.2.3", "v1.2.3-rc.9"), "v1.2.2"),
        (("v1.2.2", "v1.2.3", "v1.2.3-beta-fix"), "v1.2.2"),
        (("v1.2.2", "v1.2.3-7", "v1.2.3"), "v1.2.2"),
    ],
)
def test_what_follows_a_release_is_above_it_whatever_it_is_called(oldest_first: tuple[str, ...], proposed: str) -> None:
    dated = [tag(name, at=number * DAY) for number, name in enumerate(oldest_first)]
    found = last_good(dated, dated[-1], {})
    assert found is not None
    assert found[0].name == proposed
    assert found[1].startswith(f"{proposed}: the release before {oldest_first[-1]}")
    is_candidate = "rc" in oldest_first[-1] or "beta" in oldest_first[-1]
    assert order_tags(dated)[0].name == oldest_first[1 if is_candidate else -1]


def test_a_candidate_of_the_release_s_own_commit_or_of_no_date_is_a_pre_release() -> None:
    release = tag("v1.2.3", at=DAY, commit="1" * 40)
    same, undated = tag("v1.2.3-1", at=2 * DAY, commit="1" * 40), tag("v1.2.3-2")
    assert order_tags([same, undated, release])[0] == release


def test_without_a_version_the_date_decides() -> None:
    current = tag("tuesday", at=3 * DAY)
    all_tags = [tag("wednesday", at=4 * DAY), current, tag("sunday", at=DAY), tag("monday", at=2 * DAY), tag("undated")]

    found = last_good(all_tags, current, {})

    assert found is not None
    assert found[0].name == "monday"
    assert last_good(all_tags, tag("undated"), {}) is None
