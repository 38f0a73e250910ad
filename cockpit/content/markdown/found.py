"""What else than items a document holds: procedures, sign-off roles, contacts, targets, variables, messages, tools."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from cockpit.content.ids import slug, unique
from cockpit.content.markdown.blocks import Block
from cockpit.content.markdown.inline import Inline
from cockpit.content.markdown.outline import Node
from cockpit.content.markdown.procedures import find_runbooks
from cockpit.content.markdown.settings import find_messages, find_targets, find_variables
from cockpit.content.markdown.words import ADDRESS, CONTACT, PERSON, ROLE, SIGN_OFF, TOOLS
from cockpit.release.library import (
    Contact,
    EnvVariable,
    MessageTemplate,
    Runbook,
    SignOffRole,
    Target,
    Tool,
    ToolGroup,
)

_BLANK = re.compile(r"[\s_.\-–—…\\*]*")
_LABELLED = re.compile(
    r"(?:\*\*|__)?(?P<label>[^:：*]{1,80}?)(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?\s*(?P<value>.*)", re.DOTALL
)
_IN_BRACKETS = re.compile(r"[\[<{](?P<hint>[^\[\]<>{}]+)[\]>}]")
_NAME_AND_ADDRESS = re.compile(r"(?P<name>.*?\S)\s*\((?P<address>[^()\s]*[@/+\d][^()]*)\)")
_LOOKS_LIKE_AN_ADDRESS = re.compile(r"\S@\S|(?<!\w)[+(]?\d[\d ()/.-]{5,}\d|(?<!\w)[#@]\w")
_ADDRESS_ALONE = re.compile(r"\S+@\S+|https?://\S+|[+(]?\d[\d ()/.\-]{5,}|[#@][\w-]+")
_plain = Inline({}).plain


class FoundParts(Struct, frozen=True):
    """Recognised parts, as the files of a checklist directory hold them."""

    runbooks: tuple[Runbook, ...] = ()
    roles: tuple[SignOffRole, ...] = ()
    contacts: tuple[Contact, ...] = ()
    targets: tuple[Target, ...] = ()
    env: tuple[EnvVariable, ...] = ()
    templates: tuple[MessageTemplate, ...] = ()
    tools: tuple[ToolGroup, ...] = ()


def find_parts(root: Node) -> FoundParts:
    """Return what can be recognised beneath the headings of a document."""
    places = list(root.walk())
    return FoundParts(
        runbooks=find_runbooks(places),
        roles=_roles(places),
        contacts=_contacts(places),
        targets=find_targets(places),
        env=find_variables(places),
        templates=find_messages(places),
        tools=_tools(root),
    )


def _roles(places: list[tuple[Node, tuple[str, ...]]]) -> tuple[SignOffRole, ...]:
    titles: dict[str, None] = {}
    for node, path in places:
        named = any(map(SIGN_OFF.search, path[-2:]))
        for block in node.blocks:
            if block.kind == "table":
                titles.update(dict.fromkeys(_signing(block, named=named)))
            elif block.kind == "bullet_list" and named and not block.tasks:
                for text in _entries(block):
                    match = _LABELLED.fullmatch(text)
                    if match and _BLANK.fullmatch(match["value"]):
                        titles[_plain(match["label"])] = None
    taken: set[str] = set()
    return tuple(SignOffRole(id=unique(slug(title), taken), title=title) for title in titles)


def _signing(table: Block, *, named: bool) -> Iterator[str]:
    header = [cell.text for cell in table.children[0].children]
    column = next((index for index, text in enumerate(header) if ROLE.search(text)), None)
    if not named and not any(SIGN_OFF.search(text) for text in header):
        return
    if column is None and not (named and any(SIGN_OFF.search(text) for text in header)):
        return
    for row in table.children[1:]:
        title = _plain(row.children[column or 0].text) if row.children else ""
        if title and not _BLANK.fullmatch(title):
            yield title


def _contacts(places: list[tuple[Node, tuple[str, ...]]]) -> tuple[Contact, ...]:
    found: list[Contact] = []
    taken: set[str] = set()
    for node, path in places:
        named = any(map(CONTACT.search, path[-2:]))
        for block in node.blocks:
            if block.kind == "table":
                found += _contact_rows(block, taken, named=named)
            elif block.kind == "bullet_list" and named and not block.tasks:
                for text in _entries(block):
                    match = _LABELLED.fullmatch(text)
                    if match:
                        found.append(_contact(_plain(match["label"]), _plain(match["value"].strip()), taken))
    return tuple(found)


def _contact(purpose: str, value: str, taken: set[str]) -> Contact:
    own = unique(slug(purpose), taken)
    hint = _IN_BRACKETS.fullmatch(value)
    if hint or _BLANK.fullmatch(value):
        return Contact(id=own, purpose=purpose, hint=hint["hint"] if hint else "")
    both = _NAME_AND_ADDRESS.fullmatch(value)
    if both:
        return Contact(id=own, purpose=purpose, name=both["name"], address=both["address"])
    if _ADDRESS_ALONE.fullmatch(value):
        return Contact(id=own, purpose=purpose, address=value)
    return Contact(id=own, purpose=purpose, name=value)


def _contact_rows(table: Block, taken: set[str], *, named: bool) -> Iterator[Contact]:
    header = [cell.text for cell in table.children[0].children]
    address = next((index for index, text in enumerate(header) if ADDRESS.search(text)), None)
    if address is None and named:  # whatever its heading says, what is an address looks like one
        rows = [[cell.text for cell in row.children] for row in table.children[1:]]
        address = next((at for at in range(1, len(header)) if any(_is_address(row, at) for row in rows)), None)
    if address is None or len(header) < 2 or not (named or any(ROLE.search(text) for text in header)):
        return
    role = next((index for index, text in enumerate(header) if ROLE.search(text) and index != address), None)
    person = next(
        (index for index, text in enumerate(header) if PERSON.search(text) and index not in {address, role}), None
    )
    purpose = role if role is not None else next(index for index in range(len(header)) if index != address)
    for row in table.children[1:]:
        cells = ["" if _BLANK.fullmatch(cell.text) else _plain(cell.text) for cell in row.children]
        cells += [""] * (len(header) - len(cells))
        if cells[purpose]:
            hint = _IN_BRACKETS.fullmatch(cells[address])
            yield Contact(
                id=unique(slug(cells[purpose]), taken),
                purpose=cells[purpose],
                name=cells[person] if person is not None and not _IN_BRACKETS.fullmatch(cells[person]) else "",
                address="" if hint else cells[address],
                hint=hint["hint"] if hint else "",
            )


def _is_address(row: list[str], at: int) -> bool:
    return at < len(row) and _LOOKS_LIKE_AN_ADDRESS.search(row[at]) is not None


def _tools(root: Node) -> tuple[ToolGroup, ...]:
    groups: list[ToolGroup] = []
    for node, _ in root.walk():
        if node.tasks or not TOOLS.search(node.title):
            continue
        for place in (node, *node.children):
            names = [
                _plain(text)
                for block in place.blocks
                if block.kind == "bullet_list"
                for text in _entries(block)
                if text and len(text) < 80
            ]
            if names:
                groups.append(ToolGroup(place.title, tuple(Tool(name) for name in names)))
    return tuple(groups)


def _entries(block: Block) -> list[str]:
    return [
        entry.children[0].text for entry in block.children if entry.children and entry.children[0].kind == "paragraph"
    ]
