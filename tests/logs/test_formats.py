"""One line of each kind of software: its level field decides, and its time is read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cockpit.logs.classify import Classifier
from cockpit.logs.colours import without_colours
from cockpit.logs.line import Level

NOW = datetime(2026, 7, 1, 12, 30, tzinfo=UTC).timestamp()
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp()

FATAL, ERROR, WARNING, NOTICE = Level.FATAL, Level.ERROR, Level.WARNING, Level.NOTICE
INFO, DEBUG, TRACE, NONE = Level.INFO, Level.DEBUG, Level.TRACE, Level.NONE

# fmt: off
TIMED = [
    # Java
    ("2026-07-01 12:00:00,000 - WARN  [QuorumPeer[myid=1]:Learner@89] - no", WARNING, "log4j"),
    ("2026-07-01 12:00:00,000 INFO [main] org.apache.hadoop.mapred.Child: error", INFO, "log4j"),
    ("[2026-07-01 12:00:00,000] ERROR [KafkaServer id=0] no (kafka.server.KafkaServer)", ERROR, "log4j"),
    ("26/07/01 12:00:00 WARN executor.Executor: slow", WARNING, "plain"),
    ("260701 120000 148 WARN dfs.DataNode$PacketResponder: no", WARNING, "plain"),
    ("[4018] 01 Jul 12:00:00.000 # slow", WARNING, "redis"),
    ("2026-07-01 12:00:00.000000 96.80% [WARNING] sofia_reg.c:3223 no", WARNING, "plain"),
    ("2026-07-01T12:00:00.000000+00:00 10.0.0.1 system,error,critical login failure", FATAL, "syslog"),
    ("Jul  1 12:00:00.000 web1 cron[9]: (root) CMD x", NONE, "syslog"),
    ("[1782907200] SERVICE ALERT: varnish;CRITICAL;SOFT", NONE, "plain"),
    ("01-Jul-2026 12:00:00.000 SEVERE [main] org.apache.catalina.core.X no", ERROR, "plain"),
    ("INFO  [main] 2026-07-01 12:00:00,000 CassandraDaemon.java:12 - error", INFO, "plain"),
    ("WARN  2026-07-01 12:00:00,000 [pool-1] slow", WARNING, "plain"),
    # databases
    ("1:M 01 Jul 2026 12:00:00.000 # no config file", WARNING, "redis"),
    ("7:C 01 Jul 2026 12:00:00.000 * ready", NOTICE, "redis"),
    ("2026-07-01T12:00:00.000000Z 8 [ERROR] [MY-010] [Server] no", ERROR, "plain"),
    ("2026-07-01 12:00:00 8 [Warning] Access denied", WARNING, "plain"),
    ("260701 12:00:00 [Note] ready", NOTICE, "plain"),
    ("2026-07-01 12:00:00 UTC:10.0.0.1(5432):ana@shop:[7]:ERROR:  no", ERROR, "postgres"),
    ("2026-07-01 12:00:00.00 spid7s      Error: 18456, Severity: 14", ERROR, "mssql"),
    ("2026-07-01T12:00:00.000+0000 E STORAGE  [conn1] no", ERROR, "plain"),
    ('{"t":{"$date":"2026-07-01T12:00:00.000+00:00"},"s":"W","c":"NETWORK","id":1,"msg":"x"}', WARNING, "json"),
    ("2026-07-01 12:00:00.000000 W | etcdserver: slow", WARNING, "plain"),
    ("2026.07.01 12:00:00.000000 [ 7 ] {} <Error> Application: no", ERROR, "plain"),
    # brokers, proxies, servers
    ("2026-07-01 12:00:00.000 [error] <0.222.0> no", ERROR, "plain"),
    ("2026-07-01 12:00:00.000000+00:00 [notice] <0.44.0> x", NOTICE, "plain"),
    ("[notice] 2026-07-01T12:00:00.000000Z nonode@nohost <0.1.0> x", NOTICE, "plain"),
    ("[Wed Jul 01 12:00:00 2026] [error] [client 10.0.0.1] no", ERROR, "apache-error"),
    ('[2026-07-01T12:00:00.000Z] "POST /a HTTP/2" 503 UH 0 19 0 - "-" "curl"', ERROR, "access"),
    ('2026-07-01T12:00:00.000000Z lb 10.0.0.1:1 10.0.0.2:80 0.0 0.1 0.0 502 502 0 29 "GET x" "-"', ERROR, "elb"),
    ('h2 2026-07-01T12:00:00.000000Z app/lb/1 10.0.0.1:1 - -1 -1 -1 503 - 0 29 "GET x" "-"', ERROR, "elb"),
    ("2026-07-01\t12:00:00\tCDG\t7\t1.2.3.4\tGET\tx.net\t/a\t404\t-\tcurl", WARNING, "cloudfront"),
    ('own b [01/Jul/2026:12:00:00 +0000] 1.2.3.4 ana 7 REST.GET k "GET /b/k HTTP/1.1" 404 N 1', WARNING, "access"),
    ('10.0.0.1 - - [01/Jul/2026 12:00:00] "GET /a HTTP/1.1" 500 -', ERROR, "access"),
    ('[01/Jul/2026 12:00:00] "GET /admin/ HTTP/1.1" 404 12', WARNING, "access"),
    ('[01/Jul/2026:12:00:00 +0000] - 502 502 - GET https shop "/a" [Client 1.2.3.4]', ERROR, "access"),
    ('shop.example 10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET / HTTP/2.0" 200 1', INFO, "access"),
    ("[pid: 1|app: 0|req: 1/1] 10.0.0.1 () {3 vars in 6 bytes} [Wed Jul  1 12:00:00 2026] GET /a => generated 47 bytes"
     " in 129 msecs (HTTP/1.1 500) 9 headers in 378 bytes (1 switches on core 3)", ERROR, "uwsgi"),
    ('[GIN] 2026/07/01 - 12:00:00 | 404 |  505.317µs |  10.1.2.3 | POST     "/client"', WARNING, "gin"),
    ("1782907200.000     22 10.0.0.1 TCP_MISS/503 507 POST http://x/ - DIRECT/1.2.3.4 text/xml", ERROR, "squid"),
    ("Jul  1 12:00:00 lb haproxy[7]: 10.0.0.1:5 [01/Jul/2026:12:00:00.000] in~ bk/n1 0/0/0/62/62 503 306 - - sH-- "
     '3/2/0/0/0 0/0 "POST / HTTP/1.1"', ERROR, "haproxy"),
    ("[2026/07/01 12:00:00] [ warn] [engine] full", WARNING, "plain"),
    ("2026-07-01 12:00:00 +0000 [warn]: #0 no", WARNING, "plain"),
    ("2026-07-01T12:00:00.000Z [ERROR] agent: no", ERROR, "plain"),
    ("2026-07-01T12:00:00.000Z\terror\tstorage\tno\t{}", ERROR, "plain"),
    ("2026/07/01 12:00:00 ...ers/web/auth.go:200:SignIn() [W] no", WARNING, "plain"),
    ("2026/07/01 12:00:00 [2026-07-01 12:00:00.000001] [router] [error] no", ERROR, "plain"),
    # Python, Ruby, PHP, Node, .NET, Elixir, Rust
    ("[W 2026-07-01 12:00:00.000 ServerApp] slow", WARNING, "tornado"),
    ("[E 260701 12:00:00 web:1971] 500 GET /", ERROR, "tornado"),
    ("[2026-07-01 12:00:00,000: WARNING/ForkPoolWorker-1] slow", WARNING, "python"),
    ("2026-07-01 12:00:00 [error    ] no                 user=1", ERROR, "plain"),
    ("[2026-07-01 12:00:00] production.ERROR: no {}", ERROR, "plain"),
    ("[2026-07-01T12:00:00.000000+00:00] app.CRITICAL: no [] []", FATAL, "plain"),
    ("[01-Jul-2026 12:00:00 UTC] PHP Fatal error:  Uncaught Error: no in /a.php:3", FATAL, "php"),
    ("[01-Jul-2026 12:00:00] WARNING: [pool www] busy", WARNING, "plain"),
    ("[Nest] 7  - 07/01/2026, 12:00:00 PM    WARN [Auth] no", WARNING, "nest"),
    ("2026-07-01 12:00:00.0000|WARN|Shop.Pay|slow", WARNING, "plain"),
    ("2026-07-01 12:00:00.000 +00:00 [ERR] no", ERROR, "plain"),
    ("2026-07-01T12:00:00.000000Z  WARN shop::pay: slow", WARNING, "plain"),
    ("[2026-07-01T12:00:00Z ERROR shop::pay] no", ERROR, "plain"),
    # JSON of many loggers
    ('{"level":50,"time":1782907200000,"pid":1,"hostname":"a","msg":"pino"}', ERROR, "json"),
    ('{"level":"warn","message":"winston","timestamp":"2026-07-01T12:00:00.000Z"}', WARNING, "json"),
    ('{"@t":"2026-07-01T12:00:00.0Z","@mt":"Hi {Name}","Name":"x"}', INFO, "json"),
    ('{"@t":"2026-07-01T12:00:00.0Z","@mt":"no","@l":"Error"}', ERROR, "json"),
    ('{"version":"1.1","short_message":"gelf","timestamp":1782907200.0,"level":4}', WARNING, "json"),
    ('{"@timestamp":"2026-07-01T12:00:00.000Z","log":{"level":"error"},"message":"ecs"}', ERROR, "json"),
    ('{"time":"2026-07-01T12:00:00Z","level":"WARN","msg":"slog"}', WARNING, "json"),
    ('{"level_name":"ERROR","level":400,"datetime":"2026-07-01T12:00:00+00:00","message":"monolog"}', ERROR, "json"),
    ('{"timestamp":"2026-07-01T12:00:00Z","level":"ERROR","fields":{"message":"no"},"target":"x"}', ERROR, "json"),
    ('{"text":"x","record":{"level":{"name":"ERROR","no":40}},"time":1782907200}', ERROR, "json"),
    ('{"Timestamp":"2026-07-01T12:00:00Z","LogLevel":"Warning","Message":"x"}', WARNING, "json"),
    ('{"timeUnixNano":"1782907200000000000","severityNumber":17,"body":"otel"}', ERROR, "json"),
    ('{"start_time":"2026-07-01T12:00:00.000Z","method":"GET","path":"/","response_code":503}', ERROR, "json"),
    ('{"PRIORITY":"3","MESSAGE":"no","__REALTIME_TIMESTAMP":"1782907200000000"}', ERROR, "journald"),
    ('{"instant":{"epochSecond":1782907200,"nanoOfSecond":0},"level":"FATAL","message":"no"}', FATAL, "json"),
    ('{"log":"2026-07-01T12:00:00Z [ERROR] no\\n","stream":"stderr","time":"2026-07-01T12:00:00Z"}', ERROR, "plain"),
    ('{"reqId":"x","level":3,"time":"2026-07-01T12:00:00+00:00","remoteAddr":"::1","message":"x"}', ERROR, "json"),
    # logfmt
    ("ts=2026-07-01T12:00:00Z severity=ERROR msg=no", ERROR, "logfmt"),
    ("2026-07-01T12:00:00.000000+00:00 heroku[router]: at=error code=H12 path=/ status=503", ERROR, "syslog"),
    ("type=SYSCALL msg=audit(1782907200.000:29): arch=c000003e success=yes", NONE, "auditd"),
    # containers
    ("2026-07-01T12:00:00.000000000Z stderr F E0701 12:00:00.000000 1 main.cc:2] no", ERROR, "glog"),
    ("\x1b[2Kapi-1  | \x1b[31m2026-07-01T12:00:00Z ERROR\x1b[0m no", ERROR, "plain"),
    ("07-01 12:00:00.000  1702  2395 W Tag: slow", WARNING, "plain"),
    # syslog
    ("Jul  1 12:00:00 sw1 7: %LINK-3-UPDOWN: Interface down", ERROR, "syslog"),
    ("Jul  1 12:00:00 web app[1]: 2026-07-01T12:00:00Z [WARN] slow", WARNING, "syslog"),
    ('Jul  1 12:00:00 web app[1]: {"level":"error","msg":"no"}', ERROR, "syslog"),
    ("Jul  1 12:00:00 fw CEF:0|a|b|1|2|Blocked|9|src=1.2.3.4", FATAL, "syslog"),
    ("01-Jul-2026 12:00:00.000 security: error: client @0x7 no", ERROR, "plain"),
    # sentences, in which a level's name is only a word
    ("Wed Jul  1 12:00:00 2026 the error is gone", NONE, "plain"),
    ("2026-07-01 12:00:00 I am an error", NONE, "plain"),
    ("Jul  1 12:00:00 web app[1]: no error: none at all", NONE, "syslog"),
    ('10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET /error/ERROR?level=error HTTP/1.1" 200 500', INFO, "access"),
]
# fmt: on


@pytest.mark.parametrize(("text", "level", "name"), TIMED)
def test_a_line_of_each_kind_of_software(text: str, level: Level, name: str) -> None:
    line = Classifier("app", clock=lambda: NOW).classify(text)
    assert (line.level, line.format, line.text) == (level, name, without_colours(text))
    assert line.at == pytest.approx(NOON, abs=0.01)


UNTIMED = [
    ("fail: Microsoft.AspNetCore.Server[13]", ERROR),
    ("info: Microsoft.Hosting.Lifetime[14]", INFO),
    ("trce: Shop[0]", TRACE),
    ("kern  :err   : [   12.345678] disk", ERROR),
    ("[   12.345678] usb 1-1: new device", NONE),
    ("thread 'main' panicked at src/main.rs:2:5:", FATAL),
    ("Completed 500 Internal Server Error in 12ms", ERROR),
    ("GET /cart 404 5.112 ms - 12", WARNING),
    ("<Event xmlns='x'><System><Level>2</Level></System></Event>", ERROR),
    ('<log4j:event logger="a" timestamp="1" level="WARN" thread="main">', WARNING),
    ("MainThread::ERROR::x", ERROR),
    ("=ERROR REPORT==== 1-Jul-2026::12:00:00 ===", ERROR),
    ("12:00:00.123 project=a user=b mode=c type=d app=e ip=f [error] no", ERROR),
    ("CEF:0|a|b|1|2|Admin|1|x=1", INFO),
    ('{"method":"GET","path":"/","status":404}', WARNING),
    ('at=info method=GET path="/" status=500', INFO),
    ("method=GET path=/ format=html status=500 duration=58", ERROR),
]


@pytest.mark.parametrize(("text", "level"), UNTIMED)
def test_a_line_that_tells_no_time(text: str, level: Level) -> None:
    line = Classifier("app", clock=lambda: NOW).classify(text)
    assert line.level is level
    assert line.format != "text"


def levels_of(text: str) -> list[tuple[str, str, bool]]:
    classifier = Classifier("app", clock=lambda: NOW)
    lines = [classifier.classify(line) for line in text.split("\n")]
    return [(line.format, line.level.word, line.continuation) for line in lines]


def test_a_log_that_names_its_columns_is_read_by_them() -> None:
    iis = "#Software: IIS\n#Fields: date time cs-method cs-uri-stem sc-status\n2026-07-01 12:00:00 GET /a 404"
    assert levels_of(iis)[2] == ("w3c", "warning", False)
    reordered = "#Fields: sc-status date time\n500 2026-07-01 12:00:00"
    assert levels_of(reordered)[1] == ("w3c", "error", False)
    zeek = "#fields\tts\tuid\tstatus_code\n1782907200.5\tC\t503"
    assert levels_of(zeek)[1] == ("zeek", "error", False)


def test_a_journal_export_counts_each_entry_once() -> None:
    entry = "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1782907200000000\nPRIORITY=3\n_PID=7\nMESSAGE=no error\n"
    assert [level for _, level, _ in levels_of(entry)] == ["none", "none", "error", "none", "none", "none"]


def test_a_trace_under_a_compose_prefix_belongs_to_its_services_record() -> None:
    mixed = (
        "api-1  | 2026-07-01 12:00:00,000 ERROR shop: failed\n"
        "web-1  | 2026-07-01 12:00:00,000 INFO on\n"
        "api-1  | Traceback (most recent call last):\n"
        'api-1  |   File "a.py", line 1\n'
        "web-1  |   indented\n"
        "api-1  | ValueError: no\n"
        "web-1  | 2026-07-01 12:00:01,000 INFO on"
    )
    assert [(level, follows) for _, level, follows in levels_of(mixed)] == [
        ("error", False),
        ("info", False),
        ("error", True),
        ("error", True),
        ("info", True),
        ("error", True),
        ("info", False),
    ]


@pytest.mark.parametrize(
    "trace",
    [
        [
            "System.InvalidOperationException: no",
            "   at Shop.Pay() in /src/Pay.cs:line 3",
            "--- End of stack trace ---",
        ],
        ["[stacktrace]", "#0 /srv/vendor/a.php(1): b()", '"}'],
        ["app/models/cart.rb:12:in `total'"],
        ["go.opentelemetry.io/collector/exporter/internal.New.func3", "\t/go/queue.go:128"],
        ["/srv/app.js:3", "    throw x", "TypeError: no", "    at pay (/srv/pay.js:3:9)", "Node.js v18.0.0"],
    ],
)
def test_traces_of_other_languages_join_their_record(trace: list[str]) -> None:
    lines = levels_of("\n".join(["2026-07-01T12:00:00Z ERROR no", *trace, "2026-07-01T12:00:01Z INFO on"]))
    assert all(follows for _, _, follows in lines[1:-1])
    assert not lines[-1][2]


def test_lines_that_all_begin_with_a_blank_are_records_all_the_same() -> None:
    text = " [2026-07-01 12:00:00] ERROR no\n [2026-07-01 12:00:01] INFO on\n   detail"
    assert [(level, follows) for _, level, follows in levels_of(text)] == [
        ("error", False),
        ("info", False),
        ("info", True),
    ]


def test_a_trace_that_a_runtime_has_wrapped_belongs_to_its_record() -> None:
    plain = [
        "2026-07-01 12:00:00,000 ERROR no",
        "Traceback (most recent call last):",
        "  File x",
        "ValueError: no",
        "on",
    ]
    docker = "\n".join(f'{{"log":"{line}\\n","stream":"stderr","time":"2026-07-01T12:00:00Z"}}' for line in plain)
    cri = "\n".join(f"2026-07-01T12:00:00.5Z stderr F {line}" for line in plain)
    for wrapped, name in ((docker, "docker-json"), (cri, "cri")):
        lines = levels_of(wrapped)
        assert [(level, follows) for _, level, follows in lines] == [
            *(("error", False), ("error", True), ("error", True), ("error", True), ("none", False))
        ]
        assert lines[-1][0] == name


def test_java_util_logging_has_its_time_on_the_line_before_its_level() -> None:
    classifier = Classifier("app", clock=lambda: NOW)
    head = classifier.classify("Jul 01, 2026 12:00:00 PM org.apache.coyote.Http11Protocol init")
    line = classifier.classify("SEVERE: no")
    assert (head.format, head.level, line.level) == ("jul", NONE, ERROR)
    assert head.at == line.at == NOON


FILLS = ["a ", '"', "[", "a=", "1 ", "| ", "/", "]", "[01/Jul/2026:", "GET / ", " ERROR"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("fill", FILLS)
def test_no_line_takes_long_however_it_goes_on(fill: str) -> None:
    # Where a pattern's time grew with the square of the length, one of these lines would take seconds.
    for text, _, _ in TIMED[::2]:
        for cut in (len(text), len(text) // 2):
            hostile = text[:cut] + fill * (60_000 // len(fill))
            assert Classifier("app", clock=lambda: NOW).classify(hostile).text == hostile
