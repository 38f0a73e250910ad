"""Real servers of monitoring tools."""

from __future__ import annotations

import importlib.util
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.health.parts import accepts, running, unused_port
from tests.parts import fail_or_skip, require

RULES = {
    "groups": [
        {
            "name": "shop",
            "interval": "1s",
            "rules": [
                {"alert": "Always", "expr": "vector(1)"},
                {"alert": "Never", "expr": "vector(0) > 1"},
            ],
        }
    ]
}


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("prometheus")
    port, nobody = unused_port(), unused_port()
    (root / "rules.yml").write_text(json.dumps(RULES))  # JSON is YAML
    jobs = [
        {"job_name": "self", "scrape_interval": "1s", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]},
        {"job_name": "gone", "scrape_interval": "1s", "static_configs": [{"targets": [f"127.0.0.1:{nobody}"]}]},
    ]
    configuration = {
        "global": {"evaluation_interval": "1s"}, "rule_files": [str(root / "rules.yml")], "scrape_configs": jobs,
    }  # fmt: skip
    (root / "prometheus.yml").write_text(json.dumps(configuration))
    argv = [
        require("prometheus"), f"--config.file={root / 'prometheus.yml'}", f"--storage.tsdb.path={root / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
    ]  # fmt: skip

    def ready() -> bool:
        if not accepts(port):
            return False
        query = "http://127.0.0.1:{}/api/v1/query?query=(count(up)==2)+%2B+count(ALERTS)"
        try:
            with urllib.request.urlopen(query.format(port), timeout=10) as answer:
                return bool(json.load(answer)["data"]["result"])
        except urllib.error.HTTPError:  # not yet
            return False

    with running(argv, ready, root / "log"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def osmem(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """osmem-server, which speaks the part of Elasticsearch's API that OpenSearch has."""
    package = importlib.util.find_spec("osmem_server")
    program = Path(package.origin or "").parent / "bin" / "osmem-server" if package is not None else None
    if program is None or not program.is_file():
        fail_or_skip("osmem-server is not installed")
    port = unused_port()
    argv = [str(program), f"-addr=127.0.0.1:{port}", "-no-ja", "-no-stdin-watch"]
    with running(argv, lambda: accepts(port), tmp_path_factory.mktemp("osmem") / "log"):
        yield f"http://127.0.0.1:{port}"
