"""Env files: what is wrong with one is told by name and line, and no value of it is ever printed."""

from __future__ import annotations

import json
import subprocess
from random import Random

from tests.fuzz.mutate import mutated
from tests.fuzz.target import Target, command, require

MARK = "Zq8s3cr3tZq"
_SEED = f"""\
# shop
SECRET_KEY={MARK}1f8a7c6d5e4b3a29
export FLASK_ENV=production
DATABASE_URL="postgresql://shop:{MARK}@db.internal/shop"
RAZORPAY_KEY_SECRET='{MARK} with blanks'
MULTI="one
two {MARK}
three"
REF=${{SECRET_KEY}}-${{HOME:-x}}
MAIL_PASSWORD={MARK}
SESSION_COOKIE_SECURE=True
PORT=8080
EMPTY=
BARE
""".encode()
_LINES = (
    b"A=${A}\n", b"B=${B:-${B}}\n", b"export\n", b"=x\n", b"C='\n", b'D="\\', b"E=\xff\n", b"'F'=1\n", b"G = # x\n",
    b"SECRET_KEY=changeme\n", b"PORT=" + b"9" * 5000 + b"\n", b"DATABASE_URL=postgresql://[::bad/\n", b"SENTRY_DSN=http://@:0/\n",
    b"DEBUG=\x1b[31m\n", b"ALLOWED_HOSTS=*\n", b"MAIL_PORT=-1\n", b"CORS_ORIGINS=\xe2\x80\xae\n",
)  # fmt: skip


class EnvFiles(Target[bytes]):
    """An env file whose every secret carries a mark."""

    name = "env"

    def open(self) -> None:
        subprocess.run(["git", "init", "-q", "--template=", str(self.place)], check=True, capture_output=True)

    def make(self, dice: Random) -> bytes:
        data = _SEED
        for _ in range(dice.randint(0, 4)):
            data += dice.choice(_LINES)
        return mutated(dice, data, (_SEED, *_LINES))

    def check(self, made: bytes) -> None:
        path = self.place / ".env"
        path.write_bytes(made)
        status, out, err = command("--repo", str(self.place), "env", str(path), "--json")
        require(status in {0, 1, 3, 4}, f"exit status {status}")
        require(out.isascii(), "the document is not ASCII")
        again, text, told = command("--repo", str(self.place), "env", str(path))
        require(again == status, "with --json it says something else")
        shown = out + err + text + told
        # A name may hold what was a value, where its line was torn.
        names = [one["name"] for one in json.loads(out).get("variables", ())] if status < 3 else []
        if not any(MARK in name for name in names):
            require(MARK not in shown, f"a value is printed: {shown!r}")
