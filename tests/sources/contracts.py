"""What each vendor documents of its API, as answers: one contract for every tool and everything it can be asked."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from cockpit.release.sources import Source, SourceQuestion
from tests.sources.support import NOW
from tests.sources.vendor import Answer, Reply, Request

TOKEN = "s3cr3t-T0ken-of-the-shop/42=="
APP_KEY = "app-K3y-of-the-shop-77"
ENVIRONMENT = {"TOKEN": TOKEN, "APP_KEY": APP_KEY}


@dataclass(frozen=True)
class Contract:
    """A tool and one question; `good` and `bad` are answers by which it is well and not, `empty` one that says nothing.

    `inside` is an error within a 200, `limited` the header of a 429 and `waits` what it means in seconds. `pages` makes
    an answer of so many pages, with the address that links are to lead to; `rows` is how many things are on three.
    """

    kind: str
    question: SourceQuestion
    good: Answer
    bad: Answer
    empty: Answer
    opens: Callable[[Mapping[str, str]], bool] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    inside: Any = None
    limited: tuple[str, str, float] = ("Retry-After", "30", 30.0)
    pages: Callable[[int, str], Answer] | None = None
    counted: float | None = None
    links: bool = False  # whether its pages are linked, so that a link may lead elsewhere
    partial: Answer | None = None
    stale: Answer | None = None

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.question.ask}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What opens it."""
        return (*([TOKEN] if self.opens else []), *([APP_KEY] if "app_key_env" in self.settings else []))

    def source(self, url: str) -> Source:
        opened = {"token_env": "TOKEN"} if self.opens else {}
        return Source(kind=self.kind, url=url, **opened, **self.settings)  # type: ignore[arg-type]


def of(document: Any, **more: Any) -> Answer:
    return lambda _request: Reply(document, **more)


def question(ask: str, query: str = "", **more: Any) -> SourceQuestion:
    return SourceQuestion("it", ask, query, **more)  # type: ignore[arg-type]


def header(name: str, value: str) -> Callable[[Mapping[str, str]], bool]:
    return lambda headers: headers.get(name) == value


BEARER = header("authorization", f"Bearer {TOKEN}")


# Prometheus and Loki


def prometheus(data: Any, **more: Any) -> Answer:
    return of({"status": "success", "data": data, **more})


def vector(*values: str, at: float = NOW) -> Any:
    return {"resultType": "vector", "result": [{"metric": {}, "value": [at, value]} for value in values]}


def targets(*healths: str) -> Any:
    labels = {"job": "shop", "instance": "a"}
    return {"activeTargets": [{"health": health, "labels": labels} for health in healths]}


def rules(*states: str, health: str = "ok") -> Any:
    return {"groups": [{"rules": [{"name": "Slow", "state": state, "health": health} for state in states]}]}


PROMETHEUS_ERROR = {"status": "error", "errorType": "bad_data", "error": "parse error"}
PROMETHEUS = [
    Contract(
        "prometheus", question("metric", "up", below=5), prometheus(vector("1")), prometheus(vector("9")),
        prometheus(vector()), BEARER, inside=PROMETHEUS_ERROR,
        partial=prometheus(vector("1"), warnings=["a store is away"]), stale=prometheus(vector("1", at=NOW - 3600)),
    ),
    Contract(
        "prometheus", question("status"), prometheus(targets("up")), prometheus(targets("up", "down")),
        prometheus(targets()), BEARER, inside=PROMETHEUS_ERROR,
    ),
    Contract(
        "prometheus", question("errors", below=1), prometheus(rules("inactive")), prometheus(rules("firing")),
        prometheus(rules()), BEARER, inside=PROMETHEUS_ERROR, partial=prometheus(rules("inactive", health="err")),
    ),
]  # fmt: skip


def streams(*lines: tuple[int, str]) -> Any:
    values = [[str(stamp), text] for stamp, text in lines]
    return {"resultType": "streams", "result": [{"stream": {"app": "shop"}, "values": values}] if lines else []}


def loki_logs(*lines: tuple[int, str], alive: str = "7") -> Answer:
    def answer(request: Request) -> Reply:
        assert request.headers["x-scope-orgid"] == "shop"
        data = streams(*lines) if request.path == "/loki/api/v1/query_range" else vector(*([alive] if alive else []))
        return Reply({"status": "success", "data": data})

    return answer


def loki_pages(number: int, _url: str) -> Answer:
    """Pages of 500 lines a nanosecond apart; every page begins with the last line of the one before."""

    def answer(request: Request) -> Reply:
        end = int(request.query["end"]) - 1
        newest = int(NOW * 1_000_000_000)
        left = number * 499 + 1 - (newest - end)
        assert request.query["direction"] == "backward"
        return Reply({"status": "success", "data": streams(*[(end - n, "x") for n in range(min(left, 500))])})

    return answer


LOKI_NS = int((NOW - 60) * 1_000_000_000)
LOKI = [
    Contract(
        "loki", question("logs", '{app="shop"} |= "failed"', below=1), loki_logs(), loki_logs((LOKI_NS, "failed")),
        loki_logs(alive=""), BEARER, {"tenant": "shop"}, PROMETHEUS_ERROR, pages=loki_pages, counted=3 * 499 + 1,
    ),
    Contract(
        "loki", question("errors", '{app="shop"} |= "failed"', below=3), prometheus(vector("2")),
        prometheus(vector("3")), prometheus(vector()), BEARER, inside=PROMETHEUS_ERROR,
        partial=prometheus(vector("2"), warnings=["cut"]),
    ),
    Contract(
        "loki", question("metric", "sum(rate({app=\"shop\"}[5m]))", above=1), prometheus(vector("2")),
        prometheus(vector("0.5")), prometheus(vector("NaN")), BEARER, inside=PROMETHEUS_ERROR,
    ),
]  # fmt: skip


# Elasticsearch

WHOLE = {"failed": 0, "total": 5}


def counts(matching: int, alive: int = 9, failed: int = 0) -> Answer:
    def answer(request: Request) -> Reply:
        assert request.path == "/logs-%2A/_count" or request.path == "/logs-*/_count"
        is_alive = len(request.json()["query"]["bool"]["filter"]) == 1
        return Reply({"count": alive if is_alive else matching, "_shards": {"failed": failed, "total": 5}})

    return answer


def hit(number: int) -> Any:
    at = (NOW - number) * 1000
    return {"_id": f"d{number}", "_index": "logs-1", "_source": {"message": f"failed {number}"}, "sort": [at, number]}


def search(*hits: Any, total: int | None = None, relation: str = "eq", **more: Any) -> Any:
    found = {"hits": list(hits), "total": {"value": len(hits) if total is None else total, "relation": relation}}
    return {"hits": found, "timed_out": False, "_shards": WHOLE, **more}


def elastic_logs(document: Any, alive: int = 9) -> Answer:
    def answer(request: Request) -> Reply:
        return counts(0, alive)(request) if request.path.endswith("_count") else Reply(document)

    return answer


def elastic_full_pages(number: int, _url: str) -> Answer:
    """Pages as full as they are asked for."""

    def answer(request: Request) -> Reply:
        asked = request.json()
        if "_id" in asked["sort"][1]:
            return Reply({"error": {"reason": "Fielddata access on the _id field is disallowed"}}, status=400)
        first, size = int(asked["search_after"][1]) + 1 if "search_after" in asked else 0, asked["size"]
        end = min(first + size, number * size - 1)
        return Reply(search(*[hit(n) for n in range(first, end)], total=number * size - 1))

    return answer


ELASTIC_ERROR = {"error": {"type": "x", "reason": "all shards failed"}, "status": 200}
API_KEY = header("authorization", f"ApiKey {TOKEN}")
INDEX = {"index": "logs-*"}
ELASTICSEARCH = [
    Contract(
        "elasticsearch", question("status"), of({"status": "green", "timed_out": False}),
        of({"status": "red", "timed_out": False}), of({"status": None, "timed_out": False}), API_KEY, INDEX,
        ELASTIC_ERROR, partial=of({"status": "green", "timed_out": True}),
    ),
    Contract(
        "elasticsearch", question("errors", "level:error", below=1), counts(0), counts(2), counts(0, alive=0), API_KEY,
        INDEX, ELASTIC_ERROR, partial=counts(0, failed=1),
    ),
    Contract(
        "elasticsearch", question("logs", "failed", below=1), elastic_logs(search()), elastic_logs(search(hit(1))),
        elastic_logs(search(), alive=0), API_KEY, INDEX, ELASTIC_ERROR, pages=elastic_full_pages,
        counted=3 * 500 - 1, partial=elastic_logs(search(timed_out=True)),
    ),
]  # fmt: skip


# Pingdom and UptimeRobot


def checks(*states: str, at: float = NOW - 60, first: int = 0) -> Any:
    return {
        "checks": [
            {"id": first + n, "name": f"shop {first + n}", "status": state, "lasttesttime": int(at)}
            for n, state in enumerate(states)
        ]
    }


def pingdom_pages(number: int, _url: str) -> Answer:
    def answer(request: Request) -> Reply:
        first = int(request.query["offset"])
        return Reply(checks(*["up"] * min(200, number * 200 - 1 - first), first=first))

    return answer


def summary(up: int, down: int, unknown: int = 0) -> Answer:
    status = {"totalup": up, "totaldown": down, "totalunknown": unknown}

    def answer(request: Request) -> Reply:
        if request.path == "/api/3.1/checks":
            return Reply(checks("up"))
        assert request.path == "/api/3.1/summary.average/0"
        assert {"from", "to", "includeuptime"} <= request.query.keys()
        return Reply({"summary": {"status": status}})

    return answer


PINGDOM_ERROR = {"error": {"statuscode": 403, "statusdesc": "Forbidden", "errormessage": "Something went wrong"}}
PINGDOM_LIMIT = ("Req-Limit-Short", "Remaining: 0 Time until reset: 3589", 3589.0)
PINGDOM = [
    Contract(
        "pingdom", question("status"), of(checks("up", "up")), of(checks("up", "down")), of(checks()), BEARER,
        inside=PINGDOM_ERROR, limited=PINGDOM_LIMIT, pages=pingdom_pages, stale=of(checks("up", at=NOW - 7200)),
    ),
    Contract(
        "pingdom", question("metric", "shop 0", above=99, within="1d"), summary(9999, 1), summary(90, 10),
        summary(0, 0, 86400), BEARER, inside=PINGDOM_ERROR, limited=PINGDOM_LIMIT, partial=summary(100, 0, 86300),
    ),
]  # fmt: skip


def monitors(*states: str, first: int = 0, following: str | None = None) -> Any:
    found = [
        {"id": first + n, "friendlyName": f"shop {first + n}", "status": state, "httpPassword": TOKEN}
        for n, state in enumerate(states)
    ]
    return {"data": found, "nextLink": following}


def robot_pages(number: int, url: str) -> Answer:
    def answer(request: Request) -> Reply:
        page = int(request.query.get("cursor", 0))
        following = f"{url}/v3/monitors?limit=200&cursor={page + 1}" if page + 1 < number else None
        return Reply(monitors("UP", "UP", first=2 * page, following=following))

    return answer


def uptime(value: float | None) -> Answer:
    return lambda request: Reply(monitors("UP") if request.path == "/v3/monitors" else {"uptime": value})


UPTIMEROBOT = [
    Contract(
        "uptimerobot", question("status"), of(monitors("UP", "UP")), of(monitors("UP", "DOWN")), of(monitors()), BEARER,
        inside={"error": "Too busy"}, pages=robot_pages, links=True,
        limited=("X-RateLimit-Reset", str(int(NOW + 44)), 44.0),
    ),
    Contract(
        "uptimerobot", question("metric", "shop 0", above=99), uptime(99.95), uptime(12), uptime(None), BEARER,
        inside={"error": "Too busy"},
    ),
]  # fmt: skip


# Datadog


def dog_opens(headers: Mapping[str, str]) -> bool:
    return headers.get("dd-api-key") == TOKEN and headers.get("dd-application-key") == APP_KEY


def dog_monitors(*states: str) -> Any:
    return [{"name": f"shop {n}", "overall_state": state} for n, state in enumerate(states)]


def dog_monitor_pages(number: int, _url: str) -> Answer:
    def answer(request: Request) -> Reply:
        full = int(request.query["page"]) + 1 < number
        return Reply(dog_monitors(*["OK"] * (100 if full else 50)))

    return answer


def dog_counts(matching: int, alive: int = 9, **meta: Any) -> Answer:
    def answer(request: Request) -> Reply:
        assert request.path == "/api/v2/logs/analytics/aggregate"
        count = alive if request.json()["filter"]["query"] == "*" else matching
        return Reply({"data": {"buckets": [{"by": {}, "computes": {"c0": count}}]}, "meta": {"status": "done", **meta}})

    return answer


def dog_event(number: int) -> Any:
    said = {"timestamp": "2027-01-15T07:59:00.000Z", "status": "error", "host": "a", "message": "failed"}
    return {"id": f"e{number}", "attributes": said}


def dog_logs(document: Any, alive: int = 9) -> Answer:
    def answer(request: Request) -> Reply:
        return dog_counts(0, alive)(request) if request.path.endswith("aggregate") else Reply(document)

    return answer


def dog_log_pages(number: int, _url: str) -> Answer:
    def answer(request: Request) -> Reply:
        page = int(request.json()["page"].get("cursor", 0))
        events = [dog_event(10 * page + n) for n in range(10)]
        last = page + 1 == number  # which has no meta
        return Reply({"data": events, **({} if last else {"meta": {"page": {"after": str(page + 1)}}})})

    return answer


def dog_series(*points: tuple[float, float | None]) -> Any:
    return {"status": "ok", "series": [{"pointlist": [list(point) for point in points]}] if points else []}


DATADOG_ERROR = {"errors": ["Invalid query input"]}
DOG = {"app_key_env": "APP_KEY"}
DOG_LIMIT = ("X-RateLimit-Reset", "17", 17.0)
DATADOG = [
    Contract(
        "datadog", question("status"), of(dog_monitors("OK", "OK")), of(dog_monitors("OK", "Alert")),
        of(dog_monitors("OK", "No Data")), dog_opens, DOG, DATADOG_ERROR, DOG_LIMIT, dog_monitor_pages,
    ),
    Contract(
        "datadog", question("errors", "status:error", below=1), dog_counts(0), dog_counts(3), dog_counts(0, alive=0),
        dog_opens, DOG, DATADOG_ERROR, DOG_LIMIT, partial=dog_counts(0, status="timeout"),
    ),
    Contract(
        "datadog", question("logs", "status:error", below=1), dog_logs({"data": []}),
        dog_logs({"data": [dog_event(1)]}), dog_logs({"data": []}, alive=0), dog_opens, DOG, DATADOG_ERROR, DOG_LIMIT,
        dog_log_pages, 30,
    ),
    Contract(
        "datadog", question("metric", "avg:p95{*}", below=5), of(dog_series((NOW * 1000, 1.0))),
        of(dog_series((NOW * 1000, 9.0))), of(dog_series((NOW * 1000, None))), dog_opens, DOG,
        {"status": "error", "error": "Rule parsing", "series": []}, DOG_LIMIT,
        stale=of(dog_series(((NOW - 3600) * 1000, 1.0))),
    ),
    Contract(
        "datadog", question("metric", "slo:abc", above=99), of({"data": {"overall": {"sli_value": 99.9}}}),
        of({"data": {"overall": {"sli_value": 90.0}}}),
        of({"data": {"overall": {"sli_value": None, "state": "no_data"}}}), dog_opens, DOG, DATADOG_ERROR, DOG_LIMIT,
    ),
]  # fmt: skip


# Sentry and Rollbar


def sentry_pages(number: int, url: str) -> Answer:
    def answer(request: Request) -> Reply:
        page = int(request.query.get("cursor", "0:0:0").split(":")[1])
        more = "true" if page + 1 < number else "false"
        link = (
            f'<{url}/api/0/organizations/acme/issues/?cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", '
            f'<{url}/api/0/organizations/acme/issues/?cursor=0:{page + 1}:0>; rel="next"; results="{more}"; '
            f'cursor="0:{page + 1}:0"'
        )
        return Reply(issues(4), headers={"Link": link})

    return answer


def issues(number: int) -> Any:
    return [{"shortId": f"SHOP-{n}", "title": "KeyError", "count": "90"} for n in range(number)]


SENTRY_SETTINGS = {"organization": "acme", "project": "shop"}
SENTRY_LIMIT = ("X-Sentry-Rate-Limit-Reset", str(int(NOW + 21)), 21.0)
SENTRY = [
    Contract(
        "sentry", question("errors", below=5), of({"data": [{"count()": 2}]}), of({"data": [{"count()": 7}]}),
        of({"data": [{"count()": None}]}), BEARER, SENTRY_SETTINGS, {"errors": ["Invalid query"]}, SENTRY_LIMIT,
    ),
    Contract(
        "sentry", question("errors", "is:unresolved", below=5), sentry_pages(1, ""), of(issues(7)),
        of({"data": []}), BEARER, SENTRY_SETTINGS, {"errors": ["Invalid query"]}, SENTRY_LIMIT, sentry_pages, 12,
        links=True,
    ),
]  # fmt: skip


def items(*ages: float, err: int = 0) -> Answer:
    """Active items that occurred so many seconds ago: errors, and none that is critical."""

    def answer(request: Request) -> Reply:
        shown = ages if request.query.get("level") == "error" else ()
        found = [
            {"counter": n, "title": "KeyError", "last_occurrence_timestamp": NOW - old} for n, old in enumerate(shown)
        ]
        return Reply({"err": err, "result": {"items": found, "page": 1}})

    return answer


def rollbar_pages(number: int, _url: str) -> Answer:
    def answer(request: Request) -> Reply:
        full = request.query["level"] == "error" and int(request.query["page"]) < number
        return items(*[10.0] * (100 if full else 1))(request)

    return answer


ROLLBAR_ERROR = {"err": 1, "message": "invalid access token"}
ROLLBAR_OPENS = header("x-rollbar-access-token", TOKEN)
ROLLBAR = [
    Contract(
        "rollbar", question("errors", below=1), items(86400.0), items(60.0), of({"err": 0, "result": None}),
        ROLLBAR_OPENS, inside=ROLLBAR_ERROR, limited=("X-Rate-Limit-Reset", str(int(NOW + 12)), 12.0),
        pages=rollbar_pages, counted=201,
    ),
    Contract(
        "rollbar", question("metric", below=5, within="1h"),
        of({"err": 0, "result": [[NOW - 60, 2], [NOW - 9000, 80]]}),
        of({"err": 0, "result": [[NOW - 60, 9]]}), of({"err": 0, "result": []}), ROLLBAR_OPENS, inside=ROLLBAR_ERROR,
    ),
]  # fmt: skip


# New Relic and Splunk


def nrql(*rows: Any, alive: int = 9) -> Answer:
    def answer(request: Request) -> Reply:
        asked = request.json()["variables"]
        assert asked["id"] == 123
        is_alive = asked["q"].startswith(("SELECT count(*) FROM Transaction SINCE", "SELECT count(*) FROM Log SINCE"))
        results = [{"count": alive}] if is_alive else list(rows)
        return Reply({"data": {"actor": {"account": {"nrql": {"results": results}}}}})

    return answer


NEWRELIC_ERROR = {
    "data": {"actor": {"account": None}},
    "errors": [{"message": "NRQL Syntax Error", "extensions": {"errorClass": "NRDB_QUERY"}}],
}
ACCOUNT = {"account": "123"}
NR_OPENS = header("api-key", TOKEN)
NR_LINE = {"timestamp": (NOW - 5) * 1000, "message": "failed", "level": "error", "messageId": "m1"}
NEWRELIC = [
    Contract(
        "new-relic", question("errors", "appName = 'shop'", below=1), nrql({"count": 0}), nrql({"count": 2}),
        nrql({"count": 0}, alive=0), NR_OPENS, ACCOUNT, NEWRELIC_ERROR,
    ),
    Contract(
        "new-relic", question("logs", "level = 'error'", below=1), nrql(), nrql(NR_LINE), nrql(alive=0), NR_OPENS,
        ACCOUNT, NEWRELIC_ERROR,
    ),
    Contract(
        "new-relic", question("metric", "SELECT percentile(duration, 95) FROM Transaction", below=1),
        nrql({"percentile.duration": {"95": 0.3}}), nrql({"percentile.duration": {"95": 3}}),
        nrql({"percentile.duration": {"95": None}}), NR_OPENS, ACCOUNT, NEWRELIC_ERROR,
    ),
]  # fmt: skip


def rows(*results: Any, alive: str = "1", last: bool = True, messages: tuple[Any, ...] = ()) -> Answer:
    """Lines as the export gives them: a byte order mark, previews of what comes whole later, messages among them."""

    def answer(request: Request) -> Reply:
        asked = parse_qs(request.body.decode())
        assert asked["output_mode"] == ["json"]
        found = ({"count": alive},) if asked["search"] == ["search index=* | head 1 | stats count"] else results
        lines: list[Any] = [{"preview": True, "offset": 0, "result": result} for result in found]
        lines += [{"messages": [message]} for message in messages]
        lines += [{"preview": False, "offset": n, "result": result} for n, result in enumerate(found)]
        lines += [{"preview": False, "lastrow": True}] if last else []
        return Reply(b"\xef\xbb\xbf" + b"\n".join(json.dumps(line).encode() for line in lines))

    return answer


SPLUNK_ERROR = {"messages": [{"type": "FATAL", "text": "Unknown search command"}]}
SPLUNK_LINE = {"_time": "2027-01-15T08:59:00.000+01:00", "_raw": "failed", "_cd": "1:2", "_bkt": "b"}
SPLUNK = [
    Contract(
        "splunk", question("errors", "index=shop failed", below=1), rows({"count": "0"}), rows({"count": "4"}),
        rows({"count": "0"}, alive="0"), BEARER, inside=SPLUNK_ERROR, partial=rows({"count": "0"}, last=False),
    ),
    Contract(
        "splunk", question("logs", "index=shop failed", below=1), rows(), rows(SPLUNK_LINE), rows(alive="0"), BEARER,
        inside=SPLUNK_ERROR, partial=rows(messages=({"type": "WARN", "text": "a peer is away"},)),
    ),
    Contract(
        "splunk", question("metric", "index=shop | stats p95(took)", below=1), rows({"p95": "0.4"}),
        rows({"p95": "4"}), rows(), BEARER, inside=SPLUNK_ERROR,
    ),
]  # fmt: skip


# Loggly, Statuspage, Razorpay


def loggly(*texts: str, alive: bool = True) -> Answer:
    def answer(request: Request) -> Reply:
        shown = ("anything",) if request.query["q"] == "*" and alive else texts
        found = [{"id": f"{n}", "timestamp": (NOW - n) * 1000, "logmsg": text} for n, text in enumerate(shown)]
        return Reply({"events": found})

    return answer


def loggly_pages(number: int, url: str) -> Answer:
    def answer(request: Request) -> Reply:
        page = int(request.query.get("page", 0))
        found = [{"id": f"{page}.{n}", "timestamp": (NOW - n) * 1000, "logmsg": "x"} for n in range(5)]
        more = {"next": f"{url}/apiv2/events/iterate?page={page + 1}"} if page + 1 < number else {}
        return Reply({"events": found, **more})

    return answer


LOGGLY_OPENS = header("authorization", f"bearer {TOKEN}")
LOGGLY = [
    Contract(
        "loggly", question(ask, "failed", below=1), loggly(), loggly("failed"), loggly(alive=False), LOGGLY_OPENS,
        inside={"errors": ["bad query"]}, pages=loggly_pages, counted=15, links=True,
    )
    for ask in ("errors", "logs")
]  # fmt: skip


def page_of(indicator: str | None, component: str = "operational") -> Answer:
    parts = [{"name": "Payments", "status": component}]
    return of({"status": {"indicator": indicator, "description": ""}, "components": parts, "incidents": []})


OTHERS = [
    Contract("statuspage", question("status"), page_of("none"), page_of("major"), page_of(None), inside={"error": "x"}),
    Contract(
        "statuspage", question("status", "Payments"), page_of("none"), page_of("none", "major_outage"),
        page_of("none", "no such word"), inside={"error": "x"},
    ),
    Contract(
        "razorpay", question("status"), of([{"name": "UPI", "online": True}]), of([{"name": "UPI", "online": False}]),
        of([]), inside={"error": "x"},
    ),
]  # fmt: skip

CONTRACTS = [
    *PROMETHEUS, *LOKI, *ELASTICSEARCH, *PINGDOM, *UPTIMEROBOT, *DATADOG, *SENTRY, *ROLLBAR, *NEWRELIC, *SPLUNK,
    *LOGGLY, *OTHERS,
]  # fmt: skip
BASIC = "Basic " + base64.b64encode(f"123456:{TOKEN}".encode()).decode()
