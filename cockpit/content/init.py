"""Writes a first `cockpit.yaml`: what can be seen in the repository fills it in, the rest are plain defaults."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from cockpit.content.configuration import parse_configuration_file
from cockpit.content.init_database import FoundDatabase, find_database, find_migrations
from cockpit.content.init_rollback import rollback_text
from cockpit.content.yaml_text import double_quoted
from cockpit.errors import RefusedError

_NAME = re.compile(r"[^a-z0-9]+")
# systemd.unit(5), without what a shell or YAML would take for its own.
_UNIT = re.compile(r"[A-Za-z0-9:_.@-]+\.service")


class Answers(Struct, frozen=True):
    """What the file says of the service; `unit` is the systemd unit its steps stop and start."""

    service: str
    environment: str = "production"  # several with commas
    production: bool = True  # of a single one: of several, those whose name begins with prod are
    timezone: str = "UTC"
    health_url: str = "http://127.0.0.1:5000/health"
    log_file: str = "/var/log/app.log"
    unit: str = "app.service"
    checklists: tuple[str, ...] = ("production-deployment",)
    state: str = ""  # the lines that say where the shared state goes
    database: FoundDatabase | None = None
    migrations: tuple[str, ...] = ()  # globs of those that there are


def detect(root: Path) -> Answers:
    """Return what the repository itself tells: its name, unit, database, migrations; and this machine's time zone."""
    service = _NAME.sub("-", root.name.lower()).strip("-") or "service"
    units = sorted(path.name for path in root.rglob("*.service") if _is_unit(path, root))
    return Answers(
        service=service,
        timezone=_local_zone(),
        unit=units[0] if units else f"{service}.service",
        database=find_database(root),
        migrations=find_migrations(root),
    )


def _is_unit(path: Path, root: Path) -> bool:
    return bool(_UNIT.fullmatch(path.name)) and ".git" not in path.relative_to(root).parts and path.is_file()


def _local_zone() -> str:
    link = Path("/etc/localtime")
    if link.is_symlink():
        _, _, name = str(link.readlink()).partition("zoneinfo/")
        if name and name not in {"Etc/UTC", "UTC"}:
            return name
    return "UTC"


def configuration_text(answers: Answers) -> str:
    """Return the file's text; it is checked like any other before it is written."""
    texts = ("service", "timezone", "log_file", "health_url")
    quoted = {name: double_quoted(getattr(answers, name)) for name in texts}
    return f"""\
# The release cockpit's configuration. Check it with `cockpit validate`; look at what it would run with
# `cockpit trust --show` and allow that on this host with `cockpit trust`. An editor completes and checks it by a
# schema: `cockpit validate --schema > .cockpit.schema.json`, and, as a line of its own in this file:
# "# yaml-language-server: $schema=.cockpit.schema.json".
service: {quoted["service"]}
{_environments(answers)}
timezone: {quoted["timezone"]}
checklists: [{", ".join(answers.checklists)}]
{answers.state}
logs:
  app: {{file: {quoted["log_file"]}}}

probes:
  health:
    title: Health
    http: {quoted["health_url"]}
    conditions: ["[STATUS] == 200"]
    warn: ["[RESPONSE_TIME] < 500ms"]
    interval: 10s

# Where the running version can be read; a rollback is only done once the target's version is seen.
version: {{http: {quoted["health_url"]}, json: version}}

# Where messages go (`cockpit announce`, screen 7), and which calls the watcher sends there by itself. Secrets stay in
# environment variables, which are named here.
# channels:
#   ops: {{slack: {{url_env: OPS_WEBHOOK}}}}
# notify: {{killer-regressed: [ops], trigger-breached: [ops], execution-ended: [ops], update-overdue: [ops]}}

{rollback_text(answers.service, answers.unit, answers.database, answers.migrations)}"""


def environment_names(text: str) -> list[str]:
    """Return the names in a text such as `staging, production`."""
    return [name for word in text.split(",") if (name := word.strip())]


def _environments(answers: Answers) -> str:
    names = environment_names(answers.environment)
    if len(names) < 2:
        name = double_quoted(answers.environment.strip())
        return f"environment: {{name: {name}, production: {'true' if answers.production else 'false'}}}"
    sections = [
        f"  {double_quoted(name)}: {{production: {'true' if name.startswith('prod') else 'false'}}}" for name in names
    ]
    remark = "# What differs in one of them, such as its probes or its rollback, stands in its section."
    return "\n".join([remark, "environments:", *sections])


def state_lines(remote: str, branch: str, remark: str) -> str:
    """Return the lines that say where the shared state goes, with a remark on how that was found out."""
    lines = ["", *(f"# {line}" for line in remark.splitlines())]
    lines.append(f"state_remote: {double_quoted(remote)}" if remote else "# state_remote: host:path/state.git")
    if branch:
        lines.append(f"state_branch: {double_quoted(branch)}")
    return "\n".join(lines) + "\n"


def write_configuration(root: Path, answers: Answers) -> list[Path]:
    """Write `cockpit.yaml`; RefusedError where there is one already, ConfigurationError for answers that cannot be."""
    path = root / "cockpit.yaml"
    text = configuration_text(answers)
    parse_configuration_file(text, str(path))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise RefusedError(
            "there is a cockpit.yaml already, and init never overwrites", fix="Edit it, or move it away", code="exists"
        ) from None
    return [path]
