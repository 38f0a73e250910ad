"""Moments of the scene's release: all calm, much gone wrong, a rollback as it runs, stops and ends."""

from __future__ import annotations

from msgspec import structs

from cockpit.identity import Doubt
from cockpit.release.events import MessageEnded, ProbeChanged
from cockpit.release.health import ConditionResult
from cockpit.release.intents import (
    AddNote,
    AnswerGate,
    ChallengeItem,
    ChangeRunState,
    ClaimItem,
    DeferItem,
    EndExecution,
    IntendMessage,
    MarkNotApplicable,
    MarkTag,
    OpenIncident,
    OverrideItem,
    RecordFact,
    RevokeSignOff,
    SetFreeze,
    SettleStep,
    SignOff,
    TakeWheel,
    TickItem,
    UpdateIncident,
)
from cockpit.release.live import Live, Presence, ProbeFeed, Readiness
from cockpit.release.messages import message_entity
from cockpit.seen import SeenStore
from cockpit.times import rfc3339
from tests.tui.scenes import EXECUTION, HOST, NOW, Scene

DAY = "deployment-day"
WEEKLY = "ongoing-maintenance/weekly"
DISK = f"weekly/2026-W11/{WEEKLY}/check-server-disk-space"
BACKUP = f"{DAY}/pre-deployment-checks/backup-current-database"
FILES = f"{DAY}/pre-deployment-checks/backup-current-application-files"
NOTIFY = f"{DAY}/pre-deployment-checks/notify-stakeholders-of-deployment"
ROLLBACK_PLAN = f"{DAY}/pre-deployment-checks/have-rollback-plan-ready"
ENDPOINTS = f"{DAY}/pre-deployment-checks/test-all-endpoints-one-more-time"
DEPLOY = f"{DAY}/deployment/deploy-application-code"
VERIFY = f"{DAY}/deployment/verify-deployment-successful"
LOGS = f"{DAY}/deployment/check-application-logs-for-errors"
FLOWS = f"{DAY}/deployment/test-critical-user-flows"
PAYMENT = f"{DAY}/deployment/verify-payment-processing"
RATES = f"{DAY}/deployment/monitor-error-rates"
TIMES = f"{DAY}/deployment/check-response-times"
PRINTED = """\
== 1 Stop the service
stopping
== 2 Check out the target
HEAD is now at v2.4.0
== 4 Start the service
starting on port 8080
"""
_WAVE = (31.0, 38.0, 41.0, 35.0, 52.0, 47.0, 44.0, 61.0, 58.0, 41.0, 39.0, 41.0)


def feed(
    name: str, title: str, state: str = "ok", *, latency: float | None = 41.0, detail: str = "200 in 41 ms",
    ago: float = 4.0, raw: str = "", streak: int = 0, conditions: tuple[ConditionResult, ...] = (), scale: float = 1.0,
) -> ProbeFeed:  # fmt: skip
    """A probe seen `ago` seconds before NOW, with an hour's latencies."""
    return ProbeFeed(
        name, title, state, NOW - 3600, raw or state, latency, detail, NOW - ago, 5.0, streak=streak,
        latencies=tuple(value * scale for value in _WAVE * 5), states=(state,) * 60, conditions=conditions,
    )  # fmt: skip


STATUS = ConditionResult("[STATUS] == 200", True, "200")
CALM = (
    feed("api", "Shop API", conditions=(STATUS, ConditionResult("[RESPONSE_TIME] < 500", True, "41", "warn"))),
    feed("db", "Database", detail="connected in 6 ms", latency=6.0, scale=0.1),
    feed("checkout", "Checkout", detail="200 in 130 ms", latency=130.0, scale=3.0),
    feed("cdn", "CDN", detail="200 in 18 ms", latency=18.0, scale=0.4),
    feed("search", "Search", detail="200 in 77 ms", latency=77.0, scale=2.0),
)
RED = (
    feed("api", "Shop API", "degraded", latency=812.0, detail="slow: 812 ms", scale=12.0,
         conditions=(STATUS, ConditionResult("[RESPONSE_TIME] < 500", False, "812", "warn"))),
    CALM[1],
    feed("checkout", "Checkout", "down", latency=None, detail="connection refused", streak=0,
         conditions=(ConditionResult("[STATUS] == 200", False, "no answer"),)),
    feed("cdn", "CDN", ago=180.0),
    ProbeFeed("search", "Search", "unknown", 0.0, "unknown", None, "no sample yet: is a watcher running?", 0.0, 5.0),
)  # fmt: skip
PRESENT = (
    Presence("Ana Lima", HOST, "a" * 32, "screen", NOW - 900),
    Presence("Ben Okafor", "other", "b" * 32, "screen", NOW - 300),
)
COMPANY = (
    Presence("Ana Lima", HOST, f"{1:032x}", "screen", NOW - 900, "checklist: Verify payment processing"),
    Presence("Ben Okafor", "laptop-ben", "b" * 32, "screen", NOW - 300, "tags: v2.4.0", seen=NOW - 9, remote=True),
    Presence("Cleo Q", "laptop-cleo", "c" * 32, "screen", NOW - 90_000, "probes", seen=NOW - 182, remote=True),
)
READY = Readiness(True, (), "v2.4.0", "v2.4.0: the release before v2.4.1, never marked good")
BUSY = Readiness(False, ("a rollback is running",), "v2.4.0")
HALTED = Readiness(False, ("a rollback is stopped",), "v2.4.0")


def live(probes: tuple[ProbeFeed, ...] = CALM, readiness: Readiness = READY, *, watched: bool = True) -> Live:
    """The feeds of one moment."""
    return Live(
        probes=probes, present=PRESENT, readiness=readiness, watcher_at=NOW - 1 if watched else NOW - 95, trusted=True
    )


def take_off(scene: Scene) -> None:
    """Open the run; all before the day is done, and some of the day, by two people."""
    scene.clock.time = NOW - 1200
    scene.open()
    scene.act(ChangeRunState("active"))
    scene.tick(view.id for phase in scene.run.phases[:2] for view in phase.items)
    ben = scene.colleague()
    scene.act(TickItem(BACKUP, "shop-v2.4.0.dump, 1.2 GB"), AddNote("Restored it on staging: 4 min", BACKUP), every=40)
    scene.clock.time += 30
    ben.act(TickItem(NOTIFY))
    ben.act(ClaimItem(FLOWS))
    scene.session.poll()
    scene.tick([FILES, ROLLBACK_PLAN, ENDPOINTS, DEPLOY])
    scene.act(DeferItem(RATES, 'to 4.1, the vendor\'s "window"'))
    scene.act(MarkTag("v2.3.0", "", True, "flew for three weeks"))


def driven(scene: Scene) -> None:
    """Ben drives from his laptop, Ana watches, and Cleo has not been heard of for a while."""
    take_off(scene)
    scene.colleague().act(TakeWheel())
    scene.session.poll()
    scene.live = structs.replace(live(), present=COMPANY)
    scene.clock.time = NOW


def asked(scene: Scene) -> None:
    """Ben has done his part of an item for two persons, and asks for the second."""
    take_off(scene)
    scene.colleague().act(ChallengeItem(PAYMENT, "paid 49.90 by card"))
    scene.session.poll()
    scene.live = live()
    scene.clock.time = NOW


def returned(scene: Scene) -> None:
    """Ana comes back after two hours: Ben has worked on, and written against her; a rollback was flown."""
    take_off(scene)
    scene.clock.time = NOW - 900
    scene.seen = SeenStore(scene.repo, scene.state)
    scene.seen.mark(scene.run.id, scene.session.actor.name, scene.run.records, NOW - 7200)
    ben = scene.colleague()
    for item in (LOGS, VERIFY, TIMES):
        scene.clock.time += 20
        ben.act(TickItem(item))
    ben.act(AddNote("The queue drains slowly: the night's worker was down, see 13:50 and after", LOGS))
    ben.act(TickItem(PAYMENT))
    scene.session.poll()
    scene.contradict(RATES, "nobody watches them")
    running(scene)
    scene.end(3, "start")
    scene.act(EndExecution(EXECUTION, "succeeded", "v2.4.0 is seen, 5 of 5 probes pass", "v2.4.0"))
    scene.act(RecordFact("probe:checkout", ProbeChanged("down", "ok", "connection refused", HOST)))
    scene.session.readonly = True  # so that looking at it leaves it as it is
    scene.live = live()
    scene.clock.time = NOW


def nameless(scene: Scene) -> None:
    """Somebody sits down at a shared account."""
    calm(scene)
    scene.doubt = Doubt("deploy is an account that several people use")


def calm(scene: Scene) -> None:
    """Nothing is wrong."""
    take_off(scene)
    scene.live = live()
    scene.clock.time = NOW


def held(scene: Scene) -> None:
    """The run is held, a role has said no-go, and the service is frozen."""
    take_off(scene)
    scene.clock.time = NOW - 300
    scene.act(
        AnswerGate(DAY, "ops", "go"),
        AnswerGate(DAY, "qa", "no-go", "Cem", "cart totals are wrong"),
        ChangeRunState("held", "payment provider down"),
        SetFreeze("until the provider is back"),
    )
    scene.live = live()
    scene.clock.time = NOW


ENV = """\
SECRET_KEY=short-secret-of-the-shop
FLASK_ENV=production
FLASK_DEBUG=1
RAZORPAY_KEY_ID=rzp_test_8f3kd93kfo2l1q
RAZORPAY_KEY_SECRET=k3EwQ9zTr0bN7vX2mLs8
DATABASE_URL=postgresql://shop:k3Ewqz9@db.internal/shop
LOG_LEVEL=INFO
LOG_FILE=logs/app.log
SECURE_SSL_REDIRECT=True
SESSION_COOKIE_SECURE=True
SHOP_BASKET=large
"""


def signed(scene: Scene) -> None:
    """Some roles have signed, one on behalf, one revoked; and the env file has faults."""
    take_off(scene)
    scene.clock.time = NOW - 300
    scene.act(
        SignOff("dev"),
        SignOff("qa", "Cem Aydin", "on the phone"),
        SignOff("ops"),
        RevokeSignOff("ops", "the dump cannot be read"),
    )
    scene.live = live()
    scene.clock.time = NOW
    env = scene.repo / ".env"
    env.write_text(ENV)
    env.chmod(0o644)
    (scene.repo / ".env.example").write_text("SECRET_KEY=<secret>\nSENTRY_DSN=\n")


def cared(scene: Scene) -> None:
    """A month of maintenance: some was done, some was missed, one is overdue, one contested."""
    scene.clock.time = NOW - 30 * 86400
    scene.open()
    scene.clock.time = NOW - 20 * 86400
    scene.tick(f"weekly/2026-W08/{WEEKLY}/{item}" for item in ("review-error-logs", "verify-backups-completed"))
    scene.clock.time = NOW - 13 * 86400
    scene.tick(f"weekly/2026-W09/{WEEKLY}/{item}" for item in ("review-error-logs", "check-server-disk-space"))
    scene.clock.time = NOW - 6 * 86400
    scene.tick([f"weekly/2026-W10/{WEEKLY}/review-error-logs"])
    scene.clock.time = NOW - 3600
    ben = scene.colleague()
    ben.act(TickItem(DISK, "/var 61 %, / 40 %"))
    scene.session.poll()
    scene.act(
        AddNote("grew by 3 GB in a week", f"weekly/2026-W11/{WEEKLY}/monitor-database-size"),
        ClaimItem(f"weekly/2026-W10/{WEEKLY}/verify-backups-completed"),
        DeferItem("monthly/2026-03/ongoing-maintenance/monthly/dependency-updates", "to the 20th, after the launch"),
    )
    scene.live = live()
    scene.clock.time = NOW


def troubled(scene: Scene) -> None:
    """The checkout is down, an incident is open, and Ana is at the third step of a runbook."""
    take_off(scene)
    scene.clock.time = NOW - 720
    scene.act(OpenIncident("1nc1den7", "Checkout refuses connections", "critical", "checkout", "application-down"))
    scene.clock.time = NOW - 600
    scene.act(
        SettleStep("application-down", step="check-server-status", outcome="done", note="active, but no answer"),
        SettleStep("application-down", step="view-logs", outcome="skipped", note="the logs are on screen 2"),
    )
    scene.clock.time = NOW - 240
    scene.act(UpdateIncident("restarting it; the vendor is called"))
    scene.live = live((RED[0], RED[2], CALM[1], CALM[3]), READY)
    scene.clock.time = NOW


def messaged(scene: Scene) -> None:
    """An incident is announced; one message did not arrive, of one nobody knows, and the next update is overdue."""
    take_off(scene)
    scene.clock.time = NOW - 2700
    scene.act(OpenIncident("1nc1den7", "Checkout refuses connections", "critical", "checkout", "application-down"))
    sent = (
        ("ops", "m-1", "sent", "accepted"),
        ("mail", "m-2", "failed", "connection refused"),
        ("pager", "m-3", "unknown", "no answer within 20 s"),
        ("log", "m-4", "", ""),
    )
    for channel, message, outcome, detail in sent:
        scene.clock.time = NOW - 2400
        subject = "[shop production] critical incident: Checkout refuses connections"
        promise = rfc3339(NOW - 300)
        scene.act(
            IntendMessage(
                message=message, channel=channel, subject=subject, body="Since 14:02 we see: it refuses connections",
                template="incident-opened", incident="1nc1den7", next_update_at=promise,
            )
        )  # fmt: skip
        if outcome:
            entity = message_entity(message)
            intention = next(record for record in reversed(scene.run.records) if record.ent == entity)
            ended = MessageEnded(intention.id, outcome, detail)  # type: ignore[arg-type]
            scene.act(RecordFact(entity, ended, of_service=True))
    scene.live = live((RED[0], RED[2], CALM[1], CALM[3]), READY)
    scene.clock.time = NOW


def red(scene: Scene) -> None:
    """Probes are down, an item is contested, a rollback has stopped, and nobody watches."""
    take_off(scene)
    scene.act(
        OverrideItem(TIMES, "the load test is still running"),
        MarkNotApplicable(f"{DAY}/post-deployment-verification/verify-email-notifications-if-applicable", "no mails"),
        MarkTag("v2.3.0", "", False, "loses carts"),
        TickItem(VERIFY, "v2.4.1 seen on /version"),
    )
    scene.act(TickItem(LOGS))
    scene.contradict(LOGS, "errors/min is rising")
    running(scene)
    scene.stop(3, "start", "exit status 3: port 8080 is in use")
    scene.live = live(RED, HALTED, watched=False)
    scene.clock.time = NOW


def running(scene: Scene) -> None:
    """A rollback is at its fourth step."""
    scene.request(PRINTED)
    scene.begin(0, "stop")
    scene.end(0, "stop")
    scene.begin(1, "checkout")
    scene.end(1, "checkout", detail="HEAD is at v2.4.0")
    scene.begin(2, "migrate")
    scene.end(2, "migrate", "already", "the schema is that of v2.4.0")
    scene.begin(3, "start")


def running_now(scene: Scene) -> None:
    """A rollback runs."""
    take_off(scene)
    running(scene)
    scene.live = live(RED[:3], BUSY)
    scene.clock.time = NOW


def stopped(scene: Scene) -> None:
    """A rollback has stopped at its last step."""
    running_now(scene)
    scene.clock.time = NOW - 20
    scene.stop(3, "start", "exit status 3: port 8080 is in use")
    scene.live = live(RED[:3], HALTED)
    scene.clock.time = NOW


def done(scene: Scene) -> None:
    """A rollback has come to its end, and was verified."""
    running_now(scene)
    scene.clock.time = NOW - 20
    scene.end(3, "start")
    scene.act(EndExecution(EXECUTION, "succeeded", "v2.4.0 is seen, 5 of 5 probes pass", "v2.4.0"))
    scene.live = live(CALM, READY)
    scene.clock.time = NOW
