"""What `cockpit init` reads of a repository that may come from anybody: what it proposes holds as a configuration."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import NamedTuple

from cockpit.content.configuration import parse_configuration_text
from cockpit.content.init import configuration_text, detect
from cockpit.content.proposal.markdown import find_markdown
from cockpit.health.conditions import check_condition
from tests.content.proposal.test_service import BUILT, COMPOSE, FLASK, NGINX, UNIT
from tests.fuzz.mutate import HOSTILE, mutated
from tests.fuzz.seeds import markdown_seeds
from tests.fuzz.target import Target, command, require, require_safe

_ENV = "SECRET_KEY=Zq8s3cr3t\nDATABASE_URL=postgresql://shop:Zq8s3cr3t@db:5432/shop\nPORT=8000\nSENTRY_DSN=\n"
_SEEDS: dict[str, bytes] = {
    "deploy/shop.service": UNIT.encode(),
    "deploy/nginx.conf": NGINX.encode(),
    "docker-compose.yml": COMPOSE.encode(),
    "compose.yaml": BUILT.encode(),
    "app.py": FLASK.encode(),
    ".env": _ENV.encode(),
    ".env.example": b"SECRET_KEY=<secret>\nPORT=8000\n",
    "package.json": b'{"name": "shop", "scripts": {"start": "next start -p 3000"}, "dependencies": {"next": "14"}}',
    "requirements.txt": b"flask==3.0\ngunicorn\nsentry-sdk\npsycopg\n",
    "Procfile": b"web: gunicorn -b :8000 shop:app\n",
    "manage.py": b'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "config/puma.rb": b'port ENV.fetch("PORT") { 3000 }\n',
    "Dockerfile": b"FROM python:3.11\nENV PORT=8000\nEXPOSE 8000\nCMD gunicorn shop:app\n",
}


class Repository(NamedTuple):
    """Files by their path."""

    files: tuple[tuple[str, bytes], ...]


class Proposals(Target[Repository]):
    """Units, proxies, compositions, programs and env files, mutated."""

    name = "init"

    def make(self, dice: Random) -> Repository:
        files = dict(dice.sample(sorted(_SEEDS.items()), dice.randint(1, 6)))
        for name in dice.sample(sorted(files), dice.randint(1, len(files))):
            files[name] = mutated(dice, files[name], tuple(_SEEDS.values()))
        if dice.random() < 0.3:
            files["CHECKLIST.md"] = mutated(dice, dice.choice(markdown_seeds())[:4000])
        if dice.random() < 0.3:
            name = dice.choice(sorted(files))
            odd = dice.choice(HOSTILE).replace("\0", "").replace("/", "")[:60].encode("utf-8", "replace").decode()
            files[f"{odd}{Path(name).name}"] = files.pop(name)
        return Repository(tuple(files.items()))

    def check(self, made: Repository) -> None:
        repo = self.place / "shop"
        shutil.rmtree(repo, ignore_errors=True)
        repo.mkdir()
        for name, data in made.files:
            path = repo / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        find_markdown(repo)
        text = configuration_text(detect(repo), repo)
        require_safe(text, "the proposal", document=True)
        require("Zq8s3cr3t" not in text, "a secret is written into the proposal")
        parse_configuration_text(text, "cockpit.yaml", check_condition)
        if len(made.files) % 3 == 0:
            command("init", "--yes", "--repo", str(repo))
            status, out, err = command("validate", str(repo / "cockpit.yaml"))
            require(status in {0, 2}, f"exit status {status}: {out}{err}")
