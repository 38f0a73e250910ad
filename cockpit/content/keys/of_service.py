"""The keys at the top of `cockpit.yaml`, and those that say what the service is and where it runs."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.configuration import (
    Code,
    Configuration,
    Environment,
    EnvRule,
    EnvSettings,
    Incidents,
    LogSource,
    Signing,
    VersionSeen,
)
from cockpit.release.inapplicable import Inapplicable

WORDS: dict[type[Struct], dict[str, str]] = {
    Configuration: {
        "service": "the service's name, in a-z, 0-9 and -; runs and journals are kept by it",
        "environment": "where it runs; `environments` takes its place where there are several",
        "timezone": "the IANA time zone that decides days and shown times; UTC stands beside it",
        "checklists": "the checklists to fly, by their id",
        "code": "the work tree that is released and rolled back",
        "logs": "the logs to follow, by name",
        "patterns": "regular expressions that are counted in logs, by name; letter case counts",
        "probes": "how it is seen whether the service is well, by name",
        "targets": "performance targets, by id: one of the shipped ones, or of your own",
        "triggers": "what asks for a decision on a rollback, by name; nothing is executed by it",
        "sources": "monitoring tools that are asked, by name",
        "maintenance_windows": "when probes call nobody, which no uptime counts",
        "checks": "how items of the checklist are sensed, by the item's id, in place of the checklist's own",
        "version": "where the running version is read; by it the Tags page knows what runs, and a rollback is done",
        "rollback": "how the service is rolled back",
        "not_applicable": "items that do not apply to this service, with the reason; opening a run marks them",
        "deploy": "how the service is deployed",
        "state_remote": "the git remote, or address, that shares the state; empty takes origin, `none` keeps it here",
        "state_branch": "the branch that carries the state, where the remote takes no refs of ours",
        "report_branch": "whether the branch cockpit-report shows the release, notes included, on the code's forge",
        "environments": "several environments, by name: what differs in each from the top of the file",
        "incidents": "how often people are told how an incident stands",
        "shared_accounts": "accounts that several people use: there the screen asks who you are",
        "env": "the env file that the service reads, and what its variables must be",
        "signing": "whose keys sign off",
        "contacts": "whom to call for what, in this order; before those of the checklists",
        "on_call": "who comes first, and when",
        "sign_off": "by phase, the roles without whose signature its pause point says no-go",
        "channels": "where messages go, by name",
        "notify": "which calls the watcher sends to which channels",
    },
    Environment: {
        "name": "its name, in a-z, 0-9 and -",
        "production": "whether it is production, where what has effects waits for a person",
    },
    Code: {
        "directory": "the work tree, relative to this file",
        "tags": "a glob of the tags that are releases",
    },
    LogSource: {
        "file": "a file, relative to this one, or a glob; rotated and packed archives are read back",
        "command": "a command whose output is followed, such as `ssh web1 tail -F /var/log/app.log`",
        "source": "the monitoring tool that holds it",
        "query": "what of it, in the tool's own language",
        "title": "how it is called on screen",
        "encoding": "the encoding of lines that are not UTF-8, such as cp1252",
    },
    VersionSeen: {
        "http": "an address whose answer holds it",
        "json": "a dotted path in the answer's body; empty takes the whole body",
        "header": "a header of the answer that holds it",
        "file": "a file that holds it",
        "command": "a command that prints it",
        "interval": "how often the watcher looks",
        "timeout": "after how long it is given up",
        "assumed": "why `cockpit init` guessed it; take it away once you know that it is right",
    },
    EnvSettings: {
        "file": "the env file, relative to the code directory",
        "example": "the example that it is compared with",
        "defaults": "whether the checklists' variables hold beside these",
        "variables": "what each variable must be, by its name",
    },
    EnvRule: {
        "type": "what its value is",
        "group": "under which heading it is listed",
        "required": "whether it must be set",
        "applies": "`if-applicable` where it may be missing because its part is not used",
        "example": "an example, which is never a usable value",
        "equals": "the only right value in production",
        "choices": "the values that are right",
        "min_length": "how many characters it has at least",
        "writable": "of a path: whether the service writes there",
        "note": "what a person should know of it",
        "off": "drop a shipped variable",
    },
    Signing: {
        "allowed_signers": "the file of keys, as of ssh-keygen(1), in the repository",
        "revoked_keys": "the file of keys that count no more, in the repository",
        "commit": "the commit at which these files are read",
        "branch": "the protected branch at whose tip these files are read",
        "roles": "by role, the principals that may sign for it; a role that is not named anyone of them may sign",
    },
    Inapplicable: {
        "reason": "why they do not apply",
        "items": "their ids, or `phase/section/*` for all below it",
    },
    Incidents: {
        "update_every": "how long after an update the next one is due",
        "by_severity": "where that differs, by severity",
    },
}
