"""Decisions on the sign-off: given for a role on what the run flies now, and revoked with a reason."""

from __future__ import annotations

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.events import SignOffGiven, SignOffRevoked
from cockpit.release.intents import RevokeSignOff, SignOff
from cockpit.release.library import SignOffRole
from cockpit.release.signoffs import roles_of, sign_off_of, signer_of, signoff_entity, statement_of


def sign(intent: SignOff, context: Context) -> list[Draft]:
    """Sign for a role; one that stands already needs no second signature."""
    context.require_run()
    run, role = context.run, _role(intent.role, context)
    if not run.commit:
        raise RefusedError(
            "the run flies no tag yet, so there is nothing to sign", fix="cockpit release retarget TAG", code="no-tag"
        )
    present = next(one for one in sign_off_of(run) if one.role == role.id)
    if not present.objection and present.given is not None and present.state == "signed":
        raise RefusedError(
            f"{signer_of(present.given)} has signed for {present.named}", fix="Nothing is left to do", code="already"
        )
    reason, on_behalf = intent.reason.strip(), intent.on_behalf.strip()
    data = SignOffGiven(
        role=role.id,
        statement=statement_of(run, role),
        tag=run.tag,
        commit=run.commit,
        digest=run.digest,
        on_behalf="" if on_behalf == context.actor.name else on_behalf,
        reason=context.seal(reason) if reason else None,
    )
    return [context.draft(signoff_entity(role.id), data)]


def revoke(intent: RevokeSignOff, context: Context) -> list[Draft]:
    """Take back all sign-offs of a role that nobody has taken back."""
    context.require_run()
    role = _role(intent.role, context)
    records = tuple(given.record for given in context.run.signed.get(role.id, ()) if not given.revoked)
    if not records:
        raise RefusedError(f"nobody has signed for {role.title}", fix="Nothing is left to do", code="already")
    reason = context.reason(intent.reason, "a defect in payments was found")
    return [context.draft(signoff_entity(role.id), SignOffRevoked(records=records, reason=reason))]


def _role(wanted: str, context: Context) -> SignOffRole:
    roles = roles_of(context.run)
    found = next((role for role in roles if wanted.casefold() in {role.id, role.title.casefold()}), None)
    if found is None:
        known = ", ".join(role.id for role in roles)
        raise NotFoundError(f"no role {wanted!r} signs this release", fix=f"There is: {known or 'none'}")
    return found
