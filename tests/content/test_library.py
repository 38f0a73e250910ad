"""The files of a checklist directory besides checklists: told apart, checked one by one and against each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.content.library import load_library, parse_library_texts
from cockpit.content.shipped import shipped_directory
from cockpit.errors import ConfigurationError
from cockpit.release.library import Library, NotesPage

RUNBOOK = "id: down\ntitle: Down\nsteps:\n- id: look\n  text: Look\n"
TEMPLATE = "id: note\ntitle: Note\nsubject: About {what}\nbody: It is {what}.\nfields:\n- {name: what, hint: a thing}\n"
TARGET = "targets:\n- {id: up, title: Up, metric: uptime, comparison: '>', value: 99.9, unit: percent}\n"
VARIABLE = "env:\n- name: KEY\n  group: App\n"


def problems(texts: dict[str, str]) -> list[str]:
    """Return every mistake in `texts`, of which there is one at least."""
    with pytest.raises(ConfigurationError) as caught:
        parse_library_texts(texts)
    return [str(problem) for problem in caught.value.problems]


def test_what_ships_is_complete() -> None:
    library = load_library(shipped_directory())
    assert [runbook.id for runbook in library.runbooks] == [
        "application-down",
        "database-issues",
        "payment-gateway-issues",
        "rollback",
        "security-incident",
    ]
    assert [len(runbook.steps) for runbook in library.runbooks] == [4, 5, 5, 5, 5]
    assert [target.id for target in library.targets if target.unit == "s"] == [
        "page-load-time",
        "api-response-time",
        "checkout-completion-time",
        "payment-processing",
    ]
    assert len(library.targets) == 6
    assert len(library.env) == 13
    assert [role.id for role in library.roles] == ["dev", "qa", "security", "ops", "product"]
    assert len(library.contacts) == 4
    (template,) = (one for one in library.templates if one.id == "production-issue")
    assert template.blanks() == tuple(field.name for field in template.fields)
    assert {tool.source for group in library.tools for tool in group.tools} == {
        "pingdom", "uptimerobot", "datadog", "sentry", "rollbar", "new-relic",
        "elasticsearch", "splunk", "loggly", "prometheus",
    }  # fmt: skip
    assert sum(len(group.tools) for group in library.tools) == 12
    (switch,) = (step for step in library.runbooks[2].steps if step.after)
    assert (switch.text, switch.after) == ("If down >30 min, switch to manual payment mode", "30m")


def test_a_file_is_told_by_its_place_or_its_keys() -> None:
    library = parse_library_texts(
        {
            "runbooks/a.yaml": RUNBOOK,
            "b.yaml": RUNBOOK.replace("down", "slow"),
            "templates/c.yaml": TEMPLATE,
            "d.yaml": TEMPLATE.replace("id: note", "id: other"),
            "e.yaml": "id: some-checklist\ntitle: Left to others\nphases: whatever\n",
            "f.yaml": TARGET + VARIABLE + "notes: {hint: Here}\n",
            "g.yaml": "env: [{name: OTHER, group: App}]\nroles: []\n",
        }
    )
    assert [runbook.id for runbook in library.runbooks] == ["slow", "down"]
    assert [template.id for template in library.templates] == ["other", "note"]
    assert [variable.name for variable in library.env] == ["KEY", "OTHER"]
    assert library.notes == NotesPage(hint="Here")
    assert parse_library_texts({}) == Library()


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.yaml", "phase: []\n", "a.yaml:1:1: no key tells what this file is: begin it with phases (a checklist)"),
        ("a.yaml", "targets: []\ntarget: []\n", "a.yaml:2:1: the key 'target' is not known (did you mean 'targets'?)"),
        ("runbooks/a.yaml", "id: a\ntitle: A\nstep: []\n", "runbooks/a.yaml:3:1: the key 'step' is not known (did"),
        ("a.yaml", "id: a\ntitle: A\nsteps: []\n", "a.yaml:3:8: a procedure without steps"),
        ("a.yaml", RUNBOOK + "- {id: look, text: B}\n", "a.yaml:6:8: the id 'look' stands twice here"),
        ("a.yaml", RUNBOOK + "  after: half an hour\n", "a.yaml:6:10: 'half an hour' is not a duration"),
        ("a.yaml", RUNBOOK + "  link: javascript:x\n", "a.yaml:6:9: 'javascript:x' is not an address"),
        ("a.yaml", RUNBOOK + "  runbook: dwn\n", "a.yaml:6:12: there is no runbook 'dwn' (did you mean 'down'?)"),
        ("a.yaml", TEMPLATE.replace("is {what}", "is {where}"), "a.yaml:4:7: there is no field 'where': known are"),
        ("a.yaml", TEMPLATE.replace("About {what}", "About {Wha}"), "a.yaml:3:10: there is no field 'Wha'"),
        ("a.yaml", TEMPLATE + "- {name: more, hint: x}\n", "a.yaml:7:10: {more} stands neither in subject nor in body"),
        ("a.yaml", TEMPLATE + "- {name: what, hint: x}\n", "a.yaml:7:10: the name 'what' stands twice here"),
        ("a.yaml", TEMPLATE + "- {name: The Who, hint: x}\n", "a.yaml:7:10: 'The Who' is not a field's name"),
        ("a.yaml", TEMPLATE.replace("a thing", "''"), "a.yaml:6:22: an empty text"),
        ("a.yaml", TEMPLATE.replace("thing}", "x, choices: [a], default: b}"), "a.yaml:6:50: 'b' is none of the"),
        (
            "a.yaml",
            TEMPLATE.replace("what", "next_update").replace("thing}", "x, default: soon}"),
            "a.yaml:6:43: 'soon' is not a duration",
        ),
        ("a.yaml", TEMPLATE.replace("About", '"a\\nb" #'), 'a.yaml:3:10: a subject is one line'),
        ("a.yaml", TARGET.replace("99.9", "101"), "a.yaml:2:63: percent lie between 0 and 100"),
        ("a.yaml", TARGET.replace("}", ", percentile: 0}"), "a.yaml:2:96: a percentile lies above 0"),
        ("a.yaml", TARGET.replace("}", ", window: x}"), "a.yaml:2:92: 'x' is not a duration"),
        ("a.yaml", VARIABLE.replace("KEY", "1-2"), "a.yaml:2:9: '1-2' is not a variable's name"),
        ("a.yaml", VARIABLE + "  type: choice\n", "a.yaml:4:9: a choice needs choices"),
        ("a.yaml", VARIABLE + "  choices: [a]\n", "a.yaml:4:12: choices are only looked at with 'type: choice'"),
        ("a.yaml", VARIABLE + "  min_length: -1\n", "a.yaml:4:15: -1 is too small"),
        ("a.yaml", "tools: [{title: T, tools: [{name: ''}]}]\n", "a.yaml:1:35: an empty text"),
        ("a.yaml", "contacts: [{id: C, purpose: P}]\n", "a.yaml:1:17: 'C' is not a name"),
        ("a.yaml", "roles: [{id: r, title: R}, {id: r, title: S}]\n", "a.yaml:1:33: the role 'r' stands at a.yaml"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place(path: str, text: str, expected: str) -> None:
    (found,) = problems({path: text})
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("id: A\ntitle: ''\nsteps:\n- id: B\n  text: ''\n", ["1:5", "2:8", "4:7", "5:9"]),
        ("id: A\ntitle: ''\nsubject: ''\nbody: ''\n", ["1:5", "2:8", "3:10", "4:7"]),
        (TARGET.replace("id: up, title: Up, metric: uptime", "id: A, title: '', metric: ''"), ["2:8", "2:18", "2:30"]),
        ("env:\n- name: KEY\n  group: ''\n", ["3:10"]),
        ("tools:\n- title: ''\n  tools: []\n", ["2:10"]),
        ("contacts:\n- id: A\n  purpose: ''\n", ["2:7", "3:12"]),
        ("roles:\n- id: A\n  title: ''\n", ["2:7", "3:10"]),
    ],
)
def test_every_name_and_every_text_is_looked_at(text: str, places: list[str]) -> None:
    assert [each.split(": ")[0] for each in problems({"a.yaml": text})] == [f"a.yaml:{place}" for place in places]


def test_names_are_distinct_across_files() -> None:
    texts = {
        "runbooks/a.yaml": RUNBOOK,
        "runbooks/b.yaml": RUNBOOK,
        "c.yaml": TARGET + "notes: {}\n",
        "d.yaml": TARGET + "notes: {}\n",
    }
    assert problems(texts) == [
        "runbooks/b.yaml:1:5: the runbook 'down' stands at runbooks/a.yaml:1:5 already: write another",
        "d.yaml:2:8: the target 'up' stands at c.yaml:2:8 already: write another",
        "d.yaml:3:8: notes stand at c.yaml:3:8 already: keep one",
    ]


def test_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "a.yaml").write_text(RUNBOOK + "  runbook: b\n  after: x\n")
    (tmp_path / "runbooks" / "b.yaml").write_text("id: b\ntitle: 'open\n")
    (tmp_path / "c.yaml").write_bytes(b"\xff")
    (tmp_path / "d.yaml").write_text("contacts: [{id: a}]\n")
    with pytest.raises(ConfigurationError) as caught:
        load_library(tmp_path)
    found = sorted(str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems)
    # That runbook b is not there is not said: its file could not be read.
    assert [message.split(": ")[0] for message in found] == [
        "c.yaml:1:1",
        "d.yaml:1:12",
        "runbooks/a.yaml:7:10",
        "runbooks/b.yaml:2:8",
    ]
