"""The work tree and its tags: clean, at the tag, the tag there and signed, branches merged."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cockpit.checks.look import Look, judged, unseen
from cockpit.errors import CockpitError, NotFoundError
from cockpit.git.command import Git
from cockpit.git.facts import NO_PROGRAMS, changed_files, head_commit
from cockpit.git.resolve import resolve_tag
from cockpit.git.tag_names import decode_name
from cockpit.git.tag_signature import signed_as
from cockpit.release.checks import RUN_TAG, GitCheck
from cockpit.release.ports import Situation


def look_by_git(check: GitCheck, situation: Situation, *, code: Path, seconds: float) -> Look:
    """Ask git once."""
    git = Git(code / check.directory, timeout=seconds, fetches=True)
    try:
        head = head_commit(git)
        return _look(git, check, situation, head)
    except CockpitError as error:
        return unseen(error.what)


def _look(git: Git, check: GitCheck, situation: Situation, head: str) -> Look:
    faults, well = [], []
    if check.clean:
        changed = changed_files(git)
        if changed:
            more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            faults.append(f"{changed[0]}{more} changed")
        well.append("clean")
    if check.tag or check.at_tag or check.signed:
        tag = situation.tag if check.tag in {"", RUN_TAG} else check.tag
        if not tag:
            return unseen("the run flies no tag yet")
        fault = _tag_fault(git, check, tag, head)
        if fault:
            faults.append(fault)
        else:
            well.append(f"HEAD at {tag}" if check.at_tag else f"{tag} is there")
    for branch in check.merged:
        fault = _merge_fault(git, branch, head)
        if fault:
            faults.append(fault)
        else:
            well.append(f"{branch} merged")
    return judged(faults, ", ".join(well))


def _tag_fault(git: Git, check: GitCheck, tag: str, head: str) -> str:
    try:
        commit = resolve_tag(git, tag)
    except NotFoundError:
        return f"there is no tag {tag}"
    if check.at_tag and commit != head:
        return f"HEAD is at {head[:8]}, {tag} at {commit[:8]}"
    if check.signed:
        if not git.run(*NO_PROGRAMS, "verify-tag", f"refs/tags/{tag}").ok:
            return f"{tag} carries no signature that verifies here"
        name = signed_as(git, f"refs/tags/{tag}")
        if name != os.fsencode(tag):
            return f"{tag} was signed as {decode_name(name).display}"
    return ""


def _merge_fault(git: Git, branch: str, head: str) -> str:
    name = f"refs/heads/{branch}" if not branch.startswith("refs/") else branch
    found = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if not found.ok:
        return f"there is no branch {branch}"
    inside = git.run("merge-base", "--is-ancestor", found.text.strip(), head)
    if inside.ok:
        return ""
    left = git.text("rev-list", "--count", f"{head}..{found.text.strip()}", "--")
    return f"{branch} has {left} commits that HEAD has not"


def digest_of_paths(code: Path, paths: tuple[str, ...]) -> str:
    """Return what stands under these paths in the work tree, tracked files alone, as one digest.

    Raises GitError where git fails.
    """
    git = Git(code, fetches=True)
    specs = [f":(top,glob){path}" for path in paths]
    listed = git.output("ls-files", "-s", "-z", "--", *specs)
    changed = git.output(*NO_PROGRAMS, "diff", "--no-ext-diff", "--no-textconv", "HEAD", "--", *specs)
    return hashlib.sha256(listed + b"\0" + changed).hexdigest()
