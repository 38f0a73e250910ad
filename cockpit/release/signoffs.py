"""The sign-off: who has signed for which role, whether that still holds, and why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from cockpit.release.events import SignOffGiven, SignOffRevoked
from cockpit.release.library import SignOffRole
from cockpit.release.record import Record, TextRef
from cockpit.release.run import Run, Signed, Verdict

PREFIX: Final = "signoff:"
Standing = Literal["signed", "unsigned", "refused", "stale", "revoked", "open"]
_NOT_HERE = "(this text is not here yet)"
_UNSIGNED: Final = Verdict("unsigned")


class RoleStanding(Struct, frozen=True):
    """How one role stands; `objection` is why it does not hold, empty where it does.

    `unsigned` holds where no key has to sign. `also` names the other roles that the same person stands for.
    `revocation` is what is to be said of the signature of what took it back.
    """

    role: str
    title: str
    statement: str
    state: Standing
    objection: str = ""
    given: Signed | None = None
    verdict: Verdict = _UNSIGNED
    also: tuple[str, ...] = ()
    revocation: Verdict = _UNSIGNED

    @property
    def named(self) -> str:
        """The role as people read it."""
        return self.title if self.title.casefold() == self.role else f"{self.title} ({self.role})"


def signoff_entity(role: str) -> str:
    """Return the entity under which a role's sign-offs stand."""
    return f"{PREFIX}{role}"


def signed_in(records: Iterable[Record], text_of: Callable[[TextRef], str | None]) -> Iterator[Signed]:
    """Yield the sign-offs among a role's records, in their order, each with what took it back."""
    records = tuple(records)
    revoked: dict[str, tuple[str, str]] = {}
    for record in records:
        if isinstance(record.data, SignOffRevoked):
            why = text_of(record.data.reason) or _NOT_HERE
            for identity in record.data.records:
                told = f"revoked by {record.by.name} at {record.wall[:16]}Z: {why}"
                revoked.setdefault(identity, (told, record.id))
    for record in records:
        data = record.data
        if isinstance(data, SignOffGiven) and record.ent == signoff_entity(data.role):
            reason = "" if data.reason is None else text_of(data.reason) or _NOT_HERE
            yield Signed(
                record.id, data.role, record.by, record.wall, data.statement, data.tag, data.commit, data.digest,
                data.on_behalf, reason, *revoked.get(record.id, ("", "")),
            )  # fmt: skip


def roles_of(run: Run) -> tuple[SignOffRole, ...]:
    """Return the roles that sign this release: the checklist's, and those that the configuration names beside them."""
    known = {role.id: role for role in run.library.roles}
    for roles in run.configuration.sign_off.values():
        for role in roles:
            known.setdefault(role, SignOffRole(role, role.title()))
    return tuple(known.values())


def statement_of(run: Run, role: SignOffRole) -> str:
    """Return what one signs as that role."""
    what = f"{run.service} {run.tag or run.name}" + (f" ({run.commit[:12]})" if run.commit else "")
    if role.statement:
        return f"{role.statement} [{what} in {run.environment}]"
    return f"As {role.title} I approve the release of {what} to {run.environment}."


def needed_roles(run: Run, phase: str) -> tuple[str, ...]:
    """Return the roles without whose signature a phase's gate says no-go; an empty list in the file means all roles."""
    wanted = run.configuration.sign_off.get(phase)
    if wanted is None:
        return ()
    return wanted or tuple(role.id for role in run.library.roles)


def sign_off_of(run: Run) -> tuple[RoleStanding, ...]:
    """Return how every role stands, in the checklist's order."""
    found = [_standing(run, role) for role in roles_of(run)]
    return tuple(_with_also(one, found) for one in found)


def objections_to(run: Run, phase: str) -> Iterator[tuple[str, str]]:
    """Yield each role that a phase needs and that does not stand, and why."""
    needed = needed_roles(run, phase)
    for one in sign_off_of(run) if needed else ():
        if one.role in needed and one.objection:
            yield one.role, f"sign-off of {one.named}: {one.objection}"


def signer_of(given: Signed) -> str:
    """Return who signed, in words: `Ana on behalf of Ben`."""
    return f"{given.by.name} on behalf of {given.on_behalf}" if given.on_behalf else given.by.name


def _standing(run: Run, role: SignOffRole) -> RoleStanding:
    statement = statement_of(run, role)
    all_given = run.signed.get(role.id, ())
    if not all_given:
        return RoleStanding(role.id, role.title, statement, "open", "nobody has signed")
    judged = [_judged(run, role, statement, given) for given in all_given]
    # The last one counts, but what does not hold takes no place of what does: anybody can write such an event.
    return next((one for one in reversed(judged) if not one.objection), judged[-1])


def _judged(run: Run, role: SignOffRole, statement: str, given: Signed) -> RoleStanding:
    verdict = run.verdicts.get(given.record, _UNSIGNED)
    needs_key = bool(run.configuration.signing.allowed_signers)
    revocation = run.verdicts.get(given.revocation, _UNSIGNED)
    state: Standing
    if given.revoked:
        state, objection = "revoked", given.revoked + _of_revocation(revocation, needs_key=needs_key)
    elif given.commit != run.commit:
        before, after = given.tag or given.commit[:8] or "no tag", run.tag or run.commit[:8] or "no tag"
        state, objection = "stale", f"signed by {signer_of(given)} for {before}, the run flies {after}: sign again"
    elif given.digest != run.digest:
        why = "the checklists or cockpit.yaml have changed since: sign again"
        state, objection = "stale", f"signed by {signer_of(given)}, and {why}"
    elif verdict.state == "refused":
        state, objection = "refused", f"the signature of {signer_of(given)} is refused: {verdict.why}"
    elif needs_key and verdict.state != "verified":
        state, objection = "refused", f"{signer_of(given)} wrote it down without a signature that can be verified"
    else:
        state, objection = ("unsigned" if verdict.state == "unsigned" else "signed"), ""
    return RoleStanding(role.id, role.title, statement, state, objection, given, verdict, revocation=revocation)


def _of_revocation(verdict: Verdict, *, needs_key: bool) -> str:
    """Return what is said of a revocation's signature; it counts whatever that is worth, for no-go is the safe side."""
    match verdict.state:
        case "verified":
            return f" (signed by {verdict.who})"
        case "unchecked":
            return f" (signed with {verdict.key})"
        case "refused":
            return f" (its signature is refused: {verdict.why})"
        case _:
            return " (not signed)" if needs_key else ""


def _with_also(one: RoleStanding, found: list[RoleStanding]) -> RoleStanding:
    def speaks(standing: RoleStanding) -> set[str]:
        given = standing.given
        if given is None or standing.objection:
            return set()
        # Names are written by whoever writes; a key is one person's under all of them.
        return {given.on_behalf} if given.on_behalf else {given.by.name, standing.verdict.who} - {""}

    also = tuple(other.role for other in found if other.role != one.role and speaks(one) & speaks(other))
    return replace(one, also=also)
