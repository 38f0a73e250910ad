"""What `cockpit init` asks, after it has shown what the repository tells and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cockpit.cli.common import columns, say
from cockpit.cli.questions import ask, show
from cockpit.content.init import Answers, environment_names, with_log, with_version
from cockpit.content.names import name_complaint
from cockpit.content.proposal.parts import DATABASE, without

if TYPE_CHECKING:
    from cockpit.content.proposal.near import Seen
    from cockpit.content.proposal.parts import Part
    from cockpit.content.proposal.scripts import Scripts

_COMMAND = "run:"  # before a log that is what a command says
_MOST_CHECKLISTS = 4
_NO_NAME = re.compile(r"[^a-z0-9]+")


def choose_checklist(root: Path) -> str:
    """Return the Markdown checklist of the repository that is wanted; empty for the one that is shipped."""
    from cockpit.content.proposal.markdown import find_markdown

    found = find_markdown(root)[:_MOST_CHECKLISTS]
    if not found:
        return ""
    say("Which checklist?\n  1  the shipped one, 116 items")
    for number, each in enumerate(found, 2):
        say(f"  {number}  {each.file}, {each.boxes} boxes")
    chosen = numbers(ask("Its number", "1"), len(found) + 1)
    return str(root / found[chosen[0] - 2].file) if chosen and chosen[0] > 1 else ""


def question(root: Path, answers: Answers, parts: Sequence[Part], *, answering: str) -> Answers:
    """Show what was found, and ask; `answering` is the address that answers right now."""
    from msgspec.structs import replace

    show(f"What {root} tells:", "strong")
    for row in _rows(root, answers, answering):
        show(row)
    say("Enter takes what stands in brackets.")
    service = _names("Service", answers.service, lambda typed: [typed])
    environment = _names("Environment (several with commas)", answers.environment, environment_names)
    several = len(environment_names(environment)) > 1
    production = environment.startswith("prod")
    if not several and not production:
        production = ask("Is it production? (yes/no)", "no").casefold().startswith("y")
    answers = replace(
        answers,
        service=service,
        environment=environment,
        production=production and not several,
        timezone=_time_zone(answers.timezone),
    )
    answers = _health(root, answers)
    log = f"{_COMMAND} {answers.log_command}" if answers.log_command else answers.log_file
    log = ask(f"Log (a file, or {_COMMAND} COMMAND that follows one)", log)
    answers = with_log(answers, log.removeprefix(_COMMAND).strip(), is_command=log.startswith(_COMMAND))
    absent = _absent(parts)
    if DATABASE in {part.name for part in absent}:
        answers = replace(answers, database=None, migrations=())
    return replace(answers, not_applicable=without(absent, _reason(absent)) if absent else ())


def _names(label: str, default: str, names_in: Callable[[str], list[str]]) -> str:
    """Ask until every name in the answer is one, each once; a slip of capitals or blanks is proposed mended."""
    offered = default
    while True:
        typed = ask(label, offered)
        names = names_in(typed)
        complaint = next(filter(None, map(name_complaint, names)), "") or ("" if names else "no name was typed")
        if not complaint and len(set(names)) == len(names):
            return typed
        show(f"  {complaint or f'{typed}: the same name twice'}", "bad")
        mended = (_NO_NAME.sub("-", name.casefold()).strip("-") for name in names)
        offered = ", ".join(dict.fromkeys(filter(None, mended))) or label.split(maxsplit=1)[0].casefold()


def _time_zone(found: str) -> str:
    """Ask for the time zone until it is one: refused at the end, it would lose all the other answers."""
    default = found if _is_time_zone(found) else "UTC"
    while not _is_time_zone(typed := ask("Time zone (IANA)", default)):
        show(f"  no time zone is named {typed}: write such as Europe/Berlin or UTC", "bad")
    return typed


def _is_time_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _rows(root: Path, answers: Answers, answering: str) -> list[str]:
    found = answers.found
    deployed = {
        "systemd": (f"systemd, {found.unit.name}", found.unit.where) if found.unit is not None else None,
        "compose": (f"compose, {found.compose.service}", found.compose.file) if found.compose is not None else None,
        "script": _scripts(found.scripts),
        "": None,
    }[found.deployer]
    places = {one.value: one.where.partition(";")[0] for one in found.addresses()}
    where = places.get(answers.health_url, "")
    if not where or found.is_guessed(answers.health_url):
        where = f"a guess by {where}" if where else "a guess"
    log = answers.log_command or answers.log_file
    web, others = found.nginx, found.log_files
    rows: list[tuple[str, tuple[str, str] | None]] = [
        ("deployed by", deployed),
        ("framework", _pair(found.framework.name)),
        ("nginx", (web.name.value if web.name is not None else "a proxy", web.where) if web is not None else None),
        ("health", (answers.health_url, f"{where}{', answers now' if answering else ', no answer yet'}")),
        ("version", (answers.version.http, "tells it now") if answers.version is not None else None),
        ("log", (log, found.log.where if found.log is not None else "a guess")),
        ("access log", _pair(web.access_log) if web is not None else None),
        ("other logs", (", ".join(one.value for one in others), others[0].where) if others else None),
        ("env file", _env_file(root, found.env_example)),
        ("database", (answers.database.engine, answers.database.where) if answers.database is not None else None),
    ]
    return [f"  {name:<12} " + (f"{pair[0]} ({pair[1]})" if pair is not None else "-") for name, pair in rows]


def _scripts(scripts: Scripts) -> tuple[str, str] | None:
    found = [one for one in (scripts.deploy, scripts.stop, scripts.start) if one is not None]
    places = dict.fromkeys(one.where.partition(":")[0] for one in found)
    return (", ".join(one.value for one in found), ", ".join(places)) if found else None


def _env_file(root: Path, example: str) -> tuple[str, str] | None:
    if example:
        return example, "its names, not its values"
    return (".env", "no example of it is here, such as .env.example") if (root / ".env").is_file() else None


def _pair(seen: Seen | None) -> tuple[str, str] | None:
    return (seen.value, seen.where) if seen is not None else None


def _health(root: Path, answers: Answers) -> Answers:
    """Ask for the health address until one answers, or the person keeps one that does not."""
    from msgspec.structs import replace

    from cockpit.first_look import find_version, first_that_answers, is_loopback, look_at

    url = answers.health_url if _is_http(answers.health_url) else Answers("").health_url
    label = "Health URL"
    while True:
        typed = ask(label, url)
        if "://" not in typed:
            typed = f"http://{typed.lstrip('/')}"
            show(f"  without a scheme: taken as {typed}")
        if not _is_http(typed):
            show(f"  {typed} is no address to ask: write such as http://127.0.0.1:8000/health", "bad")
            continue
        looked = look_at(typed, root)
        if looked.state.value == "ok":
            took = f" in {looked.latency_ms:.0f} ms" if looked.latency_ms is not None else ""
            show(f"  ok: it answers{took}", "good")
            found = find_version(typed, root)
            if found is not None:
                show(f"  its version is seen at {found[0].http}: {found[1]}", "good")
            return with_version(replace(answers, health_url=typed), found)
        show(f"  {looked.state.value}: {looked.detail}", "bad")
        if typed == url and label != "Health URL":
            return replace(answers, health_url=typed, tells_version=None, version=None)
        others = [one.value for one in answers.found.addresses() if one.value != typed]
        better = first_that_answers(others, root) if is_loopback(typed) else ""
        say(f"  {better} answers." if better else "  Is it started? Type another address, or Enter keeps this one.")
        url, label = better or typed, "Health URL, once more"


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _absent(parts: Sequence[Part]) -> list[Part]:
    """Ask which parts of the checklist the service does not have."""
    if not parts:
        return []
    say("Which of these does it not have? One reason marks their items not applicable.")
    rows = [
        [f"  {number}", part.name, f"{len(part.items)} items", "" if part.found else "nothing here speaks of it"]
        for number, part in enumerate(parts, 1)
    ]
    say(columns(rows))
    # Enter marks nothing: what is not found may be there all the same, and an item marked so is no longer looked at.
    return [parts[number - 1] for number in numbers(ask("Their numbers, or - for none", "-"), len(parts))]


def _reason(absent: Sequence[Part]) -> str:
    names = ", ".join(part.name.removeprefix("a ").removeprefix("an ") for part in absent)
    return ask("Why?", f"this service has no {names}")


def numbers(text: str, most: int) -> list[int]:
    """Return the numbers from 1 to `most` that a person typed, each once; the rest of what was typed is nothing."""
    found = [int(word) for word in text.replace(",", " ").split() if word.isdecimal() and len(word) < 10]
    return [number for number in dict.fromkeys(found) if 1 <= number <= most]
