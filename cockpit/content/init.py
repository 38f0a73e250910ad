"""Writes a first `cockpit.yaml`: what can be seen in the repository fills it in, the rest are plain defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cockpit.content.assumed import assumed
from cockpit.content.configuration import parse_configuration_file
from cockpit.content.init_database import FoundDatabase, find_database, find_migrations
from cockpit.content.init_plans import deploy_text, rollback_text
from cockpit.content.init_starting import deploying_of, starting_of
from cockpit.content.proposal.log_files import log_name
from cockpit.content.proposal.parts import Part, inapplicable_text
from cockpit.content.proposal.service import Service, find_service
from cockpit.content.proposal.variables import env_text
from cockpit.content.written import write_files
from cockpit.content.yaml_text import double_quoted
from cockpit.errors import RefusedError
from cockpit.release.configuration import VersionSeen
from cockpit.release.inapplicable import Inapplicable

_NAME = re.compile(r"[^a-z0-9]+")


class Answers(Struct, frozen=True):
    """What the file says of the service; a log is a file, or where `log_command` is set what that says."""

    service: str
    environment: str = "production"  # several with commas
    production: bool = True  # of a single one: of several, those whose name begins with prod are
    timezone: str = "UTC"
    health_url: str = "http://127.0.0.1:5000/health"
    tells_version: bool | None = None  # whether it says its version, there or near by; None where nobody knows
    version: VersionSeen | None = None  # where it does
    log_file: str = "/var/log/app.log"
    log_command: str = ""
    found: Service = Service()
    checklists: tuple[str, ...] = ("production-deployment",)
    not_applicable: tuple[Inapplicable, ...] = ()
    doubtful: tuple[Part, ...] = ()  # what seems not to apply, and nobody has said so
    state: str = ""  # the lines that say where the shared state goes
    database: FoundDatabase | None = None
    migrations: tuple[str, ...] = ()  # globs of those that there are


def detect(root: Path) -> Answers:
    """Return what the repository itself tells, and this machine's time zone; nothing but files is looked at."""
    service = _NAME.sub("-", root.name.lower()).strip("-") or "service"
    found = find_service(root, service)
    answers = Answers(
        service=service,
        timezone=_local_zone(),
        found=found,
        database=_database(root, found),
        migrations=find_migrations(root),
    )
    addresses = found.addresses()
    if addresses and addresses[0].where:
        answers = replace(answers, health_url=addresses[0].value)
    return with_log(answers, found.log.value, is_command=found.is_log_command) if found.log is not None else answers


def _database(root: Path, found: Service) -> FoundDatabase | None:
    """Return the database; what names it is most likely set where the unit reads its environment from."""
    database = find_database(root)
    if database is None or not database.variable or database.env_file or found.unit is None:
        return database
    return replace(database, env_file=found.unit.env_file)


def with_log(answers: Answers, log: str, *, is_command: bool) -> Answers:
    """Return the answers with another log: a file, or a command that follows one."""
    return replace(answers, log_file="" if is_command else log, log_command=log if is_command else "")


def with_version(answers: Answers, found: tuple[VersionSeen, str] | None) -> Answers:
    """Return the answers with where the version was seen, and what it was; None says that it is told nowhere."""
    return replace(answers, tells_version=found is not None, version=found[0] if found is not None else None)


def _local_zone() -> str:
    link = Path("/etc/localtime")
    if link.is_symlink():
        _, _, name = str(link.readlink()).partition("zoneinfo/")
        if name and name not in {"Etc/UTC", "UTC"}:
            return name
    return "UTC"


def configuration_text(answers: Answers, root: Path | None = None) -> str:
    """Return the file's text, with the variables that an env file's example under `root` names."""
    quoted = {name: double_quoted(getattr(answers, name)) for name in ("service", "timezone", "health_url")}
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
{inapplicable_text(answers.not_applicable, answers.doubtful)}logs:
{_logs(answers)}

probes:
  health:
    title: Health
    http: {quoted["health_url"]}
    conditions: ["[STATUS] == 200"]
    warn: ["[RESPONSE_TIME] < 500ms"]
    interval: 10s

{_version(answers)}
{env_text(root, answers.found)}
# Where messages go (`cockpit announce`, screen 7), and which calls the watcher sends there by itself. Secrets stay in
# environment variables, which are named here.
# channels:
#   ops: {{slack: {{url_env: OPS_WEBHOOK}}}}
# notify: {{killer-regressed: [ops], trigger-breached: [ops], execution-ended: [ops], update-overdue: [ops]}}

{_plans(answers)}"""


def _plans(answers: Answers) -> str:
    service, database, migrations, why = answers.service, answers.database, answers.migrations, assumed(answers)
    back = rollback_text(service, starting_of(answers.found, service), database, migrations, why)
    onward = deploy_text(service, deploying_of(answers.found, service), database, migrations, why)
    return f"{back}\n{onward}"


def _logs(answers: Answers) -> str:
    key, value = ("command", answers.log_command) if answers.log_command else ("file", answers.log_file)
    lines = [f"  app: {{{key}: {double_quoted(value)}}}"]
    nginx = answers.found.nginx
    if nginx is not None and nginx.access_log is not None and nginx.access_log.value != value:
        lines.append(f"  access: {{file: {double_quoted(nginx.access_log.value)}}}")
    taken = {"app", "access"}
    for one in answers.found.log_files:
        name = log_name(one.value, taken)
        if name and not any(double_quoted(one.value) in line for line in lines):
            taken.add(name)
            lines.append(f"  {name}: {{file: {double_quoted(one.value)}}}  # {one.where}")
    return "\n".join(lines)


def _version(answers: Answers) -> str:
    about = "# Where the running version can be read; a rollback is only done once the target's version is seen."
    if answers.tells_version is False:
        why = assumed(answers)["version.command"]
        return (
            f"{about}\n# Neither the health answer nor /version tells one, so it is the work tree's.\n"
            "# Better: let the service say it.\n"
            f'version:\n  command: "git describe --tags --always"\n  assumed: {double_quoted(why)}\n'
        )
    seen = answers.version or VersionSeen(http=answers.health_url, json="version")
    json = f", json: {seen.json}" if seen.json else ""
    return f"{about}\nversion: {{http: {double_quoted(seen.http)}{json}}}\n"


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


def write_configuration(root: Path, answers: Answers, beside: Mapping[Path, str] | None = None) -> list[Path]:
    """Write `cockpit.yaml` and the files beside it, all or none.

    RefusedError where one is there already, ConfigurationError for answers that cannot be.
    """
    path = root / "cockpit.yaml"
    text = configuration_text(answers, root)
    parse_configuration_file(text, str(path))
    if path.exists() or path.is_symlink():
        raise RefusedError(
            "there is a cockpit.yaml already, and init never overwrites", fix="Edit it, or move it away", code="exists"
        )
    return write_files({path: text, **(beside or {})})
