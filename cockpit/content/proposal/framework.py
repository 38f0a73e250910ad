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
_PORT = re.compile(
    r"(?:\bport\s*[=:]\s*|\.listen\(\s*|--port[ =]|ListenAndServe\(\s*[\"'][\w.]*:)(\d{4,5})\b", re.IGNORECASE
)
_SET_PORT = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:\w+_)?PORT[ \t]*=[ \t]*[\"']?(\d{2,5})[\"']?[ \t]*\r?$", re.MULTILINE
)
_ENV_FILES = (".env", ".env.production", ".env.example", ".env.sample")
_MOST_SOURCES = 400
_LINE = 200  # characters before a path that may say that it is one


class Framework(Struct, frozen=True):
    """What the code tells: the framework, its usual port, ports that it names, and paths that answer for its health."""

    name: Seen | None = None
    usual: int = 0
    ports: tuple[Seen, ...] = ()
    paths: tuple[Seen, ...] = ()


def find_framework(root: Path, files: Sequence[Path]) -> Framework:
    """Return what the manifests, env files and sources near the top tell."""
    name, usual = _named(root, files)
    ports, paths = [], []
    for env_file in _ENV_FILES:
        text = text_of(root / env_file)
        match = _SET_PORT.search(text)
        if match is not None:
            ports.append(Seen(match[1], place_of(root / env_file, root, text, match.start(1))))
    sources = [path for path in files if _SOURCE.fullmatch(path.name) and not _TEST.search(place_of(path, root))]
    for path in sources[:_MOST_SOURCES]:
        text = text_of(path)
        for match in _HEALTH.finditer(text):
            line = text[max(text.rfind("\n", 0, match.start()) + 1, match.start() - _LINE) : match.end() + 1]
            if _ROUTE.search(line):
                paths.append(Seen("/" + match[1].removeprefix("/"), place_of(path, root, text, match.start())))
        ports += [Seen(one[1], place_of(path, root, text, one.start(1))) for one in _PORT.finditer(text)][:1]
    paths.sort(key=lambda seen: not seen.value.startswith(("/health", "/api/health")))
    return Framework(
        name, usual, tuple(ports[:3]), tuple({seen.value: seen for seen in reversed(paths)}.values())[::-1][:2]
    )


def _named(root: Path, files: Sequence[Path]) -> tuple[Seen | None, int]:
    if (root / "manage.py").is_file() and "django" in text_of(root / "manage.py").lower():
        return Seen("Django", "manage.py"), 8000
    for path in files:
        for name, file, words, port in _FRAMEWORKS:
            if re.fullmatch(file, path.name) and re.search(words, text_of(path), re.MULTILINE) and place_of(path, root):
                return Seen(name, place_of(path, root)), port
    return None, 0
