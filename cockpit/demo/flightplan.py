"""The shop's cockpit.yaml: what it looks at, and how it is rolled back and deployed."""

from __future__ import annotations

import glob
import shlex
from pathlib import Path

import msgspec
import yaml

from cockpit.release.channels import Channel
from cockpit.release.checks import (
    RUN_TAG,
    Check,
    CommandCheck,
    EnvCheck,
    FileCheck,
    GitCheck,
    HttpCheck,
    LogCheck,
    ProbeCheck,
    RehearsalCheck,
    TargetCheck,
    TlsCheck,
)
from cockpit.release.configuration import (
    Backups,
    Code,
    Configuration,
    Environment,
    EnvRule,
    EnvSettings,
    LogSource,
    Plans,
    Probe,
    Restore,
    Sqlite,
    Step,
    Verify,
    VersionSeen,
)
from cockpit.release.library import Contact, Runbook, RunbookFor, RunbookStep
from cockpit.release.sources import Source, SourceQuestion
from cockpit.release.targets import TargetBinding
from cockpit.release.windows import Shift

PAYMENT_STATUS = "payment-status"  # a source
_HEADER = "# What `cockpit` knows about the shop. Paths lie outside the work tree: a checkout must not touch them.\n"


def cockpit_yaml(root: Path, *, port: int, front: int = 0) -> bytes:
    """Return cockpit.yaml for a demo under `root` (absolute) whose service listens on 127.0.0.1:`port`.

    `front` is the port of its front door, 0 where it has none.
    """
    return _document(configuration(root, port=port, front=front))


def early_cockpit_yaml(root: Path, *, port: int) -> bytes:
    """Return the first cockpit.yaml the shop had: fewer probes, and deployed by hand."""
    whole = configuration(root, port=port)
    probes = {name: whole.probes[name] for name in ("api", "shop", "checkout")}
    return _document(msgspec.structs.replace(whole, probes=probes, deploy=Plans(), checks={}))


def runbooks(root: Path) -> dict[str, bytes]:
    """Return the runbooks that the shop has of its own, by path: with commands that work on it."""
    down = Runbook(
        id="application-down",
        title="Application Down",
        kind="emergency",
        severity="critical",
        fits=RunbookFor(probes=("*",), logs=("app",), severity=("critical",)),
        steps=(
            RunbookStep(
                id="check-server-status",
                text="Check server status",
                run=_tool(root, "shopctl", "status"),
                effects="none",
            ),
            RunbookStep(
                id="view-logs",
                text="View logs",
                run=shlex.join(["tail", "-n", "50", str(root / "var" / "logs" / "app.log")]),
                effects="none",
            ),
            RunbookStep(
                id="restart-service",
                text="Restart service",
                run=f"{_tool(root, 'shopctl', 'stop')}; {_tool(root, 'shopctl', 'start')}",
                timeout="1m",
            ),
            RunbookStep(
                id="prepare-rollback", text="If still down, prepare rollback", when="still down", runbook="rollback"
            ),
        ),
    )
    return {f"checklists/runbooks/{down.id}.yaml": _written(down).encode()}


def _document(value: Configuration) -> bytes:
    return (_HEADER + _written(value)).encode()


def _written(value: msgspec.Struct) -> str:
    return yaml.safe_dump(msgspec.to_builtins(value), sort_keys=False, allow_unicode=True, width=120)


def configuration(root: Path, *, port: int, front: int = 0) -> Configuration:
    """Return the configuration at the newest tag."""
    address = f"http://127.0.0.1:{port}"
    logs = root / "var" / "logs"
    shared = Plans(
        migrations=("migrations/*.sql",),
        backups=Backups(glob=f"{glob.escape(str(root / 'var' / 'backups'))}/shop-{{tag}}.sql"),
    )
    return Configuration(
        service="shop",
        environment=Environment(name="production", production=True),
        timezone="Europe/Berlin",
        code=Code(tags="v*"),
        logs={
            "app": LogSource(file=str(logs / "app.log"), title="application"),
            "access": LogSource(file=str(logs / "access.log"), title="access"),
        },
        probes=_probes(root, address=address, port=port),
        checks=_checks(root, address=address, front=front),
        sources=_sources(root, front),
        targets={
            "page-load-time": TargetBinding("shop", window="10m"),
            "api-response-time": TargetBinding("api", window="10m"),
            "uptime": TargetBinding("api", window="1h"),
            "error-rate": TargetBinding(log="access", window="10m"),
        },
        version=VersionSeen(http=f"{address}/health", json="version"),
        env=_env(root),
        contacts=(
            Contact("ana", "Technical Issues", "Ana Lima", reach=("+49 30 5550101", "ana@shop.example")),
            Contact("ben", "Technical Issues", "Ben Okafor", reach=("+49 30 5550102",), after="10m"),
            Contact("lead", "Technical Issues", "Cleo Marsh (platform lead)", reach=("+49 30 5550103",), after="30m"),
        ),
        on_call=(Shift("ana", at="08:00", lasts="12h"), Shift("ben", at="20:00", lasts="12h")),
        channels={
            "team": Channel(file=str(root / "var" / "messages.txt"), title="stands for the team's chat"),
            "screen": Channel(clipboard=True),
        },
        notify={"execution-ended": ("team",), "update-overdue": ("team",)},
        rollback=msgspec.structs.replace(shared, steps=_rollback(root)),
        deploy=msgspec.structs.replace(shared, steps=_deploy(root)),
    )


def _env(root: Path) -> EnvSettings:
    """The shop's own variables; the shipped rules are those of a Flask shop with Razorpay."""
    own = {
        "SHOP_PORT": EnvRule(type="int", group="Shop"),
        "SHOP_DATABASE": EnvRule(type="path", group="Shop", writable=True),
        "SHOP_LOGS": EnvRule(type="path", group="Shop"),
        "SHOP_ADMIN_PASSWORD": EnvRule(type="secret", group="Shop", min_length=12),
    }
    return EnvSettings(file=str(root / "etc" / "shop.env"), defaults=False, variables=own)


def _tool(root: Path, name: str, *arguments: str) -> str:
    """A command line for /bin/sh; the root may be a directory with spaces in its name."""
    return shlex.join([str(root / "bin" / name), *arguments])


def _probes(root: Path, *, address: str, port: int) -> dict[str, Probe]:
    quick = "[RESPONSE_TIME] < 300ms"
    return {
        "api": Probe(
            title="health",
            http=f"{address}/health",
            conditions=("[STATUS] == 200", "[BODY].status == ok"),
            warn=(quick,),
            interval="2s",
            timeout="4s",
        ),
        "shop": Probe(title="front page", http=f"{address}/", conditions=("[STATUS] == 200",), warn=(quick,)),
        "cart": Probe(title="cart", http=f"{address}/cart", conditions=("[STATUS] == 200",), warn=(quick,)),
        "checkout": Probe(
            title="checkout quote",
            http=f"{address}/checkout/quote?product=3",
            conditions=("[STATUS] == 200", "[BODY].currency == EUR"),
            warn=(quick,),
            interval="4s",
            timeout="4s",
        ),
        "db": Probe(title="database", command=_tool(root, "check-db"), interval="15s"),
        "port": Probe(title="tcp port", tcp=f"127.0.0.1:{port}", interval="5s", timeout="2s"),
    }


def _sources(root: Path, front: int) -> dict[str, Source]:
    """The payment service's status page, where the front door is there to play it."""
    page = Source("statuspage", url=f"https://127.0.0.1:{front}", ca_file=str(root / "etc" / "front.pem"))
    return {PAYMENT_STATUS: page} if front else {}


def _checks(root: Path, *, address: str, front: int) -> dict[str, Check]:
    """Sensed items of every kind; the front door's only where there is one."""
    week, day, often = "deployment-week", "deployment-day", "30s"
    settings = str(root / "etc" / "shop.env")
    checks = {
        f"{week}/application-setup/run-database-migrations-if-applicable": Check(
            command=CommandCheck(run=_tool(root, "check-db")), interval=often
        ),
        f"{week}/application-setup/set-all-environment-variables": Check(
            env=EnvCheck(
                file=settings,
                set=("SHOP_PORT", "SHOP_DATABASE", "SHOP_LOGS"),
                min_length={"SHOP_ADMIN_PASSWORD": 12},
            ),
            closes=True,
            interval=often,
        ),
        f"{week}/application-setup/create-database-backups": Check(
            file=FileCheck(
                path=f"{glob.escape(str(root / 'var' / 'backups'))}/shop-*.sql", newer_than="24h", min_size=1000
            ),
            interval=often,
        ),
        # What recurs is looked at once a week.
        "ongoing-maintenance/weekly/verify-backups-completed": Check(
            file=FileCheck(
                path=f"{glob.escape(str(root / 'var' / 'backups'))}/shop-*.sql", newer_than="24h", min_size=1000
            ),
            closes=True,
            interval=often,
        ),
        "ongoing-maintenance/weekly/check-server-disk-space": Check(
            command=CommandCheck(run="df -Pk . | awk 'NR==2 && $5+0 >= 90 {exit 1} END {print $5}'"), interval=often
        ),
        f"{week}/web-server-configuration/configure-reverse-proxy": Check(
            http=HttpCheck(url=f"{address}/"), interval=often
        ),
        f"{week}/application-setup/deploy-code-to-production-server": Check(git=GitCheck(tag=RUN_TAG), interval=often),
        f"{day}/deployment/monitor-error-rates": Check(
            log=LogCheck(name="app", level="error", within="10m"), interval=often
        ),
        f"{day}/pre-deployment-checks/have-rollback-plan-ready": Check(
            rehearsal=RehearsalCheck(within="7d"), closes=True, interval=often
        ),
        f"{day}/deployment/check-response-times": Check(target=TargetCheck("api-response-time"), interval=often),
        f"{day}/post-deployment-verification/test-product-browsing": Check(probe=ProbeCheck("shop"), interval=often),
    }
    if front:
        secure, ca_file = f"https://127.0.0.1:{front}/", str(root / "etc" / "front.pem")
        verification = f"{day}/post-deployment-verification"
        checks[f"{week}/environment-setup/obtain-ssl-tls-certificate/test-certificate-installation"] = Check(
            tls=TlsCheck(address=f"127.0.0.1:{front}", days=21, ca_file=ca_file), closes=True, interval=often
        )
        checks[f"{verification}/verify-https-working"] = Check(
            http=HttpCheck(url=secure, ca_file=ca_file), closes=True, interval=often
        )
        checks[f"{verification}/check-security-headers"] = Check(
            http=HttpCheck(
                url=secure,
                ca_file=ca_file,
                present=("Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options"),
            ),
            closes=True,
            interval=often,
        )
        checks[f"{verification}/test-payment-processing-small-amount"] = Check(
            source=SourceQuestion(PAYMENT_STATUS), interval=often
        )
    return checks


def _stop(root: Path) -> Step:
    return Step(
        id="stop",
        title="Stop the shop",
        run=_tool(root, "shopctl", "stop"),
        done_when="! " + _tool(root, "shopctl", "status"),
        timeout="30s",
        danger="The shop is down until it is started again: customers see connection errors",
        undo=_tool(root, "shopctl", "start"),
    )


def _start_and_verify(root: Path) -> tuple[Step, ...]:
    return (
        Step(
            id="start",
            title="Start the shop",
            run=_tool(root, "shopctl", "start"),
            done_when=_tool(root, "shopctl", "status"),
            timeout="30s",
            retries=1,
            undo=_tool(root, "shopctl", "stop"),
        ),
        Step(
            id="verify",
            title="Probes pass and the version is seen",
            verify=Verify(probes=("api", "shop", "checkout"), within="60s", passes=2),
            effects="none",
        ),
    )


def _rollback(root: Path) -> tuple[Step, ...]:
    return (
        _stop(root),
        Step(
            id="backup",
            title="Dump the current database",
            run=_tool(root, "backup-db", "before-rollback"),
            timeout="2m",
            optional=True,
        ),
        Step(id="checkout", title="Check the code out", checkout=True, timeout="1m"),
        Step(
            id="restore",
            title="Restore the database into a new file and swap",
            restore=Restore(
                sqlite=Sqlite(str(root / "var" / "data" / "shop.db")),
                checks=(
                    "SELECT count(*) > 0 FROM orders",
                    "SELECT count(*) = 0 FROM order_lines WHERE order_id NOT IN (SELECT id FROM orders)",
                ),
                export=(
                    "SELECT id, placed_at, email, total_cents, state FROM orders"
                    " WHERE datetime(placed_at) > datetime(:dump_at) ORDER BY id"
                ),
                typed=False,  # the shop has this one file, and no variable leads to another
            ),
            danger="Orders placed since the dump leave the live database; they are exported, and the old file is kept",
        ),
        *_start_and_verify(root),
    )


def _deploy(root: Path) -> tuple[Step, ...]:
    return (
        _stop(root),
        Step(
            id="backup",
            title="Dump the database at the version it has",
            run=_tool(root, "backup-db") + ' "v$(cat VERSION)"',
            timeout="2m",
        ),
        Step(id="checkout", title="Check the code out", checkout=True, timeout="1m"),
        Step(id="migrate", title="Apply the migrations", run=_tool(root, "shopctl", "migrate"), timeout="5m"),
        *_start_and_verify(root),
    )
