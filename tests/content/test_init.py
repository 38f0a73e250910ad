"""What `cockpit init` proposes for the way back, by what it finds in a repository; each text is a valid file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from cockpit.content.configuration import parse_configuration_text
from cockpit.content.init import Answers, configuration_text, detect
from cockpit.release.configuration import Configuration, Postgresql, Sqlite

SECRET = "s3cret-and-never-told"
DJANGO = 'DATABASES = {"default": {"ENGINE": "django.db.backends.%s", "NAME": BASE_DIR / "db.sqlite3"}}\n'

PLACES: dict[str, tuple[Mapping[str, str], Postgresql | Sqlite]] = {
    ".env": (
        {".env": f"SECRET=x\nDATABASE_URL=postgresql://shop:{SECRET}@db/shop\n"},
        Postgresql(env_file=".env"),
    ),
    ".env with another name beside a test's": (
        {".env": "TEST_URL=postgres://localhost/test\nexport SQLALCHEMY_DATABASE_URI='postgresql+psycopg2://h/shop'\n"},
        Postgresql(database_env="SQLALCHEMY_DATABASE_URI", env_file=".env"),
    ),
    ".env.example alone": (
        {".env.example": "DATABASE_URL=postgres://user:password@localhost/name\n"},
        Postgresql(),
    ),
    "Laravel's .env": (
        {".env": "DB_CONNECTION=pgsql\nDB_DATABASE=shop\n"},
        Postgresql(database_env="DB_DATABASE", env_file=".env"),
    ),
    "SQLite in .env": ({".env": "DATABASE_URL=sqlite:///var/shop.db\n"}, Sqlite("var/shop.db")),
    "SQLite with an absolute file": ({".env": "DATABASE_URL=sqlite:////srv/shop.db\n"}, Sqlite("/srv/shop.db")),
    "compose's service": (
        {"compose.yaml": f"services:\n  web:\n    environment:\n      STORE_URL: postgres://u:{SECRET}@db/shop\n"},
        Postgresql(database_env="STORE_URL"),
    ),
    "compose's image": (
        {"docker-compose.yml": "services:\n  db:\n    image: postgres:16\n    environment: {POSTGRES_DB: x}\n"},
        Postgresql(),
    ),
    "Django": ({"shop/settings.py": DJANGO % "postgresql", "manage.py": ""}, Postgresql()),
    "Django on SQLite": ({"shop/settings.py": DJANGO % "sqlite3"}, Sqlite("db.sqlite3")),
    "Flask": (
        {"app/config.py": 'DB = os.environ.get("SHOP_DATABASE_URL", "postgresql://localhost/shop")\n'},
        Postgresql(database_env="SHOP_DATABASE_URL"),
    ),
    "Rails": ({"config/database.yml": "production:\n  adapter: postgresql\n"}, Postgresql()),
    "Prisma": ({"prisma/schema.prisma": 'datasource db { provider = "postgresql" }\n'}, Postgresql()),
}  # fmt: skip


def text_for(root: Path, files: Mapping[str, str]) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return configuration_text(detect(root))


def proposed(text: str) -> Configuration:
    return parse_configuration_text(text, "cockpit.yaml")


@pytest.mark.parametrize(("files", "database"), PLACES.values(), ids=PLACES)
def test_a_database_that_is_found_is_dumped_before_and_put_back_into_a_new_one(
    tmp_path: Path, files: Mapping[str, str], database: Postgresql | Sqlite
) -> None:
    text = text_for(tmp_path, files)
    plan = proposed(text).rollback
    assert [step.id for step in plan.steps] == ["stop", "backup", "checkout", "restore", "start", "verify"]
    backup, restore = (step.backup or step.restore for step in plan.steps if step.backup or step.restore)
    for on in (backup, restore):
        assert on is not None
        assert (on.postgresql or on.sqlite) == database
    assert "{tag}" in plan.backups.glob
    assert SECRET not in text
    assert "# Not known: where the dumps lie" in text
    assert "# Not known: what must be true" in text


def test_what_is_assumed_says_so_beside_it(tmp_path: Path) -> None:
    text = text_for(tmp_path, {"docker-compose.yml": "services:\n  db:\n    image: postgres:16\n"})
    assert "# PostgreSQL, by docker-compose.yml." in text
    assert "# Not known: the variable that names the database." in text
    assert "# Not known: where the migrations lie" in text


def test_without_a_database_there_is_nothing_of_one(tmp_path: Path) -> None:
    text = text_for(tmp_path, {"README.md": "postgres://nobody/means/this", "app/util.py": "x = 1\n"})
    assert [step.id for step in proposed(text).rollback.steps] == ["stop", "checkout", "start", "verify"]
    assert not re.search("dump|restore|Not known", text)


@pytest.mark.parametrize(
    ("files", "globs"),
    [
        (("alembic/versions/a.py",), ("alembic/versions/*.py",)),
        (("db/migrate/001_a.rb",), ("db/migrate/*",)),
        (("prisma/migrations/1/migration.sql",), ("prisma/migrations/**/*.sql",)),
        (("manage.py", "cart/migrations/0001.py", "pay/migrations/0001.py"),
         ("cart/migrations/*.py", "pay/migrations/*.py")),
        (("migrations/1.sql",), ("migrations/*",)),
        ((), ("migrations/*",)),
    ],
)  # fmt: skip
def test_the_usual_places_of_migrations_are_known(
    tmp_path: Path, files: tuple[str, ...], globs: tuple[str, ...]
) -> None:
    assert proposed(text_for(tmp_path, dict.fromkeys(files, ""))).rollback.migrations == globs


def test_hostile_files_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "settings.py").symlink_to("/etc/passwd")
    hostile = tmp_path / 'a"\n  evil: true' / "settings.py"
    text = text_for(
        tmp_path,
        {
            ".env": 'DATABASE_URL=sqlite:///../../etc/shadow\nX="postgres://',
            "compose.yaml": "\x00\xff: [",
            str(hostile.relative_to(tmp_path)): DJANGO % "postgresql",
        },
    )
    plan = proposed(text).rollback
    (restore,) = (step.restore for step in plan.steps if step.restore)
    assert restore.sqlite == Sqlite("db.sqlite3")
    assert "# Not known: the database's file" in text
    assert "evil" not in text


def test_the_channels_that_are_proposed_are_right_once_they_are_wanted() -> None:
    text = configuration_text(Answers("shop"))
    wanted = re.sub(r"(?m)^# (channels:|  ops:|notify:)", r"\1", text)
    assert wanted != text
    found = parse_configuration_text(wanted, "cockpit.yaml")
    assert found.channels["ops"].kind == "slack"
    assert found.notify["update-overdue"] == ("ops",)
