"""What a compose file says of the service: its name there, its published port, its image's tag, its health check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from cockpit.content.proposal.near import text_of

COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "docker-compose.prod.yml")
_INFRASTRUCTURE = re.compile(
    r"(?:^|/)(?:postgres|postgis|pgvector|timescaledb|mysql|mariadb|redis|valkey|memcached|rabbitmq|mongo|nginx|caddy"
    r"|traefik|haproxy|mailhog|mailpit|minio|elasticsearch|opensearch|prom|grafana|adminer|pgadmin)", re.IGNORECASE
)  # fmt: skip
_PROXY = re.compile(r"(?:^|/)(?:nginx|caddy|traefik|haproxy)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_VARIABLE = re.compile(r":(?:\$\{([A-Z][A-Z0-9_]*)(?:[:?+-][^}]*)?\}|\$([A-Z][A-Z0-9_]*))$")
_DEFAULTED = re.compile(r"\$\{\w+:?-(\d{2,5})\}")
_PATH = re.compile(r"https?://(?:localhost|127\.0\.0\.1)(?::\d+)?(/[A-Za-z0-9_./-]*)")


class Compose(Struct, frozen=True):
    """The service in a compose file; `variable` is what its image's tag is read from, empty where it is built here."""

    file: str
    service: str
    ports: tuple[int, ...] = ()  # on the host: the service's own, then its proxy's
    variable: str = ""
    path: str = ""  # of the health check, empty where it asks for none


def find_compose(root: Path) -> Compose | None:
    """Return what the first compose file tells that has a service of one's own in it; None where none has."""
    for name in COMPOSE_FILES:
        services = _services(text_of(root / name))
        own = next((each for each in services if _is_own(services[each])), None)
        if own is None:
            continue
        proxies = [one for each, one in services.items() if each != own and _PROXY.search(_words(one.get("image")))]
        ports = [port for one in (services[own], *proxies) for port in _ports(one)]
        variable = _VARIABLE.search(_words(services[own].get("image")))
        path = _PATH.search(_words(_test_of(services[own])))
        return Compose(
            name, own, tuple(dict.fromkeys(ports)), (variable[1] or variable[2]) if variable is not None else "",
            path[1] if path is not None else "",
        )  # fmt: skip
    return None


def _services(text: str) -> dict[str, Mapping[str, Any]]:
    import yaml

    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict):
        return {}
    return {
        name: one
        for name, one in services.items()
        if isinstance(name, str) and _NAME.fullmatch(name) and isinstance(one, dict)
    }


def _is_own(service: Mapping[str, Any]) -> bool:
    return "build" in service or not _INFRASTRUCTURE.search(_words(service.get("image")).partition(":")[0])


def _test_of(service: Mapping[str, Any]) -> object:
    check = service.get("healthcheck")
    return check.get("test") if isinstance(check, dict) else None


def _words(value: object) -> str:
    """Return a plain value, or a list of them, as text: aliases can make anything deeper as large as they like."""
    if isinstance(value, list):
        return " ".join(str(each) for each in value if isinstance(each, str | int | float))
    return str(value) if isinstance(value, str | int | float) else ""


def _ports(service: Mapping[str, Any]) -> list[int]:
    listed = service.get("ports")
    found = []
    for each in listed if isinstance(listed, list) else []:
        text = _words(each.get("published") if isinstance(each, dict) else each)
        text = _DEFAULTED.sub(r"\1", text).partition("/")[0]
        parts = text.split(":")
        # One number alone is the container's: the host's is chosen by chance. 443 needs the name on the certificate.
        published = parts[-2] if len(parts) > 1 else (text if isinstance(each, dict) else "")
        if published.isdecimal() and len(published) < 6 and published != "443" and 0 < int(published) < 65536:
            found.append(int(published))
    return found
