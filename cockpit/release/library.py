"""What a checklist directory holds besides checklists: procedures, templates, targets, roles; immutable."""

from typing import Literal

from msgspec import Struct

from cockpit.patterns import pattern
from cockpit.release.checks import Effects
from cockpit.release.events import RunState, Severity

VariableType = Literal["string", "secret", "bool", "int", "url", "path", "choice"]
# A blank in a message template, `{component}`; other braces are text.
BLANK = pattern(r"\{(\w+)\}")


class RunbookFor(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a procedure is for: probes and logs by name, with `*` for any letters, and severities of incidents."""

    probes: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()


class RunbookStep(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step of a procedure; `run` is the command a person confirms, `when` the condition to take the step at all.

    Words in angle brackets in `run`, such as `<previous-tag>`, are blanks that a person fills in.
    """

    id: str
    text: str
    run: str = ""
    when: str = ""
    after: str = ""  # a duration the trouble must have lasted, such as 30m
    link: str = ""  # a page to look at
    runbook: str = ""  # the id of the procedure that this step leads to
    effects: Effects = "writes"  # of `run`; one that has none runs whoever drives, and whatever else executes
    timeout: str = "5m"  # a duration after which `run` is ended


class Runbook(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"fits": "for"}):
    """A numbered procedure for trouble: read a step, do it, confirm it."""

    id: str
    title: str
    kind: Literal["emergency", "rollback", "procedure"] = "procedure"
    severity: Severity = "major"
    note: str = ""
    fits: RunbookFor = RunbookFor()  # `for` in the file
    steps: tuple[RunbookStep, ...] = ()


class TemplateField(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A blank in a message: `name` stands in braces in the text, `hint` says what belongs there.

    `default` is what stands there where the release tells nothing and nobody says otherwise.
    """

    name: str
    hint: str
    choices: tuple[str, ...] = ()
    default: str = ""


class MessageTemplate(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A message with named blanks, such as `{component}`; unfilled blanks block sending.

    `states` are those of a release in which it is true, none for any: in another it is not sent.
    """

    id: str
    title: str
    subject: str
    body: str
    fields: tuple[TemplateField, ...] = ()
    states: tuple[RunState, ...] = ()

    def blanks(self) -> tuple[str, ...]:
        """Return the names of the blanks in subject and body, each once, in reading order."""
        return tuple(dict.fromkeys(BLANK.findall(f"{self.subject}\n{self.body}")))


class Target(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A performance target: `metric` `comparison` `value` `unit`, such as response_time < 0.5 s at p95."""

    id: str
    title: str
    metric: str
    comparison: Literal["<", "<=", ">", ">="]
    value: float
    unit: Literal["s", "percent", "count"]
    percentile: float | None = None
    window: str = ""


class EnvVariable(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One variable of the production environment; `example` is never a usable value."""

    name: str
    group: str
    type: VariableType = "string"
    required: bool = True
    applies: Literal["always", "if-applicable"] = "always"
    example: str = ""
    equals: str = ""  # the only right value in production
    choices: tuple[str, ...] = ()
    min_length: int = 0
    note: str = ""
    writable: bool = False  # of a path: the service writes there


class Tool(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A recommended monitoring tool; `source` names the adapter that reads it."""

    name: str
    source: str = ""


class ToolGroup(Struct, frozen=True, forbid_unknown_fields=True):
    """Tools for one purpose."""

    title: str
    tools: tuple[Tool, ...]


class Contact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom to reach for what; without address and ways to reach them it is a blank that the team still has to fill.

    `reach` are ways to reach them, the best one first; `after` is a duration after which, where nobody before answers,
    they are called.
    """

    id: str
    purpose: str
    name: str = ""
    address: str = ""
    hint: str = ""
    reach: tuple[str, ...] = ()
    after: str = ""


class SignOffRole(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A role whose signature the release needs."""

    id: str
    title: str
    statement: str = ""


class NotesPage(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The place for deployment-specific notes, and when the checklist itself is looked over again."""

    hint: str = ""
    last_updated: str = ""
    next_review: str = ""
    version: str = ""


class Library(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of it, gathered from the files of one directory."""

    runbooks: tuple[Runbook, ...] = ()
    templates: tuple[MessageTemplate, ...] = ()
    targets: tuple[Target, ...] = ()
    env: tuple[EnvVariable, ...] = ()
    tools: tuple[ToolGroup, ...] = ()
    contacts: tuple[Contact, ...] = ()
    roles: tuple[SignOffRole, ...] = ()
    notes: NotesPage = NotesPage()
