"""The systemd unit that keeps a watcher running: printed, never installed."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")


def watcher_unit(*, service: str, environment: str, root: Path, env: str, user: str) -> str:
    """Return the unit's text; secrets come by the file that it names, which only root may read."""
    name = f"{service}-{environment}"
    argv = [sys.executable, "-P", "-m", "cockpit", "watch", f"--repo={root}", *([f"--env={env}"] if env else [])]
    return f"""\
# /etc/systemd/system/cockpit-watch-{name}.service
# Write secrets, one NAME=value a line, to /etc/cockpit/{name}.env (root, mode 600). Then:
#   systemctl daemon-reload && systemctl enable --now cockpit-watch-{name}
[Unit]
Description=Release cockpit: watches {_escaped(service)} in {_escaped(environment)}
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
User={user}
WorkingDirectory={_escaped(str(root))}
EnvironmentFile=-/etc/cockpit/{name}.env
ExecStart={" ".join(map(_word, argv))}
# SIGTERM writes what is pending, commits the state and exchanges it for the last time.
KillSignal=SIGTERM
TimeoutStopSec=30
Restart=always
RestartSec=5
NoNewPrivileges=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
"""


def _escaped(text: str) -> str:
    return text.replace("%", "%%")  # systemd.unit(5): specifiers


def _word(word: str) -> str:
    """Quote a word of ExecStart as systemd.service(5) and systemd.syntax(7) want it."""
    escaped = _escaped(word).replace("$", "$$")
    if _PLAIN.fullmatch(word):
        return escaped
    inner = escaped.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'
