"""Which framework a service is written in, on which port its code listens, and where it answers for its health."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from cockpit.content.proposal.near import Seen, place_of, text_of

_PYTHON = r"requirements[\w-]*\.txt|pyproject\.toml|Pipfile|setup\.(?:py|cfg)"
# What names it in which file, and the port on which its own server listens unless told otherwise.
_FRAMEWORKS = (
    ("Django", _PYTHON, r"(?i)^[^\w\n]{0,20}django\b|[\"']django\b", 8000),
    ("Flask", _PYTHON, r"(?i)^[^\w\n]{0,20}flask\b|[\"']flask\b", 5000),
    ("FastAPI", _PYTHON, r"(?i)^[^\w\n]{0,20}fastapi\b|[\"']fastapi\b", 8000),
    ("Rails", r"Gemfile", r"^[ \t]*gem [\"']rails[\"']", 3000),
    ("Laravel", r"composer\.json", r"\"laravel/framework\"", 8000),
    ("Symfony", r"composer\.json", r"\"symfony/framework-bundle\"", 8000),
    ("Next.js", r"package\.json", r"\"next\"\s*:", 3000),
    ("Express", r"package\.json", r"\"express\"\s*:", 3000),
    ("NestJS", r"package\.json", r"\"@nestjs/core\"\s*:", 3000),
    ("Spring Boot", r"pom\.xml|build\.gradle(?:\.kts)?", r"spring-boot", 8080),
    ("Phoenix", r"mix\.exs", r":phoenix\b", 4000),
)  # fmt: skip
_SOURCE = re.compile(r".+\.(?:py|js|ts|mjs|rb|php|go|java|kt|ex)")
_TEST = re.compile(r"(?:^|/)(?:tests?|spec)/|(?:^|/)test_|_test\.|\.(?:test|spec)\.")
_HEALTH = re.compile(
    r"[\"'`/](/?(?:api/)?(?:health(?:[-_]?check|z)?|_health|actuator/health|livez|readyz|ping|up|status)/?)[\"'`$]"
)
_ROUTE = re.compile(r"route|path\(|\bget\b|Get|@|url|handle|->any|== *[\"'`]", re.IGNORECASE)
# Files that are no sources, and say how one is started all the same.
_STARTED_BY = re.compile(r"application(?:-prod\w*)?\.(?:properties|ya?ml)|Procfile|Dockerfile|package\.json|.+\.sh")
_PORT = re.compile(
    r"(?:\bport\s*[=:]\s*|\.listen\(\s*|--port[ =]|(?:ListenAndServe\(|\bAddr:)\s*[\"'][\w.]*:"
    r"|port[\"']?[\])]?\s{0,9}(?:,|\|\||\?\?|\bor\b)\s{0,9}[\"']?"  # what is taken where the environment says none
    r"|Server\(\s{0,9}\(\s{0,9}[\"'][\w.]{0,99}[\"']\s{0,9},\s{0,9}"
    r"|(?:--bind|-b|\bbind)[ =]{1,3}[\"']?[\w.]{0,99}:|^EXPOSE[ ])(\d{4,5})\b",
    re.IGNORECASE | re.MULTILINE,
)
# The usual ports of databases, queues and mail servers, which code connects to.
_OF_OTHERS = frozenset({1025, 1433, 1521, 2525, 3306, 4317, 4318, 5432, 5672, 6379, 9092, 9200, 11211, 27017})
_SET_PORT = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:\w+_)?PORT[ \t]*=[ \t]*[\"']?(\d{2,5})[\"']?[ \t]*\r?$", re.MULTILINE
)
_ENV_FILES = (".env", ".env.production", ".env.example", ".env.sample")
_MOST_SOURCES = 400
_MOST_READ = 8 * 1024 * 1024  # characters of all of them together
_LINE = 200  # characters before a path that may say that it is one


class Framework(Struct, frozen=True):
    """What the code tells: the framework, its usual port, ports that it names, and paths that answer for its health.

    A port that an env file sets is in `ports`; one that the sources only speak of is `guessed`.
    """

    name: Seen | None = None
    usual: int = 0
    ports: tuple[Seen, ...] = ()
    guessed: tuple[Seen, ...] = ()
    paths: tuple[Seen, ...] = ()


def find_framework(root: Path, files: Sequence[Path]) -> Framework:
    """Return what the manifests, env files and sources near the top tell."""
    name, usual = _named(root, files)
    ports, guessed, paths = [], [], []
    for env_file in _ENV_FILES:
        text = text_of(root / env_file)
        match = _SET_PORT.search(text)
        if match is not None:
            ports.append(Seen(match[1], place_of(root / env_file, root, text, match.start(1))))
    told = [path for path in files if _SOURCE.fullmatch(path.name) or _STARTED_BY.fullmatch(path.name)]
    left = _MOST_READ
    for path in [path for path in told if not _TEST.search(place_of(path, root))][:_MOST_SOURCES]:
        if left <= 0:
            break
        text = text_of(path)
        left -= len(text)
        for match in _HEALTH.finditer(text) if _SOURCE.fullmatch(path.name) else ():
            line = text[max(text.rfind("\n", 0, match.start()) + 1, match.start() - _LINE) : match.end() + 1]
            if _ROUTE.search(line):
                paths.append(Seen("/" + match[1].removeprefix("/"), place_of(path, root, text, match.start())))
        own = (one for one in _PORT.finditer(text) if int(one[1]) < 65536 and int(one[1]) not in _OF_OTHERS)
        guessed += [Seen(one[1], place_of(path, root, text, one.start(1))) for one in own][:1]
    paths.sort(key=lambda seen: not seen.value.startswith(("/health", "/api/health")))
    return Framework(
        name,
        usual,
        tuple(ports[:3]),
        tuple(guessed[:3]),
        tuple({seen.value: seen for seen in reversed(paths)}.values())[::-1][:2],
    )


def _named(root: Path, files: Sequence[Path]) -> tuple[Seen | None, int]:
    if (root / "manage.py").is_file() and "django" in text_of(root / "manage.py").lower():
        return Seen("Django", "manage.py"), 8000
    for path in files:
        for name, file, words, port in _FRAMEWORKS:
            if re.fullmatch(file, path.name) and re.search(words, text_of(path), re.MULTILINE) and place_of(path, root):
                return Seen(name, place_of(path, root)), port
    return None, 0
