"""Every check that the shipped checklist proposes is turned green and red, by real services, files and repositories."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from cockpit.checks.checker import Checker
from cockpit.content.checklists import parse_checklist_text
from cockpit.logwatch import observe_log
from cockpit.release.checks import Check, LogCheck
from cockpit.release.configuration import Configuration, Environment, LogSource
from cockpit.release.events import ObservedState
from cockpit.release.ports import Observed, Situation
from tests.checks.conftest import Service
from tests.content.bindings import bindings, uncommented
from tests.content.server import Server
from tests.health.certificates import Certificate
from tests.store.support import git, make_repository

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed"),
]

DOCUMENTS = {
    "YOUR-API-DOCUMENT": "api.md", "YOUR-ADMIN-GUIDE": "admin.md", "YOUR-ERROR-CODES": "errors.md",
    "YOUR-TROUBLESHOOTING-GUIDE": "troubles.md", "YOUR-SCHEMA-DOCUMENT": "schema.md",
}  # fmt: skip
GREEN_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Cache-Control": "max-age=60",
}  # fmt: skip
STRONG = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
ENV = f"YOUR_WEBHOOK_SECRET={STRONG}\nSECRET_KEY={STRONG}\nDATABASE_URL=postgres://db/shop\nYOUR_OWN=x1\nRAZORPAY_KEY_ID=rzp_live_8812\nRAZORPAY_KEY_SECRET={STRONG}\n"
PLAIN_HTTP = "deployment-week/web-server-configuration/enable-https-ssl"


class World:
    """A site over HTTPS, one over HTTP, a server's files and a work tree, all well until a test spoils them."""

    def __init__(self, home: Path, certificate: Certificate) -> None:
        self.certificate = certificate
        self.code = make_repository(home / "code")
        self.etc = home / "etc"
        self.https = Service(certificate.server_context())
        self.http = Service()
        self.closed = socket.socket()
        self.closed.bind(("127.0.0.1", 0))  # a port that nobody listens on, and nobody else is given
        self.https.headers, self.https.zipped = GREEN_HEADERS, True
        self.http.status, self.http.headers = 301, {"Location": "https://shop.example/"}
        self._write(self.etc / "sshd_config", "PasswordAuthentication no\nPermitRootLogin no\n")
        self._write(self.etc / "logrotate.d" / "shop", "daily\n")
        self._write(self.code / ".env", ENV + "SENTRY_DSN=https://8812@sentry.shop.example/1\n")
        for name in ("backups/shop.sql", "archives/shop.tar", "shop.log"):
            self._write(home / name, "x" * 2000)
        self.home = home
        self.server = Server(home)
        self.address, self.mail = "127.0.0.1", self.http.port
        self.https.paths = {
            "/no-such-page": (404, "nothing here"), "/login": (200, "who are you?"),
            "/products": (200, "Blue kettle"), "/admin": (401, "not you"),
        }  # fmt: skip
        self._write(self.code / "README.md", "To deploy it: make deploy\n")
        for name in DOCUMENTS.values():
            self._write(self.code / "docs" / name, "as it is\n")
        self._write(home / "db" / "shop.db", "x" * 2000)
        self.log("app.log", "INFO shop: up", "INFO shop: payment 17 accepted", "INFO shop: payment 18 accepted")
        self.log("access.log", "INFO web: up")
        self.word: ObservedState = "ok"  # of every probe and target
        self._write(self.code / "tests" / "test_sums.py", "def test_sum():\n    assert 1 + 1 == 2\n")

    def log(self, name: str, *messages: str) -> None:
        """Append lines of this moment to one of the service's logs."""
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        with (self.code / name).open("a") as file:
            file.writelines(f"{stamp},000 {message}\n" for message in messages)

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def close(self) -> None:
        self.https.close()
        self.http.close()
        self.closed.close()
        self.server.close()

    def text(self) -> str:
        """Return the checklist with what is this world's in it."""
        python = sys.executable
        # -B: what is spoiled keeps its size within a second, and what was compiled before it would pass for it.
        tests = f"{python} -B -m pytest -q -p no:cacheprovider -c /dev/null tests"
        plain, secure = f"127.0.0.1:{self.http.port}", f"127.0.0.1:{self.https.port}"
        given = {
            "http://YOUR-SITE": f"http://{plain}",
            "YOUR-SITE/5432": f"127.0.0.1/{self.closed.getsockname()[1]}",
            "YOUR-SITE": secure,
            "YOUR-LINTER": f"{python} -m ruff check --no-cache --isolated .",
            "YOUR-UNIT-TESTS": tests,
            "YOUR-INTEGRATION-TESTS": tests,
            "YOUR-BACKUPS": str(self.home / "backups"),
            "YOUR-ARCHIVES": str(self.home / "archives"),
            "YOUR-APP-LOG": "app",
            "YOUR-ACCESS-LOG": "access",
            "YOUR-LOG": str(self.home / "shop.log"),
            "/etc/logrotate.d/YOUR-SERVICE": str(self.etc / "logrotate.d" / "shop"),
            "/etc/ssh/sshd_config": str(self.etc / "sshd_config"),
            "observe: YOUR-HOST": "observe: web1",
            "YOUR-DOMAIN": "localhost",
            "YOUR-ADDRESS": self.address,
            "YOUR-PROCESS": self.server.process_name,
            "run: LC_ALL=C apt-get": f"run: APT_CONFIG={self.server.apt_settings} LC_ALL=C apt-get",
            "YOUR-PYTHON": self.server.python,
            "YOUR-MIGRATION-CHECK": f"{python} {self.home / 'migrated.py'} {self.home}",
            "/etc/nginx/nginx.conf": str(self.home / "nginx.conf"),
            "YOUR-MAIL-SERVER": f"127.0.0.1/{self.mail}",
            "YOUR-DATABASE": str(self.home / "db"),
            "YOUR-PRODUCT": "Blue kettle",
            **{placeholder: f"docs/{name}" for placeholder, name in DOCUMENTS.items()},
        }
        text = uncommented()
        for placeholder, value in given.items():
            text = text.replace(placeholder, value)
        return text

    def checks(self) -> dict[str, Check]:
        checklist = parse_checklist_text(self.text(), "production-deployment.yaml")
        return {item.id: self._trusting(item.check) for _, _, item, _ in checklist.walk() if item.check is not None}

    def _trusting(self, check: Check) -> Check:
        ca_file = str(self.certificate.file)
        if check.http is not None:
            return replace(check, http=replace(check.http, ca_file=ca_file))
        return check if check.tls is None else replace(check, tls=replace(check.tls, ca_file=ca_file))


def _https(**change: object) -> Callable[[World], None]:
    def spoil(world: World) -> None:
        for name, value in change.items():
            setattr(world.https, name, value)

    return spoil


def _aged(pattern: str, hours: float) -> Callable[[World], None]:
    def spoil(world: World) -> None:
        for path in world.home.glob(pattern):
            os.utime(path, (time.time() - hours * 3600,) * 2)

    return spoil


def _env(text: str) -> Callable[[World], None]:
    def spoil(world: World) -> None:
        (world.code / ".env").write_text(text)

    return spoil


def _edit(name: str, old: str, new: str) -> Callable[[World], None]:
    def spoil(world: World) -> None:
        path = world.home / name
        path.write_text(path.read_text().replace(old, new))

    return spoil


def _remove(name: str) -> Callable[[World], None]:
    return lambda world: (world.home / name).unlink()


def _logged(name: str, message: str, times: int) -> Callable[[World], None]:
    return lambda world: world.log(name, *[message] * times)


def _leak(world: World) -> None:
    (world.code / "settings.py").write_text("KEY = '-----BEGIN " + "RSA PRIVATE KEY-----'\n")
    git(world.code, "add", "-A")


def _other_certificate(world: World) -> None:
    world.certificate = Certificate(world.home / "other", "20991231235959Z")


def _open_port(world: World) -> None:
    world.closed.listen()


def _full(world: World) -> None:
    """What is full is not to be had: what is called full is what there is."""


def _at_path(path: str, status: int, body: str) -> Callable[[World], None]:
    def spoil(world: World) -> None:
        world.https.paths = {**world.https.paths, path: (status, body)}

    return spoil


def _elsewhere(world: World) -> None:
    world.address = "192.0.2.1"


def _no_mail(world: World) -> None:
    world.mail = world.closed.getsockname()[1]


def _new_migration(world: World) -> None:
    (world.code / "migrations" / "0002.sql").write_text("-- second")


def _outdated(world: World) -> None:
    world.server.install("1.0")


def _broken_nginx(world: World) -> None:
    world.server.write_nginx("server {{ listen nowhere at all; }}")


def _measured(world: World) -> None:
    world.word = "failed"


def _earlier(world: World) -> None:
    git(world.code, "checkout", "-q", "v1")


W, D, A = "deployment-week/", "deployment-day/", "pre-deployment/"
SPOILED: dict[str, Callable[[World], None]] = {
    f"{A}security-review/verify-cors-configuration": _https(headers={"Access-Control-Allow-Origin": "*"}),
    f"{A}code-quality/run-linter-flake8-pylint": _edit("code/tests/test_sums.py", "def", "import os\ndef"),
    f"{A}code-quality/check-for-hardcoded-credentials": _leak,
    f"{A}testing/unit-tests-for-critical-functions": _edit("code/tests/test_sums.py", "== 2", "== 3"),
    f"{A}testing/integration-tests-for-api-endpoints": _edit("code/tests/test_sums.py", "== 2", "== 3"),
    f"{W}environment-setup/generate-strong-secret-key-32-characters": _env("SECRET_KEY=short\n"),
    f"{W}environment-setup/obtain-ssl-tls-certificate": _other_certificate,
    f"{W}environment-setup/obtain-ssl-tls-certificate/test-certificate-installation": _other_certificate,
    f"{W}environment-setup/configure-production-server/configure-firewall-rules": _open_port,
    f"{W}environment-setup/configure-production-server/set-up-ssh-key-access": _edit(
        "etc/sshd_config", "PasswordAuthentication no", "PasswordAuthentication yes"
    ),
    f"{W}environment-setup/configure-production-server/disable-root-login": _edit(
        "etc/sshd_config", "PermitRootLogin no", "#PermitRootLogin no"
    ),
    f"{W}application-setup/deploy-code-to-production-server": _earlier,
    f"{W}application-setup/create-production-env-file": _remove("code/.env"),
    f"{W}application-setup/set-all-environment-variables": _env("DATABASE_URL=\nYOUR_OWN=x1\n"),
    f"{W}application-setup/create-database-backups": _aged("backups/*", 25),
    f"{W}web-server-configuration/configure-reverse-proxy": _https(status=502),
    PLAIN_HTTP: lambda world: setattr(world.http, "status", 200),
    f"{W}web-server-configuration/configure-security-headers": _https(headers={"X-Frame-Options": "DENY"}),
    f"{W}web-server-configuration/set-up-gzip-compression": _https(zipped=False),
    f"{W}web-server-configuration/configure-caching": _https(headers={}),
    f"{W}payment-gateway/add-keys-to-env-file": _env(ENV.replace("rzp_live_8812", "your-key-id")),
    f"{W}monitoring-logging/set-up-application-logging": _aged("shop.log", 1),
    f"{W}monitoring-logging/configure-log-rotation": _remove("etc/logrotate.d/shop"),
    f"{W}monitoring-logging/set-up-error-tracking-sentry-rollbar": _env("SENTRY_DSN=\n"),
    f"{D}pre-deployment-checks/backup-current-database": _aged("backups/*", 3),
    f"{D}pre-deployment-checks/backup-current-application-files": _aged("archives/*", 3),
    f"{D}deployment/deploy-application-code": _earlier,
    f"{D}deployment/verify-deployment-successful": _https(status=503),
    f"{W}monitoring-logging/configure-uptime-monitoring": _measured,
    f"{D}deployment/check-response-times": _measured,
    f"{D}post-deployment-verification/test-cart-functionality": _measured,
    f"{D}post-deployment-verification/test-checkout-flow": _measured,
    f"{D}post-deployment-verification/verify-https-working": _other_certificate,
    f"{D}post-deployment-verification/check-security-headers": _https(headers={}),
    f"{A}code-quality/verify-error-handling": _at_path("/no-such-page", 500, "Traceback (most recent call last)"),
    f"{A}documentation/update-readme-with-deployment-info": _edit("code/README.md", "deploy", "bake"),
    f"{A}documentation/document-all-api-endpoints": _remove("code/docs/api.md"),
    f"{A}documentation/create-admin-user-guide": _remove("code/docs/admin.md"),
    f"{A}documentation/document-error-codes-and-meanings": _remove("code/docs/errors.md"),
    f"{A}documentation/create-troubleshooting-guide": _remove("code/docs/troubles.md"),
    f"{A}documentation/document-database-schema-if-applicable": _remove("code/docs/schema.md"),
    f"{W}environment-setup/obtain-ssl-tls-certificate/use-let-s-encrypt-free": _elsewhere,
    f"{W}environment-setup/configure-production-server": lambda world: world.server.close(),
    f"{W}environment-setup/configure-production-server/install-os-updates": _outdated,
    f"{W}application-setup/install-production-dependencies": lambda world: world.server.break_dependencies(),
    f"{W}application-setup/run-database-migrations-if-applicable": _new_migration,
    f"{W}web-server-configuration/install-nginx-apache": _broken_nginx,
    f"{W}payment-gateway/set-up-webhook-handling-if-applicable": _env("YOUR_WEBHOOK_SECRET=changeme\n"),
    f"{W}payment-gateway/configure-email-notifications": _no_mail,
    f"{D}post-deployment-verification/test-login-logout": _at_path("/login", 500, ""),
    f"{D}post-deployment-verification/test-product-browsing": _at_path("/products", 200, "Nothing to buy"),
    f"{D}post-deployment-verification/test-admin-panel": _at_path("/admin", 200, "Welcome, whoever you are"),
    "ongoing-maintenance/weekly/monitor-database-size": _full,
    "ongoing-maintenance/monthly/security-update-reviews": _outdated,
    "ongoing-maintenance/monthly/dependency-updates": lambda world: world.server.break_dependencies(),
    "ongoing-maintenance/weekly/check-server-disk-space": _full,
    f"{D}deployment/check-application-logs-for-errors": _logged("app.log", "ERROR shop: no", 1),
    f"{D}deployment/monitor-error-rates": _logged("app.log", "ERROR shop: no", 1),
    "post-deployment/monitoring/monitor-error-rates": _logged("app.log", "ERROR shop: no", 1),
    "post-deployment/monitoring/monitor-payment-success-rate": _logged("app.log", "ERROR shop: payment 19 failed", 1),
    "post-deployment/security-monitoring/check-for-suspicious-login-attempts": _logged(
        "app.log", "WARNING shop.auth: login failed for ana", 21
    ),
    "post-deployment/security-monitoring/review-admin-action-logs": _logged(
        "app.log", "INFO shop: admin action: price changed", 51
    ),
    "post-deployment/security-monitoring/monitor-for-sql-injection-attempts": _logged(
        "access.log", 'INFO web: "GET /items?id=1%27%20OR%20%271%27=%271 HTTP/1.1" 200', 11
    ),
    "post-deployment/security-monitoring/check-for-xss-attempts": _logged(
        "access.log", 'INFO web: "GET /search?q=%3Cscript%3Ealert(1) HTTP/1.1" 200', 11
    ),
    "post-deployment/security-monitoring/review-cors-access-logs": _logged(
        "app.log", "WARNING shop: CORS request from https://evil.example blocked", 11
    ),
    "ongoing-maintenance/weekly/verify-backups-completed": _aged("backups/*", 25),
}  # fmt: skip


# What takes a while to make, or needs a part that a machine may lack, is made where it is looked at.
_MADE: dict[str, Callable[[Server], None]] = {
    "configure-production-server": Server.start_process,
    "install-os-updates": lambda server: server.install("1.1"),
    "security-update-reviews": lambda server: server.install("1.1"),
    "run-database-migrations-if-applicable": Server.migrate,
    "install-nginx-apache": Server.write_nginx,
}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("site") / "c", "20991231235959Z")


@pytest.fixture
def world(tmp_path: Path, certificate: Certificate) -> Iterator[World]:
    made = World(tmp_path, certificate)
    yield made
    made.close()


class Logs:
    """What this world's logs say, and one word for all of its probes and targets, in place of a day of samples."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._root = world.code
        self._configuration = Configuration(
            service="shop",
            environment=Environment("production"),
            logs={"app": LogSource("app.log"), "access": LogSource("access.log")},
        )

    def __enter__(self) -> Logs:
        return self

    def __exit__(self, *_: object) -> None: ...

    def observe_probe(self, name: str, *, degraded: bool) -> Observed:
        return Observed(self._world.word, f"{name} is {self._world.word}")

    def observe_target(self, name: str) -> Observed:
        return Observed(self._world.word, f"{name} is {self._world.word}")

    def observe_log(self, check: LogCheck, *, seconds: float) -> Observed:
        return observe_log(self._root, self._configuration, check, now=time.time(), seconds=seconds)


@pytest.fixture
async def checker(world: World) -> AsyncIterator[Checker]:
    async with Checker(root=world.code, code=lambda: world.code, measures=lambda: Logs(world)) as made:
        yield made


# A rehearsal needs a release to roll back: tests/execution/test_rehearsal.py turns this one green and red.
_BY_A_REHEARSAL = {f"{D}pre-deployment-checks/have-rollback-plan-ready"}


def test_every_binding_is_tested_here_or_by_a_rehearsal() -> None:
    assert set(SPOILED) | _BY_A_REHEARSAL == {each.id for each in bindings() if each.check is not None}
    (rehearsed,) = (each for each in bindings() if each.id in _BY_A_REHEARSAL)
    assert rehearsed.check is not None
    assert rehearsed.check.kind == "rehearsal"


@pytest.mark.parametrize("item", SPOILED)
async def test_it_turns_green_and_red(item: str, world: World, checker: Checker) -> None:
    made = _MADE.get(item.rsplit("/", 1)[-1])
    if made is not None:
        made(world.server)
    situation = Situation(tag="v2", commit=git(world.code, "rev-parse", "v2"))
    green = await checker.observe(world.checks()[item], situation)
    assert green.state == "ok", f"{green.actual} {green.detail}"
    SPOILED[item](world)
    check = world.checks()[item]
    if SPOILED[item] is _full:
        assert check.command is not None
        run = check.command.run.replace(">= 90", ">= 0").replace(">= 10000", ">= 0")
        check = replace(check, command=replace(check.command, run=run))
    red = await checker.observe(check, situation)
    assert red.state == "failed", f"{red.actual} {red.detail}"


def test_what_ships_in_force_needs_nothing_of_the_site_and_closes_nothing() -> None:
    ready = [each for each in bindings() if each.ready]
    assert [each.id for each in ready] == [f"{A}code-quality/check-for-hardcoded-credentials"]
    assert not any(each.check.closes for each in ready if each.check is not None)


def test_all_116_have_a_kind() -> None:
    from tests.content.bindings import table

    lines = table().splitlines()[2:]
    assert len(lines) == 116
    assert all(line.count(" | ") >= 3 for line in lines)
