"""restore-db [DUMP]: put the shop's database back from a dump.

`--done` asks whether that has happened already; `--rehearse` restores into a file of its own, and throws it away.

The dump is $COCKPIT_BACKUP where none is given. It is restored into a new file, checked (integrity, and the row counts
that the dump itself states), and swapped in by rename. The file it replaces is kept beside it, named and dated, and the
orders placed since the dump are exported. Whatever goes wrong before the swap leaves the live database as it was.
"""

from __future__ import annotations

import csv
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIVE = ROOT / "var" / "data" / "shop.db"
RESTORED = ROOT / "var" / "data" / "restored"  # digest of the dump, and what the live file was right after it
BACKUPS = ROOT / "var" / "backups"

# A dead writer's journals belong to the file they lie beside: beside another one they would corrupt it.
COMPANIONS = ("-journal", "-wal", "-shm")


def restore(dump: str, new: Path) -> None:
    """Build the database `new` from the text of a dump and check it; exits with a reason where it does not hold."""
    *_, last = dump.rstrip().rsplit("\n", 1)
    if not last.startswith("-- rows: "):
        sys.exit("the dump is cut off: its last line does not state the row counts")
    with closing(sqlite3.connect(new)) as connection:
        connection.executescript(dump)
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            sys.exit(f"the restored database is not whole: {verdict}")
        for stated in last.removeprefix("-- rows: ").split():
            table, _, count = stated.partition("=")
            # Whoever writes the dump could say anything else in it as well: the name is no further risk.
            (found,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
            if str(found) != count:
                sys.exit(f"table {table}: {found} rows restored, the dump states {count}")
            sys.stdout.write(f"{table}: {found} rows\n")


def export_newer_orders(stamp: str, new: Path) -> None:
    """Write the live orders that the restored database lacks, for reconciliation by hand."""
    with closing(sqlite3.connect(new)) as connection:
        (newest,) = connection.execute("SELECT coalesce(max(id), 0) FROM orders").fetchone()
    try:
        with closing(sqlite3.connect(f"{LIVE.as_uri()}?mode=ro", uri=True)) as connection:
            orders = connection.execute(
                "SELECT id, placed_at, email, total_cents, state FROM orders WHERE id > ? ORDER BY id", (newest,)
            ).fetchall()
    except sqlite3.Error as error:
        sys.stdout.write(f"orders since the dump cannot be read ({error}); they are in the file that is kept\n")
        return
    target = BACKUPS / f"orders-since-dump-{stamp}.csv"
    with target.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "placed_at", "email", "total_cents", "state"])
        rows.writerows(orders)
    sys.stdout.write(f"{len(orders)} orders since the dump are in {target}\n")


def swap(new: Path, kept: Path) -> None:
    """Put `new` in the live file's place; there is a live file at every moment."""
    if LIVE.exists():
        os.link(LIVE, kept)
        for companion in COMPANIONS:
            beside = Path(f"{LIVE}{companion}")
            if beside.exists():
                beside.rename(f"{kept}{companion}")
        sys.stdout.write(f"the database it replaces is kept as {kept}\n")
    new.replace(LIVE)
    directory = os.open(LIVE.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def mark(dump: bytes) -> str:
    """Return what identifies this dump restored and not written to since."""
    live = LIVE.stat()
    return f"{hashlib.sha256(dump).hexdigest()} {live.st_ino} {live.st_mtime_ns}\n"


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if argument not in {"--done", "--rehearse"}]
    named = arguments[0] if arguments else os.environ.get("COCKPIT_BACKUP", "")
    if not named:
        sys.exit("usage: restore-db [--done | --rehearse] DUMP, or the dump's path in COCKPIT_BACKUP")
    dump = Path(named).read_bytes()
    if "--done" in sys.argv:
        sys.exit(0 if RESTORED.exists() and LIVE.exists() and RESTORED.read_text() == mark(dump) else 1)
    if "--rehearse" in sys.argv:
        with tempfile.TemporaryDirectory() as scratch:
            restore(dump.decode("utf-8"), Path(scratch) / "shop.db")
        sys.exit(0)
    running = subprocess.run([ROOT / "bin" / "shopctl", "status"], stdout=subprocess.DEVNULL, check=False)
    if running.returncode == 0:
        sys.exit("the shop is running: stop it first, or what it writes is lost")
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    new = LIVE.with_name(f"shop-new-{stamp}.db")
    try:
        restore(dump.decode("utf-8"), new)
        export_newer_orders(stamp, new)
        swap(new, LIVE.with_name(f"shop-bad-{stamp}.db"))
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        sys.exit(f"not restored: {error}")
    finally:
        for leftover in (new, *(Path(f"{new}{companion}") for companion in COMPANIONS)):
            leftover.unlink(missing_ok=True)
    RESTORED.write_text(mark(dump))
    sys.stdout.write(f"restored from {Path(named).name}\n")


if __name__ == "__main__":
    main()
