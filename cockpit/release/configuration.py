"""`cockpit.yaml` as typed values: what a team writes about its service. Durations are text such as `5s`."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cockpit.durations import parse_duration
from cockpit.release.channels import CallEvent, Channel
from cockpit.release.checklist import Item
from cockpit.release.checks import Check, Effects
from cockpit.release.events import Severity
from cockpit.release.inapplicable import Inapplicable
from cockpit.release.library import Contact, VariableType
from cockpit.release.probes import Probe as Probe  # noqa: PLC0414 - part of the file
from cockpit.release.sources import Source
from cockpit.release.targets import TargetBinding
from cockpit.release.triggers import Trigger
from cockpit.release.windows import MaintenanceWindow, Shift


class Environment(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the service runs; `production` decides what may run on a timer and how loud the screen is."""

    name: str
    production: bool = False


class LogSource(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A log to follow: a file, relative to the configuration's directory, a glob of files, or a command's output.

    Or what a `source` holds of a `query`, looked for again and again. `encoding` is that of lines that are not UTF-8.
    """

    file: str = ""
    command: str = ""
    source: str = ""
    query: str = ""
    title: str = ""
    encoding: str = ""


class VersionSeen(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the running version can be read: a JSON path in a body, a header, a file, or a command's output."""

    http: str = ""
    json: str = ""  # a dotted path in the body; empty takes the whole body
    header: str = ""
    file: str = ""
    command: str = ""
    interval: str = "10s"  # how often the watcher looks
    timeout: str = "5s"
    assumed: str = ""  # why `cockpit init` guessed it


class Verify(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a step of kind verify decides: these probes (all, where none is named) pass and the version is seen."""

    probes: tuple[str, ...] = ()
    version: bool = True
    within: str = "60s"
    passes: int = 2


class Postgresql(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A PostgreSQL database, named by an environment variable: an address (postgresql://...) or a bare name.

    What the address leaves out comes from PGHOST and its like. Where the variable is not set, `env_file` is read for
    it. `maintenance` is the database from which others are made and renamed.
    """

    database_env: str = "DATABASE_URL"
    env_file: str = ""  # relative to the configuration's directory
    maintenance: str = "postgres"
    no_owner: bool = False  # whether what a dump says of owners and privileges is left out


class Sqlite(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An SQLite database: its file, relative to the configuration's directory."""

    file: str


class Backup(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Dumps the database as it is now into a new, dated file of `directory`."""

    directory: str  # relative to the configuration's directory
    postgresql: Postgresql | None = None
    sqlite: Sqlite | None = None


class Restore(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Puts the database back from the dump that matches the target: into a new one, verified, swapped in by rename.

    `checks` are queries that must give true of the new one before it is swapped in. `export` is a query of the live one
    for what was written since the dump, whose time stands for `:dump_at` in it; it goes into `export_to`, by default
    the dump's directory, as CSV. `typed` is whether a person types the database's name, beside the target, to have it
    replaced: its owner may leave that out where no other can be meant.
    """

    postgresql: Postgresql | None = None
    sqlite: Sqlite | None = None
    checks: tuple[str, ...] = ()
    export: str = ""
    export_to: str = ""
    typed: bool = True


class Step(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step of a plan; exactly one of run, checkout, verify, confirm, backup, restore is given.

    `run` is a shell command line; values reach it only by environment variables (COCKPIT_TARGET_TAG,
    COCKPIT_TARGET_COMMIT, COCKPIT_FROM_COMMIT, COCKPIT_BACKUP, COCKPIT_SERVICE, COCKPIT_ENVIRONMENT).
    `done_when` is a command whose success says that the step has already taken effect. With `database` a step runs only
    where the database goes that way; a restore goes by itself. With `hosts` it runs once for each, in COCKPIT_HOST,
    `batch` of them at a time, with a `pause` between batches. `assumed` is the reason for which `cockpit init` guessed
    it; it is shown until the step has run well once, or somebody takes the key away. `literal` are texts in its
    commands that look like placeholders, such as example.org, and are meant.
    """

    id: str
    title: str = ""
    run: str = ""
    checkout: bool = False
    verify: Verify | None = None
    confirm: str = ""
    backup: Backup | None = None
    restore: Restore | None = None
    done_when: str = ""
    directory: str = ""  # relative to the code directory
    timeout: str = "5m"
    retries: int = 0
    optional: bool = False  # left behind where it fails
    skippable: bool = False  # stops where it fails, and may be skipped by a person who says why
    database: Literal["", "restore", "down"] = ""
    rehearse: str = ""  # the command that stands for this step in a rehearsal, where it acts on nothing live
    hosts: tuple[str, ...] = ()
    batch: int = 1
    pause: str = ""
    needs_backup: bool = False  # runs only where a dump matching the target exists
    danger: str = ""  # what is lost or stopped, in the words shown before it runs
    effects: Effects = "writes"
    undo: str = ""
    assumed: str = ""
    literal: tuple[str, ...] = ()


class Backups(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where dumps lie; `{tag}` in the glob is the tag a dump was taken at."""

    glob: str = ""


class Plans(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the service is rolled back or deployed."""

    steps: tuple[Step, ...] = ()
    migrations: tuple[str, ...] = ()  # globs of files whose change means that the database changed
    backups: Backups = Backups()


class Code(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The work tree that is rolled back, relative to the configuration's directory."""

    directory: str = "."
    tags: str = "*"  # a glob of the tags that are releases


class EnvRule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one variable of the env file must be in production; `off` drops a shipped one."""

    type: VariableType = "string"
    group: str = "Own"
    required: bool = True
    applies: Literal["always", "if-applicable"] = "always"
    example: str = ""
    equals: str = ""
    choices: tuple[str, ...] = ()
    min_length: int = 0
    writable: bool = False
    note: str = ""
    off: bool = False


class EnvSettings(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The env file that the service reads, relative to the code directory, its example, and variables of its own."""

    file: str = ".env"
    example: str = ".env.example"
    defaults: bool = True  # whether the checklists' variables hold beside these
    variables: dict[str, EnvRule] = {}


class Signing(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whose keys sign: files as of ssh-keygen(1) in the repository, at a commit or at the tip of a protected branch.

    `roles` names the principals that may sign for a role; a role that is not named may be signed by each of them.
    """

    allowed_signers: str = ""
    revoked_keys: str = ""
    commit: str = ""
    branch: str = ""
    roles: dict[str, tuple[str, ...]] = {}


class Incidents(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often people are to be told how an incident stands; `by_severity` is where that differs."""

    update_every: str = "30m"
    by_severity: dict[Severity, str] = {}

    def every(self, severity: Severity) -> float:
        """Return the seconds from one update to the next."""
        return parse_duration(self.by_severity.get(severity, self.update_every))


class Configuration(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole of `cockpit.yaml`, as it holds in one environment; `environments` names all where there are several."""

    service: str
    environment: Environment
    timezone: str = "UTC"
    checklists: tuple[str, ...] = ("production-deployment",)
    code: Code = Code()
    logs: dict[str, LogSource] = {}
    patterns: dict[str, str] = {}  # regular expressions that are counted in logs, by name; letter case counts
    probes: dict[str, Probe] = {}
    targets: dict[str, TargetBinding] = {}
    triggers: dict[str, Trigger] = {}
    sources: dict[str, Source] = {}  # monitoring tools
    maintenance_windows: tuple[MaintenanceWindow, ...] = ()
    checks: dict[str, Check] = {}  # by item id, in place of the checklist's own
    not_applicable: tuple[Inapplicable, ...] = ()  # what every run begins without
    version: VersionSeen | None = None
    rollback: Plans = Plans()
    deploy: Plans = Plans()
    state_remote: str = ""  # a git remote's name or an address; empty takes origin or the only one, none keeps it here
    state_branch: str = ""  # the branch that carries the state where the remote takes no refs of ours
    report_branch: bool = False  # whether the branch cockpit-report shows the release on the code's forge
    environments: tuple[str, ...] = ()
    incidents: Incidents = Incidents()
    shared_accounts: tuple[str, ...] = ("root", "deploy", "ubuntu", "admin")
    env: EnvSettings = EnvSettings()
    signing: Signing = Signing()
    contacts: tuple[Contact, ...] = ()  # whom to call, in this order; before those of the checklist
    on_call: tuple[Shift, ...] = ()
    sign_off: dict[str, tuple[str, ...]] = {}  # by phase, the roles without whose signature its gate says no-go
    channels: dict[str, Channel] = {}  # where messages go, by name
    notify: dict[CallEvent, tuple[str, ...]] = {}  # which calls go to which channels


def check_of(configuration: Configuration, item: Item) -> Check | None:
    """Return an item's check: the configuration's, else the checklist's; None where it has none, or it is off.

    What its evidence is bound to is the item's, unless the check says otherwise.
    """
    check = configuration.checks.get(item.id, item.check)
    if check is None or check.off:
        return None
    return check if check.binds is not None else replace(check, binds=item.binds, paths=item.paths)
