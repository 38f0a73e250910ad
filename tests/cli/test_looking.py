"""Commands that look at a release, on the served demo."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from cockpit.redact import MASK
from tests.cli.conftest import Console
from tests.execution.flight import Flight


def test_status_has_every_field(shop: Console) -> None:
    status = shop.json("status")
    assert {"run", "phases", "items", "maintenance", "probes", "gate", "readiness", "debt", "sync", "digest"} <= set(
        status
    )
    assert set(status["run"]) == {
        "id", "service", "environment", "name", "tag", "commit", "state", "opened_at", "launch_at",
    }  # fmt: skip
    assert {"id", "title", "done", "total", "state", "due"} == set(status["phases"][0])
    assert {"id", "text", "state", "by", "at", "detail", "evidence"} <= set(status["items"][0])
    assert {"phase", "go", "reasons"} == set(status["gate"])
    assert {"item", "why"} <= set(status["gate"]["reasons"][0])
    assert {"remote", "ahead", "behind", "at"} <= set(status["sync"])
    assert len(status["items"]) == len({item["id"] for item in status["items"]}) == 116
    assert shop.say("status")[0] == 0


def test_options_stand_before_and_after_the_command(shop: Console) -> None:
    after = shop.process("status", "--json", "--repo", str(shop.repo))
    before = shop.process("--json", "--repo", str(shop.repo), "status")
    assert json.loads(after.stdout)["digest"] == json.loads(before.stdout)["digest"]


def test_probes_by_name_and_by_url(shop: Console) -> None:
    (api,) = shop.json("probe", "api")
    asked = {"name", "state", "latency_ms", "detail", "at", "conditions", "timings", "observer"}
    assert set(api) == asked | {"last_day", "outages"}
    assert api["state"] in {"ok", "degraded"}
    assert api["at"].endswith("Z")
    assert shop.json("probe", "http://127.0.0.1:1/", code=1)[0]["state"] == "down"
    assert shop.json("probe", "http://", code=3)[0]["state"] == "unknown"
    assert "api" in shop.refused("probe", "apy", code=2)["fix"]


@pytest.mark.parametrize("beside", [[], ["up"]])
def test_what_opens_an_address_is_not_told(
    flight: Flight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: list[str]
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "of-the-environment-1")
    flight.begin([])
    (flight.var / "up").touch()
    console = Console(flight.repo) if beside else Console(tmp_path)
    url = "http://user:s3cretpw@127.0.0.1:1/of-the-environment-1?token={}&sig=sg-zz&page=2"
    urls = [url.format("abcd1234secret"), url.format("missing"), "ftp://key-of-us@127.0.0.1/"]
    for arguments in (["--json"], []):
        _, out, err = console.say("probe", *beside, *urls, *arguments)
        told = out + err
        assert not [word for word in ("s3cretpw", "secret", "missing", "sg-zz", "of-us", "environment") if word in told]
    found = console.json("probe", *beside, *urls, code=1)
    shown = f"http://{MASK}@127.0.0.1:1/{MASK}?token={MASK}&sig={MASK}&page=2"
    assert [one["name"] for one in found] == [*beside, shown, shown, f"ftp://{MASK}@127.0.0.1/"]
    assert [one["state"] for one in found[-3:-1]] == ["down"] * 2


def test_a_bare_url_needs_no_repository(tmp_path: Path, shop: Console) -> None:
    text = (shop.repo.parent / "etc" / "shop.env").read_text()
    port = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)["SHOP_PORT"]
    outside = Console(tmp_path)
    assert outside.json("probe", f"http://127.0.0.1:{port}/health")[0]["state"] == "ok"
    assert outside.json("probe", f"http://127.0.0.1:{port}/nothing-here", code=1)[0]["state"] == "down"


def test_what_has_effects_runs_only_by_name_in_production(flight: Flight) -> None:
    pay = {"command": flight.sh('touch "$V/paid"'), "effects": "money"}
    flight.begin([], probes={"pay": pay}, environment={"name": "production", "production": True})
    console = Console(flight.repo)
    assert console.json("probe", code=3)[0]["state"] == "paused"
    assert not (flight.var / "paid").exists()
    assert console.json("probe", "pay")[0]["state"] == "ok"
    assert (flight.var / "paid").exists()


def test_commands_are_not_probed_untrusted(flight: Flight) -> None:
    flight.begin(trust=False)
    (up,) = Console(flight.repo).json("probe", code=3)
    assert (up["state"], up["detail"]) == ("unknown", "not trusted on this host")


def test_logs_by_name_and_by_path(shop: Console) -> None:
    path = shop.repo.parent / "var" / "logs" / "app.log"
    last = shop.json("logs", str(path), "-n", "3")
    assert len(last) == 3
    assert {"text", "level"} <= set(last[0])
    assert len(shop.json("logs", "app", "-n", "3")) == 3
    stats = shop.json("logs", "app", "--stats")
    promised = {"lines", "bytes", "levels", "first_at", "last_at", "formats", "patterns", "fingerprints"}
    assert set(stats) == promised | {"errors", "own_traffic"}
    assert set(stats["levels"]) == {"fatal", "error", "warning", "notice", "info", "debug", "trace", "none"}
    assert sum(stats["levels"].values()) == stats["lines"] > 0
    assert all(
        line["level"] == "warning" for line in shop.json("logs", "app", "--level", "warning", "--grep", "!ERROR")
    )
    assert "app, access" in shop.refused("logs", code=2)["fix"]


def test_what_a_log_comes_to(shop: Console, tmp_path: Path) -> None:
    request = '10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "{} HTTP/1.1" {} 12 "-" "curl" rt={}\n'
    path = tmp_path / "access.log"
    path.write_text(
        request.format("GET /items/7?id=1%27%20OR%20%271%27=%271", 200, 0.1)
        + request.format("GET /items/8", 503, 0.3)
        + request.format("POST /login", 401, 0.2)
    )
    found = shop.json("logs", str(path), "--stats", "--patterns", "--fingerprints", "--requests")
    assert (found["patterns"]["sql-injection"], found["patterns"]["failed-login"], found["own_traffic"]) == (1, 1, 0)
    assert {"template", "level", "count", "first_at", "last_at", "new"} <= set(found["fingerprints"][0])
    assert found["fingerprints"][0]["level"] == "error"
    assert found["fingerprints_left_out"] == 0
    assert found["requests"]["classes"] == {"2xx": 1, "4xx": 1, "5xx": 1}
    slowest = found["requests"]["endpoints"][0]
    assert (slowest["endpoint"], slowest["count"], slowest["errors"], slowest["p95_ms"]) == (
        *("GET /items/:id", 2, 1, 300.0),
    )
    code, printed, _ = shop.say("logs", str(path), "--stats", "--patterns", "--fingerprints", "--requests")
    assert code == 0
    assert "sql-injection" in printed
    assert "GET /items/:id" in printed
    assert "--stats" in shop.refused("logs", str(path), "--patterns", code=2)["fix"]


def test_a_pattern_that_would_never_end_is_refused_in_time(shop: Console, tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_text("a" * 5000 + "b\n")
    error = shop.refused("logs", str(path), "--grep", "(a+)+$", code=2)
    assert "(a+)+$" in error["what"]
    assert "repetitions" in error["fix"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["logs", "app", "--grep", "("],
        ["logs", "app", "--level", "loud"],
        ["logs", "app", "--since", "yesterday"],
        ["logs", "app", "-n", "-1"],
        ["logs", "app", "-n", "many"],
        ["logs", "nowhere"],
        ["logs", "app", "-f", "--stats"],
        ["tags", "--limit", "-1"],
        ["tags", "mark", "v2.4.1"],
        ["tags", "mark", "v9", "bad", "--reason", "gone"],
        ["timeline", "--since", "2026-01-01T10:00:00"],
        ["timeline", "--since", "soon"],
        ["release", "move", "--launch", "2026-01-01T10:00:00"],
        ["rollback", "v9"],
        ["rollback", "v2.4.0", "--confirm", "v2.4.0"],
        ["rollback", "v2.4.0", "--execute", "--plan", "--confirm", "v2.4.0"],
        ["execution", "status"],
        ["release", "supersede"],
        ["status", "--run", "nothing"],
        ["status", "--env", "elsewhere", "--run", "v2.4.1"],
        ["item"],
        ["item", "tick"],
        ["status", "--jso"],
        ["bogus"],
        ["status", "--bogus"],
        ["--repo", "/nowhere/at/all", "status"],
    ],
    ids=" ".join,
)
def test_what_is_typed_wrongly_exits_with_2(shop: Console, arguments: list[str]) -> None:
    shop.refused(*arguments, code=2)


def test_following_a_log_goes_on_until_it_is_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\n")
    console = Console(tmp_path)
    with subprocess.Popen(
        console.command("logs", str(path), "-f", "--grep", "!noise"), stdout=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None
        try:
            assert following.stdout.readline() == "one\n"
            with path.open("a") as file:
                file.write("noise\ntwo \x1b[31mred\x1b[0m \x1b[2J\n")
            assert following.stdout.readline() == "two red ␛[2J\n"
            with path.open("a") as file:
                file.write("three\n")
            assert following.stdout.readline() == "three\n"
            following.send_signal(signal.SIGINT)
            assert following.wait(10) == 130
        finally:
            following.kill()


def test_tags_newest_first(shop: Console) -> None:
    tags = shop.json("tags", "--limit", "0")
    assert set(tags[0]) == {
        "name", "commit", "kind", "signed", "tagged_at", "subject", "ahead", "behind", "mark", "dump", "signature",
        "running", "head", "seen_at",
    }  # fmt: skip
    assert tags[0]["name"] == "v2.4.1"
    assert shop.json("tags", "--limit", "1") == tags[:1]
    assert [tag["name"] for tag in shop.json("tags", "--match", "2.3.0")] == ["v2.3.0"]
    dumps = {tag["name"]: tag["dump"] for tag in tags}
    assert dumps["v2.4.0"].endswith("shop-v2.4.0.sql")
    assert dumps["v2.4.1"] is None


def test_a_plan_is_shown_whole(shop: Console) -> None:
    plan = shop.json("rollback", "v2.4.0", "--plan")
    assert [step["id"] for step in plan["steps"]] == ["stop", "backup", "checkout", "restore", "start", "verify"]
    assert len(plan["digest"]) == 64
    status, text, _ = shop.say("rollback", "v2.4.0")
    assert status == 0
    assert all(step["title"] in text for step in plan["steps"])
    _, script, _ = shop.say("rollback", "v2.4.0", "--format", "sh")
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=True).returncode == 0
    running = plan["from_tag"]
    for way in ("rollback", "deploy"):
        assert f"! --execute would be refused: {running} is what is checked out already" in shop.say(way, running)[1]


def test_validate_and_trust_show(shop: Console) -> None:
    assert shop.json("validate")["problems"] == []
    shown = shop.json("trust", "--show", "--readonly")
    assert shown["trusted"] is True
    assert any(command["where"] == "rollback.steps.restore.restore" for command in shown["commands"])


def test_a_demo_that_is_served_is_not_served_twice(shop: Console) -> None:
    root = str(shop.repo.parent)
    assert shop.process("demo", "--serve", root, "--json").returncode == 4


def test_without_a_terminal_the_screen_says_what_to_do(shop: Console) -> None:
    for arguments in ([], ["demo"]):
        done = shop.process(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "cockpit status --json" in done.stderr


def test_a_broken_pipe_is_quiet(shop: Console) -> None:
    with subprocess.Popen(
        shop.command("--repo", str(shop.repo), "status", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as status:
        assert status.stdout is not None
        assert status.stderr is not None
        status.stdout.close()
        assert status.stderr.read() == b""


def test_a_full_disk_is_told_of_without_a_traceback(shop: Console) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            shop.command("--repo", str(shop.repo), "status"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr.startswith("cockpit: ")
    assert "Traceback" not in done.stderr


def test_no_terminal_encoding_stops_a_command(shop: Console) -> None:
    done = shop.process("timeline", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
