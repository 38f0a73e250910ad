"""From a tag's name to the commit that is acted upon; nothing but an exact, existing tag resolves."""

from __future__ import annotations

import os
from urllib.parse import unquote_to_bytes

from cockpit.errors import NotFoundError, RefusedError
from cockpit.git.command import Git
from cockpit.git.objects import object_id
from cockpit.git.tag_names import decode_name, legal_name

_COMPARED = 2000  # the newest tags that a misspelled name is compared with


def resolve_tag(git: Git, name: str | bytes) -> str:
    """Return the object id of the commit that tag `name` leads to; bytes reach names that are not UTF-8.

    NotFoundError names close matches; RefusedError (`not-a-commit`) where it is a tag of something else.
    """
    raw = _encode(name) if isinstance(name, str) else name
    display = decode_name(raw).display
    if not legal_name(raw) or not _exists(git, raw):
        raise NotFoundError(f"There is no tag {display}", fix=_suggestion(git, raw))
    done = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", os.fsdecode(b"refs/tags/%b^{commit}" % raw))
    if done.ok:
        return object_id(done.text.strip())
    kind = git.run("cat-file", "-t", os.fsdecode(b"refs/tags/%b^{}" % raw))
    what = f"a {kind.text.strip()}" if kind.ok else "an object that is missing here"
    raise RefusedError(
        f"Tag {display} is a tag of {what}, not of a commit", fix="Choose another tag", code="not-a-commit"
    )


def resolve_named(git: Git, name: str, raw: str) -> str:
    """Return what `resolve_tag` does for a name as `Tag` keeps it: `raw` is percent-encoded, where it is not UTF-8."""
    return resolve_tag(git, unquote_to_bytes(raw) if raw else name)


def _encode(name: str) -> bytes:
    try:
        return name.encode("utf-8", "surrogateescape")  # as sys.argv holds bytes that are not UTF-8
    except UnicodeEncodeError:
        return name.encode("utf-8", "replace")  # becomes `?`, which no ref name has


def _exists(git: Git, name: bytes) -> bool:
    # rev-parse alone would also find a branch called `refs/tags/NAME`.
    return git.run("show-ref", "--verify", "--quiet", "--", os.fsdecode(b"refs/tags/%b" % name)).ok


def _suggestion(git: Git, name: bytes) -> str:
    names = git.output(
        # Of several tags that are of the same second, the highest version is taken for the newest.
        "for-each-ref",
        "--sort=-version:refname",
        "--sort=-creatordate",
        f"--count={_COMPARED}",
        "--format=%(refname:lstrip=2)",
        "refs/tags",
    ).splitlines()
    known = [decode_name(other).display for other in names]
    if not known:
        return "This repository has no tags: git tag v1.0.0 makes one"
    from difflib import get_close_matches

    close = get_close_matches(decode_name(name).display, known, n=3, cutoff=0.5)
    meant = f"Did you mean {', '.join(close)}?" if close else f"The newest tag here is {known[0]}."
    return f"{meant} All: cockpit tags. Those that are elsewhere: git fetch --tags"
