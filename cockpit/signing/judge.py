"""What is to be said of a sign-off's signature, by the allowed signers of now."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from cockpit.errors import CockpitError, RefusedError
from cockpit.release.configuration import Signing
from cockpit.release.record import Actor
from cockpit.release.run import Verdict
from cockpit.signing.allowed import AllowedSigners
from cockpit.signing.keys import Signer
from cockpit.signing.ssh import owners_of, signed_by, verify


class Claim(Struct, frozen=True):
    """A stored sign-off or revocation: who says so, for which role, and the exact bytes with what signs them."""

    by: Actor
    role: str
    payload: bytes
    signatures: tuple[str, ...]  # of each copy of it that is here: one that verifies is enough
    elsewhere: bool = False  # it says itself that it is of another run


def judge(claim: Claim, signing: Signing, allowed: AllowedSigners | None) -> Verdict:
    """Return the verdict; the best one that any copy's signature gets."""
    payload = claim.payload.decode("utf-8", "replace")
    if claim.elsewhere:
        return Verdict("refused", why="it was written for another run", payload=payload)
    if not claim.signatures:
        return Verdict("unsigned", payload=payload)
    verdicts = [_judge(claim, one, signing, allowed, payload) for one in claim.signatures]
    return next((one for one in verdicts if one.state == "verified"), verdicts[0])


def _judge(claim: Claim, signature: str, signing: Signing, allowed: AllowedSigners | None, payload: str) -> Verdict:
    def found(state: str, *, who: str = "", key: str = "", why: str = "") -> Verdict:
        return Verdict(state, who, key, why, payload, signature)  # type: ignore[arg-type]

    try:
        for owner in _known_as(claim, signing):
            if allowed is None or allowed.trouble:
                break
            key, why = verify(claim.payload, signature, allowed.text, owner, revoked=allowed.revoked)
            if not why and claim.by.key in {None, key}:
                return found("verified", who=owner, key=key)
        return found(**_why_not(claim, signature, signing, allowed))
    except CockpitError as error:
        return found("refused", why=error.what)


def _known_as(claim: Claim, signing: Signing) -> list[str]:
    """Return under which principals' names whoever wrote it may sign for the role."""
    may = signing.roles.get(claim.role)
    names = [name for name in (claim.by.email, claim.by.name) if name.strip()]
    return [name for name in names if may is None or name in may]


def _why_not(
    claim: Claim, signature: str, signing: Signing, allowed: AllowedSigners | None
) -> dict[str, str]:  # fmt: skip
    """Return what is wrong with a signature that has not verified, step by step."""
    key, why = signed_by(claim.payload, signature)
    if why:
        return {"state": "refused", "why": why}
    refused = {"state": "refused", "key": key}
    if claim.by.key and claim.by.key != key:
        return refused | {"why": "it is of another key than the one that it names"}
    if allowed is None:
        return {"state": "unchecked", "key": key, "why": "no allowed signers are configured"}
    if allowed.trouble:
        return refused | {"why": allowed.trouble}
    owners, why = owners_of(signature, allowed.text)
    if why:
        return refused | {"why": why}
    ours = [one for one in owners if one in {claim.by.email, claim.by.name}]
    if not ours:
        return refused | {"why": f"the key is {owners[0]}'s, and {claim.by.name} wrote it"}
    entitled = [one for one in ours if one in _known_as(claim, signing)]
    if not entitled:
        return refused | {"who": ours[0], "why": f"{ours[0]} may not sign for {claim.role}"}
    _, why = verify(claim.payload, signature, allowed.text, entitled[0])
    if not why and allowed.revoked:
        why = "its key is revoked"
    return refused | {"who": entitled[0], "why": why or "it fails"}


class CheckedSigner:
    """Signs, and hands out no signature that every cockpit would then refuse."""

    def __init__(self, signer: Signer, signing: Signing, allowed: AllowedSigners | None) -> None:
        self.fingerprint = signer.fingerprint
        self._signer = signer
        self._signing = signing
        self._allowed = allowed

    def sign(self, payload: bytes) -> str:
        """Return the signature; RefusedError (`not-allowed`) where it would not be taken, or there is none."""
        signature = self._signer.sign(payload)
        said = msgspec.json.decode(payload, type=_Said)
        claim = Claim(said.by, said.d.role, payload, (signature,))
        verdict = judge(claim, self._signing, self._allowed)
        if verdict.state == "refused":
            raise RefusedError(
                f"this signature would be refused: {verdict.why}",
                fix="Sign with a key of the allowed signers, under their name: --key FILE, --by NAME",
                code="not-allowed",
            )
        return signature


class _Role(Struct):
    role: str = ""  # a revocation names none


class _Said(Struct):
    by: Actor
    d: _Role
