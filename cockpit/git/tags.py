"""All tags by one `git for-each-ref`; their names may hold anything a ref name may, and their targets be anything."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cockpit.git.command import Git
from cockpit.git.tag_names import TagName, decode_name, typable_names
from cockpit.release.tags import Tag, newest_versions
from cockpit.text import visible

# lstrip, not short: `:short` looks for ambiguities and takes four times as long.
FORMAT = "%00".join(
    (
        "%(refname:lstrip=2)",
        "%(objecttype)",
        "%(objectname)",
        "%(*objecttype)",
        "%(*objectname)",
        "%(creatordate:unix)",
        "%(if)%(contents:signature)%(then)signed%(end)",
        "%(contents:subject)",
        "",
    )
)
_FIELDS = 8
_MANY = 1000  # tags
_AT_ONCE = 500  # tags that are named to git, where they must be
_UNREADABLE = "unreadable"
_LONGEST = 160  # characters of git's complaint


class _Row(Struct, frozen=True, gc=False):
    name: TagName
    type: str
    object_id: str
    target_type: str
    target: str
    date: str
    signed: bool
    subject: str


def list_tags(git: Git, pattern: str = "*") -> list[Tag]:
    """Return the tags whose names match the glob, in git's order; `*` alone takes all, elsewhere it stops at a slash.

    A tag of a tree or a blob, and one that git cannot read, is listed with `commit` None and the reason. GitError where
    git cannot list them.
    """
    return _read(git, _refs(pattern))


def first_tags(git: Git, pattern: str = "*", *, count: int = 100) -> tuple[list[Tag], int] | None:
    """Return the `count` highest versions of very many tags, the newest first, and how many tags there are in all.

    It takes a third of the time of `list_tags`, for git need not look into the others; whether a name can be typed is
    not known by it, and taken for no. None where there are so few that it would save nothing, or fewer versions.
    """
    names = git.output("for-each-ref", "--format=%(refname:lstrip=2)", _refs(pattern)).decode("utf-8", "replace")
    all_names = names.splitlines()
    if len(all_names) < _MANY:
        return None
    newest = newest_versions([name for name in all_names if name.isascii()], count)
    if len(newest) < count:
        return None
    found = {tag.name: replace(tag, typable=False) for tag in _read(git, *(f"refs/tags/{name}" for name in newest))}
    return [found[name] for name in newest if name in found], len(all_names)


def _refs(pattern: str) -> str:
    return "refs/tags" if pattern == "*" else f"refs/tags/{pattern}"


def _read(git: Git, *refs: str) -> list[Tag]:
    rows = _rows(git, refs)
    # git 2.39 peels one level only: what still leads to a tag is peeled in one further call.
    nested = _peel(git, [row.target for row in rows if row.target_type == "tag"])
    typable = typable_names([row.name.name for row in rows])
    return [_tag(row, nested, can_type) for row, can_type in zip(rows, typable, strict=True)]


def _rows(git: Git, refs: Sequence[str]) -> list[_Row]:
    """Return the tags; those that git cannot read as such, for one of them fails all that are asked for with it."""
    listed = git.run("for-each-ref", f"--format={FORMAT}", *refs)
    if listed.ok and not listed.truncated:
        return [_row(fields) for fields in _records(listed.out)]
    # Of these two git reads no object.
    named = git.output("for-each-ref", "--format=%(objectname) %(refname)", *refs).splitlines()
    ids = {os.fsdecode(ref): oid.decode() for oid, _, ref in (line.partition(b" ") for line in named)}
    names = list(ids)
    return [row for at in range(0, len(names), _AT_ONCE) for row in _readable(git, names[at : at + _AT_ONCE], ids)]


def _readable(git: Git, refs: list[str], ids: Mapping[str, str]) -> list[_Row]:
    """Return the tags, halving them until those that cannot be read stand alone."""
    listed = git.run("for-each-ref", f"--format={FORMAT}", *refs)
    if listed.ok and not listed.truncated:
        return [_row(fields) for fields in _records(listed.out)]
    if len(refs) == 1:
        name = decode_name(os.fsencode(refs[0].removeprefix("refs/tags/")))
        return [_Row(name, _UNREADABLE, ids[refs[0]], "", "", "", False, listed.complaint)]
    half = len(refs) // 2
    return [*_readable(git, refs[:half], ids), *_readable(git, refs[half:], ids)]


def _records(output: bytes) -> Iterable[tuple[str, ...]]:
    # Decoded in one go, each odd byte as a lone surrogate, so that the common case costs nothing a field.
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
    return zip(*[fields] * _FIELDS, strict=False)  # what is left over is the newline after the last record


def _row(fields: tuple[str, ...]) -> _Row:
    name, kind, oid, target_type, target, date, signed, subject = fields
    name = name.removeprefix("\n")
    return _Row(
        TagName(name, name, "") if name.isascii() else decode_name(name.encode("utf-8", "surrogateescape")),
        kind,
        oid,
        target_type,
        target,
        date,
        bool(signed) and kind == "tag",  # a lightweight tag's field would speak of the commit's message
        subject if subject.isascii() else subject.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
    )


def _peel(git: Git, tag_objects: list[str]) -> dict[str, tuple[str, str]]:
    """Return (type, object id) of what each nested tag leads to at last."""
    if not tag_objects:
        return {}
    asked = "".join(f"{oid}^{{}}\n" for oid in tag_objects)
    answers = git.text("cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=asked.encode()).splitlines()
    peeled: dict[str, tuple[str, str]] = {}
    for oid, answer in zip(tag_objects, answers, strict=True):
        kind, _, target = answer.partition(" ")
        peeled[oid] = ("missing object", "") if answer.endswith(" missing") else (kind, target)
    return peeled


def _tag(row: _Row, nested: dict[str, tuple[str, str]], typable: bool) -> Tag:
    kind, target = (row.target_type, row.target) if row.type == "tag" else (row.type, row.object_id)
    kind, target = nested.get(target, (kind, target))
    if row.type == _UNREADABLE:
        unusable, subject = f"git cannot read it: {visible(row.subject, limit=_LONGEST)}", ""
    else:
        unusable, subject = "" if kind == "commit" else f"it is a tag of a {kind}, not of a commit", row.subject
    return Tag(
        name=row.name.name,
        object_id=row.object_id,
        commit=target if kind == "commit" else None,
        kind="annotated" if row.type == "tag" else "lightweight",
        signed=row.signed,
        tagged_at=int(row.date) if row.date else None,
        subject=subject,
        display=row.name.display,
        raw=row.name.raw,
        typable=typable,
        unusable=unusable,
    )
