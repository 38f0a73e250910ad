"""What types alone cannot say about whose keys sign."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TypeVar

from cockpit.content.names import name_complaint
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Step
from cockpit.release.configuration import Signing

T = TypeVar("T")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def review_signing(review: Review[T], signing: Signing, *where: Step) -> None:
    """Complain of what cannot be meant in the settings of signatures."""
    if signing.allowed_signers:
        review.exactly_one(signing, *where)
    elif signing != Signing():
        review.complain("nothing says whose keys sign: add allowed_signers", *where)
    for key in ("allowed_signers", "revoked_keys"):
        path = PurePosixPath(getattr(signing, key))
        if path.is_absolute() or ".." in path.parts:
            review.complain("a path inside the repository is wanted: it is read from a commit", *where, key)
    if signing.commit and not _COMMIT.fullmatch(signing.commit):
        review.complain(f"{quoted(signing.commit)} is no whole commit id: write its 40 hex digits", *where, "commit")
    if signing.branch and not _BRANCH.fullmatch(signing.branch):
        review.complain(f"{quoted(signing.branch)} cannot name a branch: write one such as main", *where, "branch")
    for role, principals in signing.roles.items():
        review.complain_of_key(name_complaint(role), *where, "roles", role)
        for index, principal in enumerate(principals):
            if not principal.strip() or set(principal) & set("*?!, "):
                review.complain("one principal, without wildcards, is wanted", *where, "roles", role, index)
