"""Who answers, signs, has the wheel and is here, as scripts read it."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.release.gates import Gate, gate_seen, phase_to_pass
from cockpit.release.live import Live, Presence
from cockpit.release.polls import poll_of
from cockpit.release.run import PhaseView, Run
from cockpit.release.signoffs import sign_off_of
from cockpit.release.wheel import wheel_of
from cockpit.times import rfc3339


def gate_document(run: Run, phase: PhaseView, gate: Gate, *, now: float) -> dict[str, Any]:
    """Return a gate with every role's answer; `also` names the roles that the same person answers for."""
    return {
        "phase": gate.phase,
        "go": gate.go,
        "reasons": msgspec.to_builtins(gate.reasons),
        "roles": [
            {
                "role": one.role,
                "title": one.title,
                "answer": one.answer.answer if one.answer is not None else None,
                "go": not one.objection,
                "by": one.answer.by.name if one.answer is not None else None,
                "on_behalf": (one.answer.on_behalf or None) if one.answer is not None else None,
                "at": one.answer.at if one.answer is not None else None,
                "reason": one.answer.reason if one.answer is not None else "",
                "tag": one.answer.tag if one.answer is not None else None,
                "also": list(one.also),
            }
            for one in poll_of(run, phase, now=now)
        ],
    }


def current_gate(run: Run, live: Live, now: float) -> Gate | None:
    """Return the first gate that is not passed, with the probes as they stand at `now` (epoch seconds)."""
    phase = phase_to_pass(run, now=now)
    return gate_seen(run, phase, live, now=now) if phase is not None else None


def sign_off_document(run: Run) -> list[dict[str, Any]]:
    """Return how every role's sign-off stands; `signer` is the key's owner where the signature was verified."""
    return [
        {
            "role": one.role,
            "title": one.title,
            "state": one.state,
            "holds": not one.objection,
            "why": one.objection or None,
            "by": one.given.by.name if one.given is not None else None,
            "on_behalf": (one.given.on_behalf or None) if one.given is not None else None,
            "at": one.given.at if one.given is not None else None,
            "statement": one.given.statement if one.given is not None else one.statement,
            "reason": one.given.reason if one.given is not None else "",
            "tag": one.given.tag if one.given is not None else None,
            "commit": one.given.commit if one.given is not None else None,
            "signature": one.verdict.state if one.given is not None else None,
            "signer": one.verdict.who or None,
            "key": one.verdict.key or None,
            "revocation": None
            if one.given is None or not one.given.revoked
            else {
                "signature": one.revocation.state,
                "signer": one.revocation.who or None,
                "key": one.revocation.key or None,
            },
            "also": list(one.also),
        }
        for one in sign_off_of(run)
    ]


def freeze_document(run: Run) -> dict[str, Any] | None:
    """Return the change freeze in force, or None."""
    if run.frozen is None:
        return None
    return {"by": run.frozen.by.name, "at": run.frozen.at, "reason": run.frozen.reason}


def driver_document(run: Run) -> dict[str, Any]:
    """Return who has the wheel; `driver` is null where nobody has it for certain."""
    wheel = wheel_of(run)
    return {
        "driver": wheel.driver or None,
        "since": wheel.since or None,
        "given_by": wheel.given_by or None,
        "contested": list(wheel.drivers) if wheel.contested else [],
    }


def presence_document(one: Presence, *, now: float) -> dict[str, Any]:
    """Return one who is here, or was until a moment ago."""
    return {
        "name": one.name,
        "host": one.host,
        "kind": one.kind,
        "looking_at": one.looking_at,
        "since": rfc3339(one.since),
        "seen": rfc3339(one.seen if one.remote else now),
        "here": one.here(now),
        "remote": one.remote,
    }
