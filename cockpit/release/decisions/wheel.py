"""Decisions on the wheel: taken, given and released, each time on the record."""

from __future__ import annotations

from cockpit.errors import RefusedError
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.entities import RUN
from cockpit.release.events import WheelGiven, WheelReleased, WheelTaken
from cockpit.release.intents import GiveWheel, ReleaseWheel, TakeWheel
from cockpit.release.record import same_name
from cockpit.release.wheel import Wheel, wheel_of

_TAKE = "Take the wheel: cockpit driver take, or `take the wheel` in the palette"


def require_wheel(context: Context) -> None:
    """Refuse to go on while somebody else drives; a free wheel is in nobody's way."""
    refusal = wheel_of(context.run).refuses(context.actor.name)
    if refusal:
        raise RefusedError(refusal, fix=_TAKE, code="not-driving")


def take(intent: TakeWheel, context: Context) -> list[Draft]:
    """Take the wheel, also from somebody: the record names them, and they are told."""
    wheel = _present(context)
    if wheel.in_hands_of(context.actor.name):
        raise RefusedError("you drive already", fix="Give it on: cockpit driver give NAME", code="already")
    if not wheel.free and wheel.named != intent.seen:
        before = intent.seen or "nobody"
        raise RefusedError(
            f"{wheel.named} drives now, not {before}", fix="Look again, and take it then", code="overtaken"
        )
    others = " and ".join(name for name in wheel.drivers if not same_name(name, context.actor.name))
    return [context.draft(RUN, WheelTaken(taken_from=others))]


def give(intent: GiveWheel, context: Context) -> list[Draft]:
    """Give the wheel to somebody by name: one's own, or a free one."""
    wheel = _present(context)
    to = intent.to.strip()
    if not to:
        raise RefusedError("nobody is named", fix="Say to whom: cockpit driver give NAME", code="no-name")
    _require_own(wheel, context)
    if wheel.in_hands_of(to):
        raise RefusedError("you drive already", fix="Name somebody else", code="already")
    if same_name(to, context.actor.name):
        raise RefusedError("nobody gives the wheel to themselves", fix="Take it: cockpit driver take", code="already")
    return [context.draft(RUN, WheelGiven(to=to))]


def release(intent: ReleaseWheel, context: Context) -> list[Draft]:  # noqa: ARG001
    """Let go of the wheel."""
    wheel = _present(context)
    if wheel.free:
        raise RefusedError("nobody drives", fix="Nothing is left to do", code="already")
    _require_own(wheel, context)
    return [context.draft(RUN, WheelReleased())]


def _present(context: Context) -> Wheel:
    context.require_run()
    return wheel_of(context.run)


def _require_own(wheel: Wheel, context: Context) -> None:
    if not wheel.free and not wheel.in_hands_of(context.actor.name):
        raise RefusedError(f"{wheel.named} drives, not you", fix=_TAKE, code="not-driving")
