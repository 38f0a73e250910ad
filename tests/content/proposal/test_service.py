"""What a repository tells of its service: where it answers, what deploys it, where its log goes; each with a place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import process_time

import pytest

from cockpit.content.configuration import parse_configuration_text
from cockpit.content.init import configuration_text, detect
from cockpit.content.proposal.markdown import find_markdown
from cockpit.release.configuration import Configuration, Postgresql

UNIT = """\
[Service]
EnvironmentFile=-/etc/shop.env
ExecStart=/srv/venv/bin/gunicorn --workers 4 \\
    --bind 127.0.0.1:8123 shop.app:app
StandardOutput=append:/var/log/shop/app.log
"""
NGINX = """\
upstream shop { server 127.0.0.1:8124; }
server {
    listen 443 ssl;
    server_name shop.example.com;
    access_log /var/log/nginx/shop.log combined;
    location / { proxy_pass http://shop; }
}
"""
COMPOSE = """\
x-common: &common {restart: always}
services:
  db: {image: "postgres:16", ports: ["5432:5432"]}
  web:
    <<: *common
    image: registry.example/shop:${SHOP_TAG:-latest}
    ports: ["127.0.0.1:8090:8000"]
    healthcheck: {test: [CMD, curl, -f, "http://localhost:8000/livez"]}
"""
BUILT = """\
services:
  app: {build: ., ports: [{target: 8000, published: 8091}]}
  proxy: {image: "nginx:1.27", ports: ["8080:80", "443:443"]}
"""
FLASK = 'from flask import Flask\n\n@app.route("/healthz")\ndef health() -> str:\n    return "ok"\n'


def made(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def proposed(root: Path) -> Configuration:
    return parse_configuration_text(configuration_text(detect(root), root), "cockpit.yaml")


@pytest.mark.parametrize(
    ("files", "first", "where"),
    [
        ({"deploy/shop.service": UNIT, "shop/app.py": FLASK}, "http://127.0.0.1:8123/healthz",
         "deploy/shop.service:4; shop/app.py:3"),
        ({"ops/shop.conf": NGINX}, "http://127.0.0.1:8124/health", "ops/shop.conf:1"),
        ({"compose.yaml": COMPOSE}, "http://127.0.0.1:8090/livez", "compose.yaml ports; compose.yaml healthcheck"),
        ({"docker-compose.yml": BUILT}, "http://127.0.0.1:8091/health", "docker-compose.yml ports"),
        ({"manage.py": "import django", "shop/urls.py": 'urlpatterns = [path("health/", views.health)]\n'},
         "http://127.0.0.1:8000/health/", "Django's usual port; shop/urls.py:1"),
        ({"package.json": '{"dependencies": {"express": "4"}}', "server.js": 'app.get("/ping", f)\napp.listen(4100)\n'},
         "http://127.0.0.1:4100/ping", "server.js:2; server.js:1"),
        ({"server.js": "const port = process.env.PORT || 4200;\napp.listen(port);\n"},
         "http://127.0.0.1:4200/health", "server.js:1"),
        ({"app.py": 'db(port=5432)\napp.run(port=int(os.environ.get("PORT", 8123)))\n'},
         "http://127.0.0.1:8123/health", "app.py:2"),
        ({"app.py": 'HTTPServer(("", 8126), Pages).serve_forever()\n'}, "http://127.0.0.1:8126/health", "app.py:1"),
        ({"src/main/resources/application.properties": "server.port=8099\n"},
         "http://127.0.0.1:8099/health", "src/main/resources/application.properties:1"),
        ({"Procfile": "web: uvicorn shop:app --port 8124\n"}, "http://127.0.0.1:8124/health", "Procfile:1"),
        ({"run.sh": "exec gunicorn -b 0.0.0.0:8125 shop:app\n"}, "http://127.0.0.1:8125/health", "run.sh:1"),
        ({"Dockerfile": "FROM python:3.11\nEXPOSE 8126\n"}, "http://127.0.0.1:8126/health", "Dockerfile:2"),
        ({".env.example": "APP_PORT=9000\n"}, "http://127.0.0.1:9000/health", ".env.example:1"),
    ],
)  # fmt: skip
def test_where_it_answers_is_read_from_what_says_so(
    tmp_path: Path, files: Mapping[str, str], first: str, where: str
) -> None:
    found = detect(made(tmp_path, files))
    assert found.health_url == first
    assert found.found.addresses()[0].where == where


def test_a_port_that_only_the_sources_speak_of_is_a_guess_and_one_that_is_set_is_none(tmp_path: Path) -> None:
    files = {"server.js": "app.listen(4100)\n", "package.json": '{"dependencies": {"express": "4"}}'}
    found = detect(made(tmp_path, files)).found
    assert found.is_guessed("http://127.0.0.1:4100/health")
    assert found.is_guessed("http://127.0.0.1:3000/health"), "by what Express does"

    made(tmp_path, {".env": "PORT=4100\n"})
    assert not detect(tmp_path).found.is_guessed("http://127.0.0.1:4100/health")


def test_log_files_that_lie_here_or_that_the_unit_names_are_proposed(tmp_path: Path) -> None:
    made(tmp_path, {"logs/web.log": "a\n", "var/log/Worker 2.log": "b\n", "var/log/jobs.log": "c\n",
                    "npm-debug.log": "d\n", "tests/data/sample.log": "e\n"})  # fmt: skip
    logs = proposed(tmp_path).logs
    assert {name: log.file for name, log in logs.items()} == {"app": "logs/web.log", "jobs": "var/log/jobs.log"}

    made(tmp_path, {"shop.service": UNIT + "StandardError=append:/var/log/shop/errors.log\n"})
    assert {name: log.file for name, log in proposed(tmp_path).logs.items()} == {
        "app": "/var/log/shop/app.log", "errors": "/var/log/shop/errors.log", "web": "logs/web.log",
        "jobs": "var/log/jobs.log",
    }  # fmt: skip


def steps(configuration: Configuration) -> dict[str, str]:
    return {step.id: step.run for step in configuration.rollback.steps if step.run}


def test_a_unit_is_stopped_and_started_and_its_own_files_are_taken(tmp_path: Path) -> None:
    files = {
        "deploy/shop.service": UNIT, "deploy/shop-worker.service": UNIT, "compose.yaml": COMPOSE,
        "ops/shop.conf": NGINX, ".env.example": "SECRET_KEY=change-me\n# SENTRY_DSN=\nDEBUG=false\nDATABASE_URL=postgresql://h/shop\n",
    }  # fmt: skip
    found = proposed(made(tmp_path, files))
    assert steps(found) == {"stop": "sudo systemctl stop shop.service", "start": "sudo systemctl start shop.service"}
    assert {name: log.file for name, log in found.logs.items()} == {
        "app": "/var/log/shop/app.log",
        "access": "/var/log/nginx/shop.log",
    }
    assert (found.env.file, found.env.example, found.env.defaults) == ("/etc/shop.env", ".env.example", False)
    assert {name: (rule.type, rule.required) for name, rule in found.env.variables.items()} == {
        "SECRET_KEY": ("secret", True),
        "SENTRY_DSN": ("string", False),
        "DEBUG": ("bool", True),
        "DATABASE_URL": ("url", True),
    }
    assert [step.backup.postgresql for step in found.rollback.steps if step.backup] == [
        Postgresql("DATABASE_URL", "/etc/shop.env")
    ]
    assert "change-me" not in configuration_text(detect(tmp_path), tmp_path)


def test_compose_takes_the_targets_image_where_its_tag_is_a_variable_and_builds_it_where_not(tmp_path: Path) -> None:
    tagged = steps(proposed(made(tmp_path / "tagged", {"compose.yaml": COMPOSE})))
    assert tagged["start"] == 'SHOP_TAG="$COCKPIT_TARGET_TAG" docker compose up -d web'
    built = proposed(made(tmp_path / "built", {"docker-compose.yml": BUILT}))
    assert steps(built) == {"stop": "docker compose stop app", "start": "docker compose up -d --build app"}
    assert built.logs["app"].command == "docker compose logs -f --no-color --no-log-prefix -n 500 app"


def test_hostile_names_and_values_reach_no_command(tmp_path: Path) -> None:
    files = {
        "a b;reboot.service": UNIT,
        "compose.yaml": 'services:\n  "web; reboot": {build: .}\n  "ok": {image: "x:${A;reboot}", build: .}\n',
        "evil\u202e.conf": NGINX,
        "x/nginx.conf": "server {\n access_log /var/log/$(reboot).log;\n proxy_pass http://127.0.0.1:99999/;\n}\n",
        ".env.example": 'X"]}: {y}=1\nLOG_FILE=/var/log/`reboot`.log\n',
    }
    text = configuration_text(detect(made(tmp_path, files)), tmp_path)
    assert "reboot" not in text
    assert steps(parse_configuration_text(text, "cockpit.yaml"))["start"] == "docker compose up -d --build ok"


def test_a_bomb_of_aliases_is_only_a_file_that_tells_nothing(tmp_path: Path) -> None:
    bomb = "a: &a [x,x]\n" + "".join(f"{n}: &{n} [*{chr(ord(n) - 1)},*{chr(ord(n) - 1)}]\n" for n in "bcdefghijklmnop")
    assert detect(made(tmp_path, {"compose.yaml": bomb + "services: *p\n"})).found.compose is None


def test_a_bomb_of_aliases_within_a_service_is_never_written_out(tmp_path: Path) -> None:
    """Written out, it would be as long as a library."""
    bomb = "a: &a [x]\n" + "".join(f"{n}: &{n} [{','.join([f'*{chr(ord(n) - 1)}'] * 9)}]\n" for n in "bcdefghijklm")
    service = "services: {app: {build: ., image: *m, healthcheck: {test: *m}, ports: [*m, {published: *m}]}}\n"
    found = detect(made(tmp_path, {"compose.yaml": bomb + service})).found.compose
    assert found is not None
    assert (found.service, found.ports, found.variable, found.path) == ("app", (), "", "")


@pytest.mark.full
def test_files_made_to_be_slow_to_read_are_read_at_once(tmp_path: Path) -> None:
    blank, words, spaces = "\n" * 200_000, "listen 80 server_name a " * 8_000, "port" + " " * 200_000
    files = {
        ".env": blank, ".env.example": blank + "export" + " " * 100_000, "compose.yaml": blank, "Gemfile": blank,
        "requirements.txt": blank + "-" * 100_000, "nginx.conf": blank + "server {\n" + words, "shop.service": blank,
        "app.js": '"/health"' * 20_000 + spaces, "Makefile": blank, "LAUNCH.md": blank + "- [" * 50_000,
    }  # fmt: skip
    began = process_time()
    detect(made(tmp_path, files))
    find_markdown(tmp_path)
    assert process_time() - began < 20  # a quadratic one takes hours
