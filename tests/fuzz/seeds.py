"""What inputs begin from: the files that ship, the demo's, and public corpora where they lie beside the project."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cockpit.content.shipped import shipped_directory
from cockpit.demo.flightplan import cockpit_yaml

# Beside a clone, or beside the worktrees of one.
_BESIDE = [parent / "shared" for parent in Path(__file__).resolve().parents[2:4]]
_LOG_HEAD = 48 * 1024


@cache
def yaml_seeds() -> dict[str, bytes]:
    """Return YAML files that are right, by a name that tells their kind."""
    base = shipped_directory()
    found = {f"checklists/{path.relative_to(base)}": path.read_bytes() for path in sorted(base.rglob("*.yaml"))}
    found["cockpit.yaml"] = cockpit_yaml(Path("/srv/shop"), port=8080, front=8443)
    return found


@cache
def markdown_seeds() -> tuple[bytes, ...]:
    """Return Markdown with boxes in it."""
    from cockpit.content.checklists import load_checklist
    from cockpit.content.markdown.exporting import checklist_markdown

    shipped = load_checklist(shipped_directory() / "production-deployment.yaml")
    return (checklist_markdown(shipped).encode(), *_corpus("checklists", "*.md"))


@cache
def log_seeds() -> tuple[bytes, ...]:
    """Return the beginnings of logs of many kinds."""
    from tests.logs.test_formats import TIMED

    kinds = "\n".join(line for line, *_ in TIMED).encode()
    return (kinds, *(data[:_LOG_HEAD] for data in _corpus("logs", "*[!n]")))


def _corpus(kind: str, pattern: str) -> list[bytes]:
    place = next((found for beside in _BESIDE if (found := beside / "corpora" / kind).is_dir()), None)
    return [] if place is None else [path.read_bytes() for path in sorted(place.glob(pattern))]
