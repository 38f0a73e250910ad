"""The parts of a checklist that a service may not have at all, such as payments; and which ones nothing speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from cockpit.content.proposal.near import files_near, text_of
from cockpit.content.yaml_text import double_quoted
from cockpit.release.checklist import Checklist
from cockpit.release.inapplicable import Inapplicable

DATABASE = "a database"
# A part: what items of it say, and what a repository that has it speaks of.
_PARTS = (
    ("e-mail", r"e-?mail|newsletter|smtp",
     r"\bsmtp|EMAIL_|\bMAIL_|sendgrid|mailgun|postmark|nodemailer|mailer|smtplib|flask[-_]mail|aws-ses"),
    ("payments", r"pay(?:ment|pal|out)|razorpay|stripe|checkout|refund",
     r"razorpay|stripe|paypal|braintree|adyen|mollie|klarna|checkout|payment"),
    (DATABASE, r"database|migration|\bschema\b|\bsql\b|db query",
     r"DATABASE|postgres|mysql|mariadb|sqlite|sqlalchemy|mongo|ActiveRecord|\bpg\b|knex|prisma"),
    ("a shop's cart and products", r"\bcart\b|product browsing|\bcatalog", r"\bcart\b|catalog|product"),
    ("logging in", r"(?<!root )log ?in\b|password|session management|two-factor",
     r"login|log_in|passw|session|auth"),
    ("an admin area", r"\badmin\b", r"\badmin\b"),
    ("a mobile app", r"mobile|\bios\b|android|app store|play store", r"android|\bios\b|react-native|flutter|capacitor"),
    ("a CDN", r"\bcdn\b|edge cache|cloudfront|cloudflare|fastly", r"\bcdn\b|cloudfront|cloudflare|fastly"),
)  # fmt: skip
_SPEAKING = re.compile(
    r"requirements.*\.txt|pyproject\.toml|package\.json|Gemfile|composer\.json|go\.mod|Pipfile|pom\.xml"
    r"|(?:docker-)?compose[\w.-]*\.ya?ml|\.env(?:\.\w+)?|.+\.(?:py|js|ts|tsx|rb|php|go|java|kt|html|vue|prisma|sql)"
)
_MOST_BYTES = 2 * 1024 * 1024  # of all files that are read


class Part(Struct, frozen=True):
    """A part of the checklist; `items` are the ids of what would not apply without it, `found` whether it is there."""

    name: str
    items: tuple[str, ...]
    found: bool


def find_parts(root: Path, checklists: Iterable[Checklist]) -> tuple[Part, ...]:
    """Return the parts that these checklists have items of; what recurs belongs to none."""
    items = [
        (item.id, f"{section.title} / {item.text}")
        for checklist in checklists
        for phase, section, item, _ in checklist.walk()
        if not phase.maintenance and section.recurring(item).cadence is None
    ]
    spoken = _spoken(root)
    parts = []
    taken: set[str] = set()
    for name, says, speaks in _PARTS:
        found = [one for one, text in items if one not in taken and re.search(says, text, re.IGNORECASE)]
        taken.update(found)
        if found:
            parts.append(Part(name, tuple(found), any(re.search(speaks, text, re.IGNORECASE) for text in spoken)))
    return tuple(parts)


def _spoken(root: Path) -> Sequence[str]:
    """Return what the manifests and sources near the top say."""
    texts, size = [], 0
    for path in files_near(root):
        if _SPEAKING.fullmatch(path.name) and "checklist" not in path.as_posix() and size < _MOST_BYTES:
            texts.append(text_of(path))
            size += len(texts[-1])
    return texts


def without(parts: Sequence[Part], reason: str) -> tuple[Inapplicable, ...]:
    """Return what says that these parts do not apply, all for one reason."""
    items = tuple(item for part in parts for item in part.items)
    return (Inapplicable(reason, items),) if items else ()


def inapplicable_text(said: Sequence[Inapplicable], doubtful: Sequence[Part]) -> str:
    """Return the `not_applicable:` of cockpit.yaml; what nobody has said stands in it as a plain comment."""
    lines = []
    if said:
        lines.append("# What does not apply to this service: opening a run marks these items so, with the reason.")
        lines.append("not_applicable:")
        for each in said:
            lines += [
                f"  - reason: {double_quoted(each.reason)}",
                "    items:",
                *(f"      - {one}" for one in each.items),
            ]
    if doubtful:
        names = ", ".join(part.name for part in doubtful)
        lines.append(f"# Nothing here speaks of {names}. If so, one reason marks it all not applicable:")
        lines.append("# not_applicable:" if not said else "#")
        lines += ["#   - reason: this service has none", "#     items:"]
        lines += [f"#       - {item}" for part in doubtful for item in part.items]
    return "\n".join([*lines, "", ""]) if lines else ""
