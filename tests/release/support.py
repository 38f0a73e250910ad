"""What the domain's tests share: records made by hand, and people who decide in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import count

from cockpit.release.checklist import Checklist, Item, Phase, Section
from cockpit.release.configuration import Configuration, Environment, Plans, Probe, Step, Verify
from cockpit.release.decisions.context import Context
from cockpit.release.decisions.registry import decide
from cockpit.release.events import kind_of
from cockpit.release.intents import Intent, OpenRun
from cockpit.release.ledger import Ledger, Pinned
from cockpit.release.library import Library
from cockpit.release.plan import Plan
from cockpit.release.planning import build_plan
from cockpit.release.record import Actor, Event, HybridTime, Record, TextRef
from cockpit.release.run import Run
from cockpit.times import rfc3339

RUN_ID = "spring-0a1b2c3d"
NOW = 1_800_000_000_000
NOW_TEXT = "2027-01-15T08:00:00.000Z"
DAY = 86_400_000
ANA = Actor("Ana", "ana@example.org")
BEN = Actor("Ben", "ben@example.org")

CONFIGURATION = Configuration(
    service="shop",
    environment=Environment("live", production=True),
    probes={"api": Probe(http="http://localhost/")},
    rollback=Plans(
        steps=(
            Step("stop", run="systemctl stop shop", danger="the shop is closed"),
            Step("code", checkout=True),
            Step("restore", run='restore "$COCKPIT_BACKUP"', needs_backup=True),
            Step("ask", confirm="Is the page up?"),
            Step("verify", verify=Verify()),
        )
    ),
    deploy=Plans(steps=(Step("code", checkout=True),)),
)
CHECKLIST = Checklist(
    "short",
    "Short",
    phases=(
        Phase(
            "day",
            "Day",
            pause_point=True,
            sections=(
                Section(
                    "before",
                    "Before",
                    items=(
                        Item("k", "A killer", killer=True),
                        Item("b", "Bound", killer=True, binds="commit"),
                        Item("n", "Nice to have"),
                        Item("two", "Two people", two_person=True),
                        Item("e", "With evidence", evidence="required"),
                    ),
                ),
            ),
        ),
    ),
)
PINNED = Pinned(CONFIGURATION, (CHECKLIST,), Library(), "d" * 64)


class Texts:
    """Sealed texts, by hash; what is held back is not here yet."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.held_back: set[str] = set()

    def seal(self, text: str | bytes) -> TextRef:
        data = text.encode() if isinstance(text, str) else text
        sha256 = hashlib.sha256(data).hexdigest()
        self.known[sha256] = data.decode()
        return TextRef(sha256, len(data))

    def get(self, ref: TextRef) -> str | None:
        return None if ref.sha256 in self.held_back else self.known.get(ref.sha256)


def record(
    data: Event,
    ent: str = "item:k",
    *,
    h: HybridTime = (NOW, 0),
    w: str = "a" * 32,
    s: int = 1,
    sup: Iterable[Record | str] = (),
    prev: str | None = None,
    by: Actor = ANA,
    kind: str = "",
    stream: str = f"shop/live/{RUN_ID}",
) -> Record:
    """Return a record whose id depends on all of it, as a hash of its bytes would."""
    kind = kind or kind_of(data)
    superseded = tuple(each if isinstance(each, str) else each.id for each in sup)
    identity = hashlib.sha256(repr((data, ent, h, w, s, superseded, prev, by, kind, stream)).encode()).hexdigest()
    return Record(identity, w, s, prev, h, rfc3339(h[0] / 1000), by, "h1", stream, kind, ent, superseded, data)


def fold(records: Iterable[Record], texts: Texts | None = None, *, pinned: Pinned = PINNED) -> Run:
    """Return the run that these records tell of."""
    ledger = Ledger((texts or Texts()).get)
    ledger.add(records)
    return ledger.snapshot(RUN_ID, pinned)


class Person:
    """One person's cockpit, without a disk: `act` decides and folds, `hear` takes in what others wrote."""

    _writers = count(1)

    def __init__(
        self, actor: Actor = ANA, texts: Texts | None = None, *, at: int = NOW, pinned: Pinned = PINNED
    ) -> None:
        self.actor = actor
        self.at = at
        self.texts = texts if texts is not None else Texts()
        self.ledger = Ledger(self.texts.get)
        self._pinned = pinned
        self._writer = f"{next(self._writers):032x}"
        self._last: dict[str, str] = {}
        self._sequence = 0

    @property
    def run(self) -> Run:
        return self.ledger.snapshot(RUN_ID, self._pinned)

    def act(self, intent: Intent) -> list[Record]:
        drafts = decide(intent, Context(run=self.run, actor=self.actor, now=NOW_TEXT, seal=self.texts.seal))
        written = []
        for draft in drafts:
            self.at += 1
            self._sequence += 1
            stream = f"shop/live/{RUN_ID if draft.scope == 'run' else '_service'}"
            new = record(
                draft.data,
                draft.ent,
                h=(self.at, 0),
                w=self._writer,
                s=self._sequence,
                sup=draft.sup,
                prev=self._last.get(stream),
                by=self.actor,
                stream=stream,
            )
            self._last[stream] = new.id
            self.ledger.add([new])
            written.append(new)
        return written

    def hear(self, *others: Person) -> None:
        for other in others:
            self.ledger.add(other.run.records)

    def state(self, item: str = "k") -> str:
        return self.run.items[item].state.value


def opening(*, launch_at: str = "", name: str = "spring") -> OpenRun:
    """Return the wish to open the run."""
    return OpenRun(
        name=name, service="shop", environment="live", production=True, timezone="UTC", digest=PINNED.digest,
        pins={"cockpit.yaml": "service: shop"}, checklists=("short",), tag="v2", commit="2" * 40, launch_at=launch_at,
    )  # fmt: skip


def opened(actor: Actor = ANA, *, at: int = NOW) -> Person:
    """Return somebody with the run open and active."""
    person = Person(actor, at=at)
    person.act(opening())
    return person


def joined(person: Person, actor: Actor = BEN, *, at: int | None = None) -> Person:
    """Return a colleague who has seen all that `person` has."""
    other = Person(actor, person.texts, at=person.at if at is None else at)
    other.hear(person)
    return other


def plan_to(
    tag: str = "v1",
    *,
    direction: str = "rollback",
    commit: str = "1" * 40,
    configuration: Configuration = CONFIGURATION,
) -> Plan:
    """Return a plan from v2 to a tag."""
    return build_plan(
        configuration,
        "rollback" if direction == "rollback" else "deploy",
        tag=tag,
        commit=commit,
        from_tag="v2",
        from_commit="2" * 40,
        configuration_digest=PINNED.digest,
        host="h1",
        code="/srv/shop",
        backup="",
    )
