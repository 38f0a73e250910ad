"""The sign-offs in a report, with the very commands by which a reader checks them: ssh-keygen's alone.

Nothing of a journal gets into a command but base64, ssh-keygen's own armour, and quoted names.
"""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from cockpit.release.run import Run, Verdict
from cockpit.release.signoffs import RoleStanding, sign_off_of
from cockpit.text import visible

NAMESPACE = "cockpit-signoff-v1"
_ARMOUR = re.compile(r"-----BEGIN SSH SIGNATURE-----\n(?:[A-Za-z0-9+/=]{1,76}\n)+-----END SSH SIGNATURE-----\n?")
_UNSAFE = re.compile(r"[^a-z0-9-]")


class SignerList(Struct, frozen=True):
    """Whose keys may sign, as the cockpit read it: the lists, their paths, and the commit that they are of.

    `revoked` is for reading, `revoked_file` the file's very bytes, which may be no text.
    """

    path: str = ""
    text: str = ""
    revoked_path: str = ""
    revoked: str = ""
    commit: str = ""
    revoked_file: bytes = b""


class SignedBytes(Struct, frozen=True):
    """What was signed and what signs it; `check` are the commands that verify it, empty where there is no signature."""

    payload: str = ""
    signature: str = ""
    state: str = "unsigned"
    signer: str = ""
    key: str = ""
    why: str = ""
    check: str = ""


class ReportSignOff(Struct, frozen=True):
    """How a role signed; a reader verifies `signature` over the bytes of `payload` by ssh-keygen alone."""

    role: str
    title: str
    state: str
    by: str
    on_behalf: str
    at: str
    statement: str
    why: str
    signer: str
    key: str
    payload: str
    signature: str
    tag: str = ""
    commit: str = ""
    check: str = ""
    revocation: SignedBytes | None = None
    asked: bool = False  # whether a phase waits for it


def sign_offs_of(run: Run, signers: SignerList) -> tuple[ReportSignOff, ...]:
    """Return how every role stands, in the checklist's order."""
    asked = {role for roles in run.configuration.sign_off.values() for role in roles}
    return tuple(replace(_sign_off(one, signers), asked=one.role in asked) for one in sign_off_of(run))


def _sign_off(one: RoleStanding, signers: SignerList) -> ReportSignOff:
    given, verdict = one.given, one.verdict
    name = _UNSAFE.sub("-", one.role)
    if given is None:
        return ReportSignOff(one.role, one.title, one.state, "", "", "", one.statement, one.objection, "", "", "", "")
    return ReportSignOff(
        role=one.role,
        title=one.title,
        state=one.state,
        by=given.by.name,
        on_behalf=given.on_behalf,
        at=given.at,
        statement=given.statement,
        why=one.objection or verdict.why,
        signer=verdict.who,
        key=verdict.key,
        payload=verdict.payload,
        signature=verdict.signature,
        tag=given.tag,
        commit=given.commit,
        check=check_script(verdict, name, signers),
        revocation=_revocation(one.revocation, f"{name}-revoked", signers) if given.revoked else None,
    )


def _revocation(verdict: Verdict, name: str, signers: SignerList) -> SignedBytes:
    return SignedBytes(
        payload=verdict.payload,
        signature=verdict.signature,
        state=verdict.state,
        signer=verdict.who,
        key=verdict.key,
        why=verdict.why,
        check=check_script(verdict, name, signers),
    )


def check_script(verdict: Verdict, name: str, signers: SignerList) -> str:
    """Return the commands that verify a signature with `allowed_signers` beside them; empty where there is none.

    Where no owner of its key is known, they show at least that it is of these bytes.
    """
    signature = verdict.signature.replace("\r\n", "\n")
    if not _ARMOUR.fullmatch(signature):
        return ""
    verify = ["ssh-keygen", "-Y", "check-novalidate"]
    if verdict.who:
        revoked = ["-r", "revoked_keys"] if signers.revoked_file.strip() else []
        verify = ["ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", visible(verdict.who), *revoked]
    verify += ["-n", NAMESPACE, "-s", f"{name}.sig"]
    return "\n".join(
        (
            *_written(f"{name}.payload", verdict.payload.encode("utf-8", "surrogatepass")),
            f"cat > {name}.sig <<'END'",
            signature.rstrip("\n"),
            "END",
            f"{shlex.join(verify)} < {name}.payload",
            "",
        )
    )


def signers_script(signers: SignerList) -> str:
    """Return the commands that write `allowed_signers` and `revoked_keys` as the cockpit read them; empty without."""
    if not signers.text:
        return ""
    lines = _written("allowed_signers", signers.text.encode("utf-8", "surrogatepass"))
    if signers.revoked_file.strip():
        lines = (*lines, *_written("revoked_keys", signers.revoked_file))
    return "\n".join((*lines, ""))


def signers_source(signers: SignerList) -> list[str]:
    """Return the commands that take the same lists from the repository itself, which is a better witness."""
    found = [(signers.path, "allowed_signers"), (signers.revoked_path, "revoked_keys")]
    return [
        f"git show {shlex.quote(f'{signers.commit}:{visible(path)}')} > {name}"
        for path, name in found
        if path and signers.commit
    ]


def scripts_of(sign_off: tuple[ReportSignOff, ...]) -> Iterator[tuple[str, str]]:
    """Yield what each signature is of, in words, and the commands that check it."""
    for one in sign_off:
        if one.check:
            yield f"{one.title}: {one.statement}", one.check
        if one.revocation is not None and one.revocation.check:
            yield f"{one.title}: the revocation", one.revocation.check


def signature_words(one: ReportSignOff) -> str:
    """Return what the table says in the column of the signature."""
    if one.state == "open":
        return ""
    told = f"{one.signer} {one.key}".strip() if one.state == "signed" else ""
    state = "" if one.state == "revoked" else one.state  # its why begins with that word
    return "; ".join(part for part in (state, told, one.why) if part)


def signed_by(one: ReportSignOff) -> str:
    """Return who signed, in words."""
    return f"{one.by} on behalf of {one.on_behalf}" if one.on_behalf else one.by


def _written(name: str, content: bytes) -> tuple[str, ...]:
    """Return the lines of a shell script that write these very bytes, whatever they hold."""
    encoded = base64.b64encode(content).decode()
    return (
        f"base64 -d > {name} <<'END'",
        *(encoded[start : start + 76] for start in range(0, len(encoded), 76)),
        "END",
    )


ABOUT_CHECKS = (
    "With OpenSSH alone, in an empty directory: take the allowed signers from a place that you trust, then run the "
    "commands beneath each signature. Good means that these very bytes were signed by that person's key; they are "
    "JSON, and say which release, role and commit it was for."
)
