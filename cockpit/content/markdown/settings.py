"""Performance targets, environment variables and message templates, as documents write them."""

from __future__ import annotations

import re
from typing import Literal, get_args

from cockpit.content.ids import slug, unique
from cockpit.content.markdown.blocks import Block
from cockpit.content.markdown.inline import Inline
from cockpit.content.markdown.outline import Node
from cockpit.content.markdown.words import ENVIRONMENT, TARGET
from cockpit.release.library import EnvVariable, MessageTemplate, Target, TemplateField

Places = list[tuple[Node, tuple[str, ...]]]
Comparison = Literal["<", "<=", ">", ">="]
VariableType = Literal["string", "secret", "bool", "int", "url", "path", "choice"]

_TARGET = re.compile(
    r"(?:\*\*|__)?(?P<title>[^:：*]{2,80}?)(?:\*\*|__)?\s*+[:：]\s*+(?:\*\*|__)?\s*+"
    r"(?P<comparison>≤|≥|<=|>=|<|>|&lt;|&gt;|under|below|less than|at most|over|above|more than|at least)\s*"
    r"(?P<value>\d+(?:[.,]\d+)?)\s*(?P<unit>ms|milliseconds?|s|secs?|seconds?|min|mins|minutes?|%|percent)?"
    r"(?P<more>\W.*)?",
    re.IGNORECASE | re.DOTALL,
)
_COMPARISONS: dict[str, Comparison] = {
    "≤": "<=", "≥": ">=", "&lt;": "<", "&gt;": ">", "under": "<", "below": "<", "less than": "<", "at most": "<=",
    "over": ">", "above": ">", "more than": ">", "at least": ">=", **{each: each for each in get_args(Comparison)},
}  # fmt: skip
_PERCENTILE = re.compile(r"\bp(?P<number>\d{2}(?:\.\d+)?)\b", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Z_][A-Z0-9_]*)\s*=(?P<value>.*)")
_ENV_FENCES = frozenset({"", "bash", "sh", "shell", "env", "dotenv", "ini", "properties", "conf", "text", "txt"})
_IF_APPLICABLE = re.compile(r"\s*\(if applicable\)", re.IGNORECASE)
_SECRET = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE|CREDENTIAL|API_?KEY$")
_PLACEHOLDER = re.compile(r"[<\[{].*|your[-_ ].*|change[-_ ]?me.*|x{3,}|\.{3}", re.IGNORECASE)
_SUBJECT = re.compile(r"\s*Subject:\s*(?P<subject>\S.*)", re.IGNORECASE)
_BLANK_IN_MESSAGE = re.compile(r"\[(?P<square>[^\[\]\n]{2,60})\]|\{(?P<curly>\w+)\}")
_plain = Inline({}).plain


def find_targets(places: Places) -> tuple[Target, ...]:
    """Return the targets in bullet lists whose every entry is one, such as `API response time: < 500ms`, and in tables
    with a column of them."""
    found: list[Target] = []
    taken: set[str] = set()
    for node, _ in places:
        for block in node.blocks:
            texts = _possible_targets(block)
            matches = [match for text in texts if (match := _TARGET.fullmatch(text.strip()))]
            if matches and (block.kind == "table" or len(matches) == len(texts)):
                found += [target for match in matches if (target := _target(match, taken))]
    return tuple(found)


def _possible_targets(block: Block) -> list[str]:
    if block.kind == "table":
        header = [cell.text for cell in block.children[0].children]
        column = next((index for index, text in enumerate(header) if index and TARGET.search(text)), None)
        rows = [[cell.text.strip() for cell in row.children] for row in block.children[1:]]
        return [f"{row[0]}: {row[column]}" for row in rows if column is not None and len(row) > column]
    if block.kind != "bullet_list" or block.tasks:
        return []
    return [entry.children[0].text if entry.children else "" for entry in block.children]


def _target(match: re.Match[str], taken: set[str]) -> Target | None:
    title, word = _plain(match["title"].strip()), (match["unit"] or "").lower()
    value = float(match["value"].replace(",", "."))
    unit: Literal["s", "percent", "count"] = "count"
    if word in {"%", "percent"}:
        unit = "percent"
        if value > 100:
            return None
    elif word:
        unit = "s"
        value *= 0.001 if word.startswith(("ms", "mil")) else 60 if word.startswith("min") else 1
    stated = _PERCENTILE.search(match[0])
    percentile = float(stated["number"]) if stated else None
    if percentile is None and unit == "s":
        percentile = 95.0
    own = unique(slug(title), taken)
    return Target(
        id=own,
        title=title,
        metric=own.replace("-", "_"),
        comparison=_COMPARISONS[match["comparison"].lower()],
        value=round(value, 9),
        unit=unit,
        percentile=percentile,
    )


def find_variables(places: Places) -> tuple[EnvVariable, ...]:
    """Return the variables in code blocks of nothing but assignments; the comment above some is their group."""
    found: dict[str, EnvVariable] = {}
    for node, path in places:
        named = any(map(ENVIRONMENT.search, path))
        for block in node.blocks:
            if block.kind == "fence" and block.info.lower() in _ENV_FENCES:
                for variable in _assignments(block, node.title, least=1 if named else 3):
                    found.setdefault(variable.name, variable)
    return tuple(found.values())


def _assignments(block: Block, title: str, *, least: int) -> list[EnvVariable]:
    found = []
    group = _plain(title) or "Environment"
    applies: Literal["always", "if-applicable"] = "always"
    for line in block.text.split("\n"):
        match = _ASSIGNMENT.fullmatch(line)
        if match:
            found.append(variable_of(match["name"], match["value"].strip(), group, applies))
        elif line.lstrip().startswith("#"):
            words = line.strip().strip("#").strip()
            if words:
                group = _IF_APPLICABLE.sub("", words) or group
                applies = "if-applicable" if _IF_APPLICABLE.search(words) else "always"
        elif line.strip():
            return []
    return found if len(found) >= least else []


def variable_of(
    name: str, value: str, group: str, applies: Literal["always", "if-applicable"] = "always"
) -> EnvVariable:
    """Return what a variable must be, by its name and what an example sets it to."""
    value = value.strip("\"'")
    kind: VariableType = "string"
    if _SECRET.search(name) and not re.fullmatch(r"True|False|\d+", value, re.IGNORECASE):
        kind = "secret"
    elif value.lower() in {"true", "false"}:
        kind = "bool"
    elif re.fullmatch(r"\d+", value):
        kind = "int"
    elif re.match(r"\w[\w+.-]*://", value):
        kind = "url"
    elif re.match(r"\.{0,2}/\S", value):
        kind = "path"
    # What might be a real secret is not copied into another file.
    example = "" if kind == "secret" and not _PLACEHOLDER.fullmatch(value) else value
    return EnvVariable(name=name, group=group, type=kind, applies=applies, example=example)


def find_messages(places: Places) -> tuple[MessageTemplate, ...]:
    """Return the messages in code blocks that begin with `Subject:`; what stands in brackets is a blank."""
    found = []
    taken: set[str] = set()
    for node, _ in places:
        for block in node.blocks:
            first, _, body = block.text.strip("\n").partition("\n")
            match = _SUBJECT.fullmatch(first) if block.kind == "fence" else None
            if match and body.strip():
                found.append(_message(match["subject"].strip(), body.strip("\n"), taken))
    return tuple(found)


def _message(subject: str, body: str, taken: set[str]) -> MessageTemplate:
    fields: dict[str, TemplateField] = {}

    def blank(match: re.Match[str]) -> str:
        hint = match["square"] or match["curly"]
        name = re.sub(r"[^a-z0-9]+", "_", slug(hint)).strip("_")
        name = name if name[:1].isalpha() else f"field_{name}"
        choices = tuple(hint.split("/")) if re.fullmatch(r"\w+(?:/\w+)+", hint) else ()
        fields.setdefault(name, TemplateField(name=name, hint=hint, choices=choices))
        return "{" + name + "}"

    title = _BLANK_IN_MESSAGE.sub("", subject).strip(" -–—:,") or subject
    filled_subject, filled_body = _BLANK_IN_MESSAGE.sub(blank, subject), _BLANK_IN_MESSAGE.sub(blank, body)
    own = unique(slug(title)[:40].strip("-"), taken)
    return MessageTemplate(
        id=own, title=title, subject=filled_subject, body=filled_body + "\n", fields=tuple(fields.values())
    )
