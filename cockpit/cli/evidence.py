"""`cockpit item evidence`: what is attached to an item, and what it says."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, open_here, print_json, require_writing, say, wants_json, while_read
from cockpit.errors import CockpitError, ExitCode, NotFoundError, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.release.record import Record
    from cockpit.workspace import Workspace


def add_evidence(items: CommandTable) -> None:
    """Add `item evidence`."""
    parser = items.add("evidence", _evidence, "list what is attached to it, or show one of these")
    parser.add_argument("item", metavar="ITEM", help="its id, or an end of it that is unique")
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="its name, or its number in the list")
    parser.add_argument("-o", "--output", default="", metavar="FILE", help="write it there, byte for byte")


def _evidence(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.cli.item_names import find_item
    from cockpit.release.instances import instance_view

    workspace = open_here(arguments)
    item = find_item(workspace.run, arguments.item, now=now())
    view = workspace.run.items.get(item) or instance_view(workspace.run, item)
    attached = view.attachments if view is not None else ()
    if arguments.name:
        return _show(_chosen(attached, arguments.name), workspace, arguments)
    documents = [_document(record) for record in attached]
    if wants_json(arguments):
        print_json({"item": item, "evidence": documents})
    elif not documents:
        say("nothing is attached: cockpit item attach ITEM --file F attaches a file, v at the log does its lines")
    for number, each in enumerate(documents if not wants_json(arguments) else (), 1):
        name, by = visible(each["name"]), visible(each["by"])
        alone = "" if each["kept"] else "  its hash alone"
        say(f"{number}  {name}  {each['size']} bytes  {by} {each['at']}  sha256 {each['sha256'][:12]}{alone}")
    return ExitCode.OK


def _document(record: Record) -> dict[str, Any]:
    data = record.data
    return {
        "name": getattr(data, "name", ""),
        "size": getattr(data, "size", 0),
        "sha256": getattr(data, "sha256", ""),
        "path": getattr(data, "path", ""),
        "masked": getattr(data, "masked", False),
        "kept": getattr(data, "blob", None) is not None,
        "by": record.by.name,
        "at": record.wall,
    }


def _chosen(attached: tuple[Record, ...], name: str) -> Record:
    """Return the one that is meant; of several of the same name the last."""
    named = [record for record in attached if getattr(record.data, "name", "") == name]
    if named:
        return named[-1]
    if name.isdecimal() and len(name) < 10 and 0 < int(name) <= len(attached):
        return attached[int(name) - 1]
    raise NotFoundError(f"nothing of the name {name!r} is attached", fix="Without a name it lists what is attached")


def _show(record: Record, workspace: Workspace, arguments: argparse.Namespace) -> ExitCode:
    blob = getattr(record.data, "blob", None)
    if blob is None:
        raise CockpitError(
            f"only its hash was recorded, for its size: {getattr(record.data, 'size', 0)} bytes",
            fix=f"Look where it lay: {getattr(record.data, 'path', '') or 'nobody said where'}",
        )
    content = workspace.store.evidence.get(blob.sha256).content
    if arguments.output:
        from cockpit.content.written import write_whole

        require_writing(arguments)
        path = Path(arguments.output)
        if path.exists() or path.is_symlink():
            raise UsageError(f"{arguments.output} is there already", fix="Name another file: -o FILE")
        write_whole({path: content})
        say(f"wrote {arguments.output}")
    elif wants_json(arguments):
        print_json(_document(record) | {"text": content.decode("utf-8", "replace")})
    elif sys.stdout.isatty():
        say(content.decode("utf-8", "replace").removesuffix("\n"))
    else:
        with while_read():
            sys.stdout.buffer.write(content)
    return ExitCode.OK
