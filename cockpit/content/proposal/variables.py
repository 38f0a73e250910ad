"""The `env:` that `cockpit init` proposes: the variables that the repository's own example of an env file names."""

from __future__ import annotations

import re
from pathlib import Path

from cockpit.content.markdown.settings import variable_of
from cockpit.content.proposal.near import text_of
from cockpit.content.proposal.service import Service
from cockpit.content.yaml_text import double_quoted

_ASSIGNED = re.compile(r"^[ \t]*(#[ \t]*)?(?:export[ \t]+)?([A-Z][A-Z0-9_]*)[ \t]*=[ \t]*([^\r\n]*)$", re.MULTILINE)
_MOST = 100
_SECRET_KEYS = frozenset({"SECRET_KEY", "SECRET_KEY_BASE", "APP_SECRET", "SESSION_SECRET", "JWT_SECRET"})


def env_text(root: Path | None, found: Service) -> str:
    """Return the section's text, which names variables and repeats none of their values; empty without an example."""
    if root is None or not found.env_example:
        return ""
    lines: dict[str, str] = {}
    for commented, name, value in _ASSIGNED.findall(text_of(root / found.env_example)):
        if len(lines) < _MOST:
            lines.setdefault(name, f"    {name}: {{{', '.join(_rule(name, value, optional=bool(commented)))}}}")
    if not lines:
        return ""
    file = found.unit.env_file if found.unit is not None and found.unit.env_file else ".env"
    return "\n".join(
        [
            f"# What the service's env file must hold, by {found.env_example}; values stay where they are.",
            "# `defaults: true` adds the shipped variables (LOG_LEVEL, ...). Look: screen 6, or cockpit env",
            "env:",
            f"  file: {double_quoted(file)}",
            f"  example: {double_quoted(found.env_example)}",
            "  defaults: false",
            "  variables:",
            *lines.values(),
            "",
        ]
    )


def _rule(name: str, value: str, *, optional: bool) -> list[str]:
    kind = variable_of(name, value.split(" #", 1)[0].strip(), "Own").type
    rule = [f"type: {kind}"]
    if name in _SECRET_KEYS:
        rule = ["type: secret", "min_length: 32"]
    return [*rule, "required: false"] if optional else rule
