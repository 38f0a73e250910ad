"""What was imported, as the files of a checklist directory; each is read back strictly before anything is written."""

from __future__ import annotations

import msgspec

from cockpit.content.checklists import parse_checklist_text
from cockpit.content.library import parse_library_texts
from cockpit.content.markdown.found import FoundParts
from cockpit.content.strict_yaml import LARGEST_FILE
from cockpit.content.yaml_text import yaml_text
from cockpit.errors import ConfigurationError, Problem
from cockpit.release.checklist import Checklist
from cockpit.release.library import Contact, EnvVariable, SignOffRole, Target, ToolGroup
from cockpit.text import visible

_HEAD = """\
# Imported from {source}. An item's id is what a release's record refers to: it stays as it is, also when the text is
# reworded. `checked` says that the box was ticked there; in a release, every item begins open.
"""


class _Targets(msgspec.Struct):
    targets: tuple[Target, ...]


class _Env(msgspec.Struct):
    env: tuple[EnvVariable, ...]


class _Contacts(msgspec.Struct):
    contacts: tuple[Contact, ...]


class _Roles(msgspec.Struct):
    roles: tuple[SignOffRole, ...]


class _Tools(msgspec.Struct):
    tools: tuple[ToolGroup, ...]


def checklist_text(checklist: Checklist, source: str) -> str:
    """Return the checklist's YAML, read back for proof; ConfigurationError where it would be too large to read."""
    text = _HEAD.format(source=visible(source, limit=200)) + yaml_text(checklist)
    if len(text.encode()) > LARGEST_FILE:
        message = f"it becomes more than {LARGEST_FILE // 1024 // 1024} MiB of YAML: split it"
        raise ConfigurationError([Problem(source, 1, 1, message)])
    if parse_checklist_text(text, source) != checklist:
        raise AssertionError("a checklist that is written reads back the same")
    return text


def part_texts(parts: FoundParts) -> dict[str, str]:
    """Return the text of each file that a checklist directory keeps the recognised parts in, by its path there."""
    texts = {f"runbooks/{runbook.id}.yaml": yaml_text(runbook) for runbook in parts.runbooks}
    texts |= {f"templates/{template.id}.yaml": yaml_text(template) for template in parts.templates}
    shelves: dict[str, msgspec.Struct | None] = {
        "signoff.yaml": _Roles(parts.roles) if parts.roles else None,
        "contacts.yaml": _Contacts(parts.contacts) if parts.contacts else None,
        "targets.yaml": _Targets(parts.targets) if parts.targets else None,
        "env.yaml": _Env(parts.env) if parts.env else None,
        "tools.yaml": _Tools(parts.tools) if parts.tools else None,
    }
    texts |= {name: yaml_text(shelf) for name, shelf in shelves.items() if shelf is not None}
    parse_library_texts(texts)
    return texts
