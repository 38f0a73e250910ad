"""`cockpit init`: from a repository that nothing is known of to a probe that answers and a way back that is trusted."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, options_of, print_json, require_writing, say, wants_json
from cockpit.cli.questions import agreed, show
from cockpit.errors import ExitCode, RefusedError, UsageError

if TYPE_CHECKING:
    from cockpit.cli.interchange import ImportedFiles
    from cockpit.content.init import Answers
    from cockpit.release.checklist import Checklist
    from cockpit.release.health import ProbeResult


def add_commands(table: CommandTable) -> None:
    """Add `init`."""
    init = table.add("init", _init, "write cockpit.yaml for this repository; never overwrites")
    init.add_argument(
        "--from", dest="source", metavar="FILE.md", help="write checklists/ from a Markdown checklist, and fly by it"
    )
    init.add_argument("--yes", action="store_true", help="take the defaults and ask nothing; nothing is trusted by it")
    init.epilog = "for example: cockpit init --from docs/LAUNCH.md"


def _init(arguments: argparse.Namespace) -> ExitCode:
    trusted = set_up(arguments)
    if trusted and agreed("Open the cockpit now?", default=True):
        from cockpit.cli.run_app import open_app

        return open_app(arguments)
    return ExitCode.OK


def set_up(arguments: argparse.Namespace, *, offer_checklists: bool = True) -> bool:
    """Write the files, asking a person unless `--yes`; try the probe, and let the person trust it; whether they did."""
    from cockpit.cli.interchange import imported_files
    from cockpit.content.init import write_configuration
    from cockpit.content.written import refuse_existing

    require_writing(arguments)
    if not arguments.yes and (wants_json(arguments) or not sys.stdin.isatty()):
        raise UsageError("init asks questions, and there is no terminal to ask on", fix="Take the defaults: --yes")
    root = _top(options_of(arguments).repo)
    # Nothing is asked, and nothing written, for an answer that would be refused in the end.
    refuse_existing([root / "cockpit.yaml"], fix="Move it away, or edit it: init never overwrites")
    if not arguments.yes and offer_checklists:
        from cockpit.cli.init_questions import choose_checklist

        arguments.source = arguments.source or choose_checklist(root)
    imported = imported_files(arguments.source, root) if arguments.source else None
    if imported is not None:
        refuse_existing(imported.texts, fix="Move it away, or edit it: init never overwrites")
    answers, shared = _answers(arguments, root, imported)
    written = write_configuration(root, answers, imported.texts if imported is not None else None)
    looked, assumed = _first_look(root)
    if wants_json(arguments):
        print_json(_document(root, answers, written, shared, looked) | {"assumed": assumed})
        return False
    for path in written:
        say(f"wrote {path.relative_to(root)}")
    if imported is not None:
        say("\n".join(imported.summary))
    for line in str(shared["remark"]).splitlines():
        show(line)
    if answers.database is not None:
        found = answers.database
        say(f"{found.engine} is used, by {found.where}: the rollback dumps it, and can put it back")
    _tell_look(looked, answers.health_url)
    if answers.tells_version is not None:
        seen = answers.version.http if answers.version is not None else ""
        say(f"version: read at {seen}" if seen else "version: nothing that answers tells it; the work tree's is taken")
    trusted = False
    if not arguments.yes:
        from cockpit.cli.init_trust import offer_trust

        trusted = offer_trust(arguments, root)
    _tell_next(root, written, [] if trusted else assumed, trusted=trusted)
    return trusted


def _top(repo: Path) -> Path:
    from cockpit.git.command import Git

    top = Git(repo).run("rev-parse", "--show-toplevel")
    if not top.ok:
        raise RefusedError(f"{repo} is not in a git work tree", fix="Run git init first", code="no-repository")
    return Path(top.text.rstrip("\n"))


def _answers(
    arguments: argparse.Namespace, root: Path, imported: ImportedFiles | None
) -> tuple[Answers, dict[str, Any]]:
    """Return what to write, and where the shared state goes."""
    from msgspec.structs import replace

    from cockpit.cli.state_remote import propose_state_remote
    from cockpit.content.init import detect, state_lines, with_version
    from cockpit.content.proposal.parts import find_parts
    from cockpit.first_look import find_version, first_that_answers

    if not arguments.yes:
        show("Looking at the repository, and at what answers on this host...")
    answers = detect(root)
    addresses = answers.found.addresses()
    answering = first_that_answers([one.value for one in addresses], root)
    seen = find_version(answering, root) if answering else None
    if answering:
        answers = with_version(replace(answers, health_url=answering), seen)
    environment = options_of(arguments).env
    if environment:
        answers = replace(answers, environment=environment, production=environment.startswith("prod"))
    checklist = imported.checklist if imported is not None else _shipped(root)
    parts = find_parts(root, [checklist])
    if imported is not None:
        answers = replace(answers, checklists=(imported.name,))
    if arguments.yes:
        answers = replace(answers, doubtful=tuple(part for part in parts if not part.found))
    else:
        from cockpit.cli.init_questions import question

        answers = question(root, answers, parts, answering=answering)
    remote, branch, remark = propose_state_remote(root, (lambda _: None) if arguments.yes else show)
    shared = {"state_remote": remote or None, "state_branch": branch or None, "remark": remark}
    return replace(answers, state=state_lines(remote, branch, remark)), shared


def _shipped(root: Path) -> Checklist:
    from cockpit.content.checklists import load_checklist
    from cockpit.content.shipped import find_checklist

    return load_checklist(find_checklist("production-deployment", root))


def _first_look(root: Path) -> tuple[ProbeResult, dict[str, str]]:
    """Take a look with the probe as it stands in the file now, and return what of the file is only guessed."""
    from cockpit.first_look import first_probe
    from cockpit.pinning import environments_in, parse_environments, read_work_tree
    from cockpit.release.assumed import assumed_anywhere, untried

    sources = read_work_tree(root, environments_in(root)[0])
    environments = parse_environments(sources.texts)
    assumed = assumed_anywhere((pinned.configuration for pinned in environments.values()), untried)
    return first_probe(sources.pinned.configuration, root), assumed


def _tell_look(looked: ProbeResult, url: str) -> None:
    """Tell what the probe found, and where it is not well what to correct."""
    took = f" in {looked.latency_ms:.0f} ms" if looked.latency_ms is not None else ""
    if looked.state.value == "ok":
        show(f"probe health: ok, {url} answers{took}", "good")
        return
    show(f"probe health: {looked.state.value.upper()}, {url}: {looked.detail}", "bad")
    say("  Start the service, or correct `http:` below `probes:` in cockpit.yaml;\n  then look again: cockpit probe")


def _tell_next(root: Path, written: list[Path], assumed: Collection[str], *, trusted: bool) -> None:
    from cockpit.release.assumed import assumed_sum

    tag = newest_tag(root) or "NAME"
    if not trusted:
        if assumed:
            show(f"{assumed_sum(assumed)}, in cockpit.yaml: nothing here says so.")
        show("Look cockpit.yaml over, what is assumed first; where a guess is right, take that line away.")
        say("Then:\n  cockpit validate; cockpit trust --show; cockpit trust")
    files = " ".join(dict.fromkeys(path.relative_to(root).parts[0] for path in written))
    say(f"Next: git add {files} and commit {'it' if ' ' not in files else 'them'}; cockpit release open {tag}; cockpit")


def newest_tag(root: Path) -> str:
    """Return the newest tag that can be typed; empty without one."""
    from cockpit.git.command import Git
    from cockpit.git.tags import list_tags
    from cockpit.release.tags import order_tags

    return next((tag.name for tag in order_tags(list_tags(Git(root))) if tag.name.isprintable()), "")


def _document(
    root: Path, answers: Answers, written: list[Path], shared: dict[str, Any], looked: ProbeResult
) -> dict[str, Any]:
    from cockpit.cli.observe import probe_document

    database = answers.database
    return {
        "written": [str(path.relative_to(root)) for path in written],
        **shared,
        "database": {"engine": database.engine, "where": database.where} if database is not None else None,
        "deployed_by": answers.found.deployer or None,
        "probe": probe_document(looked),
        "version_url": answers.version.http if answers.version is not None else None,
        "seems_not_to_apply": [{"part": part.name, "items": part.items} for part in answers.doubtful],
    }
