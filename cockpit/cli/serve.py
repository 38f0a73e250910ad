"""`cockpit serve`: the full-screen app in a browser."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from cockpit.cli.common import CommandTable, open_here, print_json, say, wants_json, warn, while_read
from cockpit.errors import ExitCode, UsageError

# What the page's terminal is, whichever one we are started in.
_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
_EPILOG = """\

Only this host can open the address that it prints; from elsewhere: ssh -L 8123:127.0.0.1:8123 HOST.
It has no key in the app itself: a browser that could open another would need no token.
"""


def add_commands(table: CommandTable) -> None:
    """Add `serve`."""
    serve = table.add("serve", _serve, "the same app in a browser on this host, read-only unless told otherwise")
    serve.add_argument(
        "--port", type=int, default=0, metavar="N", help="listen on 127.0.0.1:N (default: any free port)"
    )
    serve.add_argument("--write", action="store_true", help="let whoever opens it act, as you")
    serve.epilog = _EPILOG


def _serve(arguments: argparse.Namespace) -> ExitCode:
    if arguments.write and getattr(arguments, "readonly", False):
        raise UsageError("--write and --readonly exclude each other", fix="Leave one of them out")
    if not 0 <= arguments.port < 65536:
        raise UsageError(f"{arguments.port} is no port", fix="Write one up to 65535, or leave --port out for any")
    arguments.readonly = not arguments.write
    workspace = open_here(arguments)  # what is wrong with it is told here, not in every window
    workspace.store.close()
    run = workspace.run
    import asyncio

    from cockpit.cli.run_app import IN_BROWSER
    from cockpit.serving.server import listen, serve
    from cockpit.serving.session import Program

    program = Program(
        argv=_app(arguments, workspace.root),
        cwd=workspace.root,
        env={**os.environ, **_TERMINAL},
        size_in=IN_BROWSER,
        title=f"{run.service} {run.environment}",
    )

    def told(url: str) -> None:
        if wants_json(arguments):
            print_json({"url": url, "port": listener.getsockname()[1], "readonly": arguments.readonly})
        else:
            say(f"the cockpit, {'read-only' if arguments.readonly else 'and whoever opens it may act'}: {url}")
            say("Ctrl-C ends it, and what is open in browsers")
        sys.stdout.flush()

    with while_read(), listen(arguments.port) as listener:
        asyncio.run(serve(listener, program, told=told, complain=lambda text: warn(f"cockpit: {text}")))
    return ExitCode.OK


def _app(arguments: argparse.Namespace, root: Path) -> tuple[str, ...]:
    """Return the command of the app itself, on the same run."""
    named = [f"--{name}={getattr(arguments, name)}" for name in ("run", "env", "by") if name in arguments]
    # -P: nothing that lies in the work tree is ever imported.
    return (
        *(sys.executable, "-P", "-m", "cockpit", f"--repo={root}", *named),
        *(["--readonly"] if arguments.readonly else []),
    )
