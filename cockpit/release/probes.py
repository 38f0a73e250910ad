"""A probe as a team writes it: one way to ask whether the service is well. Durations are text such as `5s`."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import force_setattr

from cockpit.release.checks import Effects
from cockpit.release.sources import SourceQuestion

ProbeKind = Literal[
    "http", "tcp", "tls", "dns", "command", "file", "disk", "postgres", "systemd", "heartbeat", "scenario", "source",
]  # fmt: skip
PROBE_KINDS: tuple[ProbeKind, ...] = (
    "http", "tcp", "tls", "dns", "command", "file", "disk", "postgres", "systemd", "heartbeat", "scenario", "source",
)  # fmt: skip
RecordType = Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "CAA"]


class ScenarioStep(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One request of a scenario, with the cookies of those before it.

    `${name}` in the URL, the headers, the body and the form stands for a value that an earlier step captured, and
    `${env:NAME}` for an environment variable. `capture` maps a name to where its value is: `[BODY].token`,
    `[HEADER].Location`, or `[BODY] matches RE` with one group.
    """

    name: str
    http: str
    method: str = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    form: dict[str, str] = {}
    redirects: int = 0
    conditions: tuple[str, ...] = ()
    capture: dict[str, str] = {}


class Probe(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One way to ask whether the service is well; exactly one kind is given.

    `conditions` are fail conditions in gatus's style, such as `[STATUS] == 200`; `warn` are those that only
    degrade. It is down after `failures` bad results in a row, and up again after `passes` good ones. While one of its
    `parents` is down it calls nobody.
    """

    http: str = ""
    tcp: str = ""
    tls: str = ""  # host, or host:port
    dns: str = ""  # the name that is asked for
    command: str = ""
    file: str = ""  # a path, or a glob whose newest file counts
    disk: str = ""  # a path on the file system
    postgres: str = ""  # a connection string without a password
    systemd: str = ""  # a unit
    heartbeat: str = ""  # how often `cockpit probes beat NAME` is due
    scenario: tuple[ScenarioStep, ...] = ()
    source: SourceQuestion | None = None
    method: str = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    redirects: int = 0  # how many are followed
    verify: bool = True  # of http and tls: whether the certificate must be valid
    ca_file: str = ""  # certificates to trust beside the system's
    server_name: str = ""  # of tls: the name that the certificate is for, where it is not the address's
    record: RecordType = "A"
    resolver: str = ""  # of dns: whom to ask, an address with or without a port; empty asks as this host does
    query: str = ""  # of postgres: one read, whose answer is [BODY]
    grace: str = "1m"  # of heartbeat: how late it may be before it is down
    conditions: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    interval: str = "10s"  # of a source, which has other users: 60s
    timeout: str = "5s"  # of a source: 10s
    failures: int = 3
    passes: int = 2
    effects: Effects = "none"
    parents: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        if self.source is not None:
            for key, ours, theirs in (("interval", "10s", "60s"), ("timeout", "5s", "10s")):
                if getattr(self, key) == ours:
                    force_setattr(self, key, theirs)

    @property
    def kinds(self) -> tuple[ProbeKind, ...]:
        """Which kinds are given; a valid probe has one."""
        return tuple(kind for kind in PROBE_KINDS if getattr(self, kind))

    @property
    def kind(self) -> ProbeKind:
        """Which kind it is."""
        return self.kinds[0]

    @property
    def unverified(self) -> bool:
        """Whether it speaks TLS without looking at the certificate."""
        return not self.verify and (bool(self.tls) or self.http.startswith("https:") or bool(self.scenario))
