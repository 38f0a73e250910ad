"""The keys of probes, targets, triggers, windows and monitoring tools."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.probes import Probe, ScenarioStep
from cockpit.release.sources import Source, SourceQuestion
from cockpit.release.targets import TargetBinding
from cockpit.release.triggers import Trigger
from cockpit.release.windows import MaintenanceWindow, Shift

_TIMES = {
    "starts": "when it starts, once, in RFC 3339 with an offset",
    "ends": "when it ends, once",
    "days": "on which days; empty is every day",
    "at": "when it starts on those days: HH:MM in the service's time zone",
    "lasts": "how long it lasts, from `at`, by the clock on the wall",
}
_REQUEST = {
    "method": "the request's method",
    "headers": "the request's headers",
    "body": "the request's body",
    "redirects": "how many redirects are followed",
}
WORDS: dict[type[Struct], dict[str, str]] = {
    Probe: {
        "http": "an address to request",
        "tcp": "host:port to connect to",
        "tls": "host, or host:port, to shake hands with",
        "dns": "a name to ask for",
        "command": "a command to run",
        "file": "a file, or a glob whose newest file counts",
        "disk": "a path on the file system that must have room",
        "postgres": "a connection string, without a password",
        "systemd": "a systemd unit that must be active",
        "heartbeat": "how often `cockpit probes beat NAME` is due",
        "scenario": "several requests in a row, with cookies and captured values",
        "source": "a question to a monitoring tool",
        **_REQUEST,
        "verify": "of http, tls and scenario: whether the certificate must be valid",
        "ca_file": "certificates to trust beside the system's",
        "server_name": "of tls: the name that the certificate is for, where it is not the address's",
        "record": "of dns: the type of record",
        "resolver": "of dns: whom to ask; empty asks as this host does",
        "query": "of postgres: one read, whose answer is [BODY]",
        "grace": "of heartbeat: how late it may be before it is down",
        "conditions": "what must hold, such as `[STATUS] == 200`, or it fails",
        "warn": "what must hold, or it is degraded",
        "interval": "how often it looks; a source 60s",
        "timeout": "after how long an answer counts as none; of a source 10s",
        "failures": "how many bad results in a row make it down",
        "passes": "how many good ones in a row bring it up again",
        "effects": "what a look does beside looking; anything but none waits for a person in production",
        "parents": "probes while one of which is down it calls nobody",
        "title": "how it is called on screen",
    },
    ScenarioStep: {
        "name": "its name",
        "http": "the address; `${name}` stands for a captured value, `${env:NAME}` for a variable",
        **_REQUEST,
        "form": "fields of a form, sent as the body",
        "conditions": "what must hold of the answer",
        "capture": "values to keep for later steps, by name: [BODY].token, [HEADER].Location, [BODY] matches RE",
    },
    TargetBinding: {
        "probe": "the probe that measures it",
        "step": "the step of its scenario that does",
        "below": "the goal: a duration for a latency, a percentage for errors",
        "above": "the goal: a percentage for uptime",
        "percentile": "the percentile of a latency",
        "window": "over how long it is measured",
        "samples": "with fewer samples it is `not enough data`",
        "coverage": "the least share of the window that must be known, such as 90%",
        "title": "how it is called on screen",
        "log": "the log whose share of errors is measured",
    },
    Trigger: {
        "probe": "the probe that is down",
        "target": "the target that is missed",
        "lasts": "for how long on end",
        "decide_within": "how long people have to decide",
        "title": "how it is called on screen",
        "runbook": "the runbook that helps to decide, by its id; without one the proposed rollback's card does",
    },
    MaintenanceWindow: {
        "title": "what it is for",
        "probes": "the probes that it is for; empty is for all",
        **_TIMES,
    },
    Shift: {"contact": "who, by the contact's id", **_TIMES},
    Source: {
        "kind": "which tool it is",
        "url": "where its API begins; empty takes the vendor's own",
        "token_env": "the variable that holds the token",
        "app_key_env": "of datadog: the variable that holds the application key",
        "user": "the user, with a password in place of a token",
        "organization": "of sentry: the organization",
        "project": "of sentry: the project",
        "environment": "of sentry and rollbar: the environment there",
        "account": "of new-relic: the account's number",
        "index": "of elasticsearch: the index, or a pattern",
        "time_field": "of elasticsearch: the field that holds a document's time",
        "tenant": "of loki: the tenant",
        "ca_file": "certificates to trust beside the system's, relative to this file",
        "per_minute": "the most requests in a minute; 0 takes what the vendor is known to allow",
        "stale_after": "what the tool saw last is unknown after that time",
    },
    SourceQuestion: {
        "name": "the source that is asked",
        "ask": "what it is asked for",
        "query": "in the tool's own language",
        "within": "the span that is asked about, up to now",
        "below": "well while the number is below this",
        "above": "well while the number is above this",
        "unit": "the number's unit; a target needs it",
        "step": "look at the whole span in steps of this length, and take the worst",
        "degraded": "of a check: whether degraded will do, too",
    },
}
