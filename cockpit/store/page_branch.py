"""A branch that shows rendered pages on a forge: written by plumbing, never checked out, best-effort.

It is no part of the shared state: two versions of the cockpit may render different bytes, and the last one wins.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from cockpit.errors import RefusedError
from cockpit.store import files
from cockpit.store.location import StoreLocation
from cockpit.store.objects import Entry, ObjectDatabase


def publish_pages(location: StoreLocation, branch: str, pages: Mapping[str, bytes], message: str) -> str | None:
    """Commit the pages (path to content) to a branch of their own; return the new commit, None where nothing changed.

    Raises RefusedError (`checked-out`) where a work tree stands on that branch, GitError where git fails.
    """
    objects = ObjectDatabase(location)
    ref = f"refs/heads/{branch}"
    if is_checked_out(objects, ref):
        raise RefusedError(
            f"{branch} is checked out in a work tree, which the report would make dirty",
            fix="Check another branch out there",
            code="checked-out",
        )
    found = objects.run("rev-parse", "--verify", "--quiet", "--end-of-options", ref)
    tip = found.text.strip() if found.ok else None
    files.make_directories(location.temporary, below=location.common, share=location.share)
    paths = sorted(pages)
    oids = objects.write_blobs([pages[path] for path in paths])
    tree = objects.write_tree({path: Entry(oid, len(pages[path])) for path, oid in zip(paths, oids, strict=True)})
    if tip is not None and objects.output("rev-parse", f"{tip}^{{tree}}").decode().strip() == tree:
        return None
    commit = objects.write_commit(tree, [tip] if tip else [], message)
    arguments = ("-m", message, "--no-deref", "--create-reflog", ref, commit, tip or "")
    objects.output("update-ref", *arguments, env=objects.identity())
    return commit


def is_checked_out(objects: ObjectDatabase, ref: str) -> bool:
    """Return whether a work tree stands on a branch, by its full name."""
    listed = os.fsdecode(objects.output("worktree", "list", "--porcelain"))
    return f"branch {ref}" in listed.splitlines()
