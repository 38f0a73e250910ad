"""`cockpit import` and `export`: Markdown checklists in, checklists as Markdown, YAML or JSON out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cockpit.cli.common import (
    CommandTable,
    open_here,
    options_of,
    print_json,
    require_writing,
    say,
    wants_json,
    warn,
    write_document,
)
from cockpit.cli.import_summary import import_document, summary_lines
from cockpit.errors import CockpitError, ExitCode, NotFoundError, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.content.markdown.importing import Imported
    from cockpit.release.checklist import Checklist
    from cockpit.release.run import Run


def add_commands(table: CommandTable) -> None:
    """Add the commands that exchange checklists with other tools."""
    importing = table.add("import", _import, "Markdown to checklist YAML; names every line it could not place")
    importing.add_argument("file", metavar="FILE.md", help="the Markdown checklist")
    importing.add_argument(
        "-o", "--output", metavar="OUT.yaml", help="write the checklist here (default: standard output)"
    )
    importing.add_argument(
        "-d", "--directory", metavar="DIR", help="write the checklist and all other recognised parts, each to its file"
    )
    importing.add_argument("--lenient", action="store_true", help="make items of all lines that look like boxes")
    importing.add_argument("--force", action="store_true", help="overwrite files that are there")
    export = table.add("export", _export, "a checklist with its current state")
    export.add_argument(
        "checklist", nargs="?", default="", metavar="CHECKLIST", help="its name, or a file (.yaml, .md)"
    )
    export.add_argument("--format", choices=("md", "yaml", "json"), help="default: md, and with --json json")
    export.add_argument("--blank", action="store_true", help="with all boxes empty, for printing")


def read_import(file: str, *, lenient: bool = False) -> Imported:
    """Return what the Markdown file holds; ConfigurationError where it cannot be read or holds no item."""
    from cockpit.content.markdown.importing import import_text
    from cockpit.content.markdown.source import read_markdown

    path = Path(file)
    if not path.exists():
        raise NotFoundError(f"there is no file {file}", fix="Name a Markdown file")
    if not path.is_file():
        raise NotFoundError(f"{file} is no file", fix="Name a Markdown file")
    return import_text(read_markdown(path), file, visible(path.stem), lenient=lenient)


def _import(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.content.markdown.files import checklist_text, part_texts
    from cockpit.content.written import write_files

    if arguments.output and arguments.directory:
        raise UsageError("--output and --directory exclude each other", fix="Name one place to write to")
    if arguments.output or arguments.directory:
        require_writing(arguments)
    imported = read_import(arguments.file, lenient=arguments.lenient)
    text = checklist_text(imported.checklist, Path(arguments.file).name)
    texts: dict[Path, str] = {}
    if arguments.output:
        texts[Path(arguments.output)] = text
    elif arguments.directory:
        texts = _directory_texts(Path(arguments.directory), imported, text)
    else:
        part_texts(imported.parts)
    written = write_files(texts, force=arguments.force)
    if wants_json(arguments):
        print_json(import_document(imported, written))
    elif written:
        say("\n".join(summary_lines(imported)))
        for path in written:
            say(f"wrote {path}")
    else:
        write_document(text)
        warn("\n".join(summary_lines(imported)))
    return ExitCode.OK


def _directory_texts(directory: Path, imported: Imported, checklist: str) -> dict[Path, str]:
    """Return the files of a checklist directory that holds everything imported, by their paths."""
    from cockpit.content.markdown.files import part_texts

    texts = {directory / f"{imported.checklist.id}.yaml": checklist}
    return texts | {directory / place: text for place, text in part_texts(imported.parts).items()}


class ImportedFiles(NamedTuple):
    """An import as it will lie in a repository: the checklist's name, all files, what to tell of it."""

    name: str
    texts: dict[Path, str]
    summary: list[str]
    checklist: Checklist


def imported_files(file: str, root: Path) -> ImportedFiles:
    """Return what a Markdown file becomes in `root`/checklists."""
    from cockpit.content.markdown.files import checklist_text

    imported = read_import(file)
    text = checklist_text(imported.checklist, Path(file).name)
    texts = _directory_texts(root / "checklists", imported, text)
    return ImportedFiles(imported.checklist.id, texts, summary_lines(imported), imported.checklist)


def _export(arguments: argparse.Namespace) -> ExitCode:
    checklist, run = _find(arguments)
    kind = arguments.format or ("json" if wants_json(arguments) else "md")
    if wants_json(arguments) and kind != "json":
        raise UsageError(f"--json and --format {kind} exclude each other", fix="Leave one of them out")
    if kind == "json":
        from cockpit.interchange import export_document

        print_json(export_document(checklist, run, blank=arguments.blank))
        return ExitCode.OK
    from cockpit.interchange import marks_of, with_ticks

    if kind == "yaml":
        from cockpit.content.yaml_text import yaml_text

        write_document(yaml_text(with_ticks(checklist, run, blank=arguments.blank)))
    else:
        from cockpit.content.markdown.exporting import checklist_markdown

        write_document(checklist_markdown(checklist, marks_of(run, blank=arguments.blank)))
    return ExitCode.OK


def _find(arguments: argparse.Namespace) -> tuple[Checklist, Run | None]:
    """Return the checklist that is meant, and the open run that it belongs to."""
    from cockpit.content.checklists import load_checklist

    name: str = arguments.checklist
    if name.endswith((".md", ".markdown")):
        return read_import(name).checklist, None
    if "/" in name or name.endswith((".yaml", ".yml")):
        return load_checklist(Path(name)), None
    try:
        run = open_here(arguments).run
    except CockpitError as error:
        if not name or error.code not in {"no-configuration", "no-repository"}:
            raise
        run = None
    found = {checklist.id: checklist for checklist in run.checklists} if run is not None else {}
    if name in found:
        return found[name], run if run is not None and run.open else None
    if name:
        from cockpit.content.shipped import find_checklist

        return load_checklist(find_checklist(name, options_of(arguments).repo)), None
    if len(found) != 1:
        raise UsageError("there are several checklists", fix=f"Name one: {', '.join(found)}", code="several-checklists")
    (only,) = found.values()
    return only, run if run is not None and run.open else None
