"""Monitoring tools: how one is written, what it can be asked, and what it answered; immutable, durations are text.

That a tool cannot be asked says nothing of the service: such an answer is `unknown`, with its reason, and never ok.
"""

import math
from typing import Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from cockpit.durations import age, ahead, parse_duration

SourceKind = Literal[
    "prometheus", "elasticsearch", "pingdom", "uptimerobot", "datadog", "sentry", "rollbar", "new-relic", "splunk",
    "loggly", "statuspage", "razorpay", "loki",
]  # fmt: skip
Capability = Literal["status", "errors", "logs", "metric"]
SourceState = Literal["ok", "degraded", "down", "paused", "unknown"]
Trouble = Literal["auth", "scope", "rate_limited", "bad_query", "partial", "transport", "contract", "empty", "stale"]
Unit = Literal["", "s", "ms", "%", "ratio", "errors", "lines"]

LEAST_INTERVAL = 15.0  # seconds between two looks at a tool: it has other users
STALE_AFTER = 900.0  # seconds after which what a tool saw last says nothing any more


class Traits(Struct, frozen=True):
    """What a kind of tool can be asked, where it stands unless `url` says so, and how often a minute it may be asked.

    `needs` are the settings without which it cannot be asked, `takes` those that it knows beside them.
    """

    title: str
    capabilities: tuple[Capability, ...]
    url: str = ""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    per_minute: int = 60
    scopes: str = ""  # the least that a credential must allow


_LOGIN = ("token_env", "user")
TRAITS: dict[SourceKind, Traits] = {
    "prometheus": Traits("Prometheus", ("status", "errors", "metric"), takes=_LOGIN, scopes="none, or reading"),
    "elasticsearch": Traits(
        "Elasticsearch", ("status", "errors", "logs"), needs=("index",), takes=(*_LOGIN, "time_field"),
        scopes="cluster: monitor; index: read",
    ),
    "pingdom": Traits(
        "Pingdom", ("status", "metric"), "https://api.pingdom.com", ("token_env",), scopes="read access"
    ),
    "uptimerobot": Traits(
        "UptimeRobot", ("status", "metric"), "https://api.uptimerobot.com", ("token_env",), per_minute=10,
        scopes="the read-only API key",
    ),
    "datadog": Traits(
        "Datadog", ("status", "errors", "logs", "metric"), "https://api.datadoghq.com", ("token_env", "app_key_env"),
        scopes="monitors_read, logs_read_data, timeseries_query, slos_read",
    ),
    "sentry": Traits(
        "Sentry", ("errors",), "https://sentry.io", ("token_env", "organization"), ("project", "environment"),
        scopes="event:read, org:read",
    ),
    "rollbar": Traits(
        "Rollbar", ("errors", "metric"), "https://api.rollbar.com", ("token_env",), ("environment",), scopes="read"
    ),
    "new-relic": Traits(
        "New Relic", ("errors", "logs", "metric"), "https://api.newrelic.com", ("token_env", "account"),
        scopes="a user key that may query NRQL",
    ),
    "splunk": Traits("Splunk", ("errors", "logs", "metric"), needs=("token_env",), scopes="search"),
    "loggly": Traits("Loggly", ("errors", "logs"), needs=("token_env",), scopes="an API token (not a source token)"),
    "statuspage": Traits("Statuspage", ("status",), scopes="none"),
    "razorpay": Traits("Razorpay status", ("status",), "https://status.razorpay.com", scopes="none"),
    "loki": Traits("Loki", ("errors", "logs", "metric"), takes=(*_LOGIN, "tenant"), scopes="none, or reading logs"),
}  # fmt: skip
# What only makes sense with some kinds.
SETTINGS = (
    "token_env", "app_key_env", "user", "organization", "project", "environment", "account", "index", "time_field",
    "tenant",
)  # fmt: skip


class Source(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A monitoring tool of the team's; what opens it is in the environment, under the names that `*_env` give."""

    kind: SourceKind
    url: str = ""  # where its API begins; empty takes the vendor's own
    token_env: str = ""
    app_key_env: str = ""
    user: str = ""  # with a password in place of a token
    organization: str = ""
    project: str = ""
    environment: str = ""
    account: str = ""
    index: str = ""
    time_field: str = ""
    tenant: str = ""
    ca_file: str = ""  # certificates to trust beside the system's; relative to the configuration's directory
    per_minute: int = 0  # requests; 0 takes what the vendor is known to allow
    stale_after: str = "15m"

    @property
    def traits(self) -> Traits:
        """What its kind is like."""
        return TRAITS[self.kind]

    @property
    def base(self) -> str:
        """Where its API begins, without a slash at the end."""
        return (self.url or self.traits.url).rstrip("/")


class SourceQuestion(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is asked of a source: the status of what `query` names, or how many errors or lines, or which value.

    `query` is in the tool's own language. The value is well while it is below `below` and above `above`. With `step`
    a metric is looked at over the whole of `within`, and its worst value counts.
    """

    name: str
    ask: Capability = "status"
    query: str = ""
    within: str = "10m"
    below: float | None = None
    above: float | None = None
    unit: Unit = ""
    step: str = ""
    degraded: bool = False  # of a check: whether that will do, too

    @property
    def window(self) -> float:
        """The span that is asked about, in seconds."""
        return parse_duration(self.within)

    @property
    def words(self) -> str:
        """What is asked and wanted, in one line."""
        about = f" of {self.query}" if self.query else ""
        if self.ask == "status":
            return f"{self.name}: the status{about} is ok{' or degraded' if self.degraded else ''}"
        limits = [f"below {self.below:g}"] if self.below is not None else []
        limits += [f"above {self.above:g}"] if self.above is not None else []
        return f"{self.name}: {self.ask}{about} within {self.within}: {' and '.join(limits) or 'a value'}"


class SourceLine(Struct, frozen=True, omit_defaults=True):
    """One line of a source's log; `id` is the same whenever it is asked for again, `at` in epoch seconds."""

    id: str
    at: float
    text: str
    level: str = ""


class SourceReading(Struct, frozen=True, omit_defaults=True):
    """What a source answered: times in epoch seconds, `window` in seconds.

    `observed_at` is when the tool itself looked, where it says so; `trouble` is why nothing is known, `fix` what to do,
    `retry_at` when it may be asked again.
    """

    state: SourceState
    value: float | None = None
    unit: Unit = ""
    window: float | None = None
    observed_at: float | None = None
    fetched_at: float = 0.0
    partial: bool = False
    detail: str = ""
    link: str = ""
    trouble: Trouble | Literal[""] = ""
    fix: str = ""
    retry_at: float | None = None
    lines: tuple[SourceLine, ...] = ()


class Sourced(Protocol):
    """Asks sources by name; whatever fails is in the answer, never raised."""

    async def ask(self, question: SourceQuestion, *, seconds: float) -> SourceReading:
        """Ask once, within that time."""


def unknown(trouble: Trouble, detail: str, *, fix: str = "") -> SourceReading:
    """Return an answer by which nothing is known."""
    return SourceReading("unknown", detail=detail, trouble=trouble, fix=fix)


def judged(question: SourceQuestion, reading: SourceReading, *, stale_after: float = STALE_AFTER) -> SourceReading:
    """Return an answer with the state that the question's limits give it; what is doubtful in it is unknown."""
    if reading.state in {"unknown", "paused"}:
        return replace(reading, state=reading.state)
    if reading.partial:
        return _doubtful(reading, "partial", f"only a part was answered: {reading.detail}")
    ago = reading.fetched_at - reading.observed_at if reading.observed_at is not None else 0.0
    if abs(ago) > stale_after:
        old = ahead(-ago, allowed=stale_after) or f"{age(ago)} old"
        return _doubtful(reading, "stale", f"what it saw last is {old}: {reading.detail}")
    if question.ask == "status":
        return reading
    if reading.value is None:
        return _doubtful(reading, "empty", reading.detail or "it gave no value")
    if not math.isfinite(reading.value):
        return _doubtful(reading, "empty", f"it gave {reading.value}, which is no value")
    if (question.below is not None and not reading.value < question.below) or (
        question.above is not None and not reading.value > question.above
    ):
        return replace(reading, state="down")
    return replace(reading, state="ok")


def _doubtful(reading: SourceReading, trouble: Trouble, detail: str) -> SourceReading:
    return replace(reading, state="unknown", value=None, trouble=trouble, detail=detail)


def value_words(value: float, unit: Unit) -> str:
    """Return a value as people read it: `12 errors`, `99.98%`, `0.2`."""
    if unit in {"errors", "lines"}:
        return f"{value:.0f} {unit if value != 1 else unit.removesuffix('s')}"
    return f"{value:.6g}{'' if unit == 'ratio' else unit}"
